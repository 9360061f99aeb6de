import type { Connection as Database } from 'mongoose';
import { keyFrom, keyKind, type FoundKey, type KeptKey, type Keys } from '../domain/keys.ts';
import { personOf } from '../domain/person.ts';
import { roleFrom } from '../domain/roles.ts';
import type { TenantId } from '../domain/tenants.ts';
import { keyOf, slimFields, toState, type ResourceDocument } from './documents.ts';

type Holder = Pick<ResourceDocument, 'person' | 'attributes'>;
type HeldRole = Pick<ResourceDocument, '_id' | 'name' | 'attributes'>;
type KeyDocument = ResourceDocument & { readonly holder: readonly Holder[]; readonly roles: readonly HeldRole[] };

/** The key, whose it is and the roles that he holds: all of the key's own tenant, so that no key reaches across. */
const withHolder = (tenant: TenantId, selector: string) => [
  { $match: { tenant, key: keyOf(keyKind, selector) } },
  { $project: { fold: 0, custom: 0, touched: 0 } },
  {
    $lookup: {
      from: 'resources',
      localField: 'attributes.person',
      foreignField: '_id',
      pipeline: [{ $match: { tenant, type: 'User' } }, { $project: { person: 1, 'attributes.active': 1 } }],
      as: 'holder',
    },
  },
  {
    $lookup: {
      from: 'resources',
      localField: 'holder.person.grants.id',
      foreignField: '_id',
      pipeline: [{ $match: { tenant, type: 'Role' } }, { $project: { name: 1, attributes: 1 } }],
      as: 'roles',
    },
  },
];

const lookUpMs = 3_000;

const toKept = (document: ResourceDocument): KeptKey => ({
  key: keyFrom(toState(document)),
  lastUsedAt: document.lastUsedAt,
});

function toFound(document: KeyDocument): FoundKey {
  const [holder] = document.holder;
  const roles = new Map(
    document.roles.map(({ _id, name, attributes }) => [_id, roleFrom({ id: _id, name, attributes })]),
  );
  return {
    ...toKept(document),
    digest: document.password ?? '',
    holder: holder && { person: personOf(holder), roles },
  };
}

/** Keys of the admin API in MongoDB, among what else a tenant keeps. */
export function keys(db: Database): Keys {
  const resources = () => db.collection<ResourceDocument>('resources');
  return {
    async find(tenant, selector) {
      // The primary knows of every revocation, whatever the connection string prefers to read from.
      const [found] = await resources()
        .aggregate<KeyDocument>(withHolder(tenant, selector), { readPreference: 'primary', maxTimeMS: lookUpMs })
        .toArray();
      return found && toFound(found);
    },

    async read(tenant, id) {
      const found = await resources().findOne({ _id: id, tenant, type: keyKind }, { projection: slimFields });
      return found ? toKept(found) : undefined;
    },

    async list(tenant, after, limit) {
      const documents = await resources()
        .find(
          { tenant, type: keyKind, ...(after !== undefined && { _id: { $gt: after } }) },
          { projection: slimFields },
        )
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return documents.map(toKept);
    },

    async used(tenant, selector, at, apartMs) {
      const recent = new Date(at.getTime() - apartMs);
      await resources().updateOne(
        { tenant, key: keyOf(keyKind, selector), lastUsedAt: { $not: { $gt: recent } } },
        { $set: { lastUsedAt: at } },
      );
    },
  };
}
