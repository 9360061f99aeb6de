import type { Change } from '../domain/changes.ts';
import { DomainError } from '../domain/errors.ts';
import { same } from '../domain/journal.ts';
import { ownerAfter, requireSameIdentity } from '../domain/provenance.ts';
import type { State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Caller, JsonObject, ResourceStore, Revision, Stored, Wanted, Written } from '../scim/types.ts';
import { inScim, noVersion, ordered, untilItHolds, type Ports } from './decide.ts';
import { contentOf, groupsOf, recorded, toStored } from './mapping.ts';
import { removal } from './removal.ts';

/**
 * The resources of a type, as SCIM asks for them: users, and those of the types that tenants made themselves. Whoever has
 * a password or is in groups has them here too; members are `groups`'s.
 */
export function resources(ports: Ports, type: ResourceType): ResourceStore {
  const { states, directory, work } = ports;
  const kind = type.name;
  const nameAttribute = type.nameAttribute.name;

  async function current(
    caller: Caller,
    id: string,
    wanted: Wanted,
  ): Promise<{ state: State; stored: Stored } | undefined> {
    const { tenant } = ordered(caller);
    const row = wanted.groups
      ? await states.readWithMemberships(tenant, kind, id)
      : { state: await states.read(tenant, kind, id), memberships: [] };
    if (!row?.state) return undefined;
    return { state: row.state, stored: toStored(row.state, caller, groupsOf(row.memberships)) };
  }

  return {
    async create(caller, { attributes, id = ports.newId() }) {
      const { tenant, order, deadline } = ordered(caller);
      const { content, password } = contentOf(attributes, nameAttribute, caller);
      const hash = password === undefined ? undefined : await ports.hashPassword(tenant, password);
      const change: Change = {
        tenant,
        creates: {
          id,
          tenant,
          kind,
          owner: caller.connection,
          ...content,
          ...(hash !== undefined && { password: hash }),
        },
        relies: [],
        entry: {
          order,
          operation: 'create',
          kind,
          resource: id,
          differences: recorded(undefined, content, password),
        },
      };
      const { at } = await untilItHolds(caller, ports, () => work.commit(change, deadline));
      const head = {
        id,
        kind,
        version: 1,
        revision: 1,
        generation: 1,
        created: at,
        modified: at,
        revised: at,
      };
      return written(toStored({ ...head, tenant, owner: caller.connection, ...content }, caller));
    },

    async read(caller, id, wanted) {
      return (await current(caller, id, wanted))?.stored;
    },

    async query(caller, query) {
      const { tenant } = ordered(caller);
      const found = await inScim(directory.query({ tenant, connection: caller.connection }, type, query));
      return {
        total: found.total,
        more: found.more,
        resources: found.states.map((state) =>
          toStored(state, caller, groupsOf(found.memberships.get(state.id) ?? [])),
        ),
      };
    },

    revise(caller, id, revision) {
      // A password is hashed once, however often the change is decided anew.
      const hashes = new Map<string, Promise<string>>();
      const hashed = (tenant: TenantId, password: string): Promise<string> => {
        const hash = hashes.get(password) ?? ports.hashPassword(tenant, password);
        hashes.set(password, hash);
        return hash;
      };
      return untilItHolds(caller, ports, () => revise(caller, id, revision, hashed));
    },

    remove: (caller, id, accepts) => untilItHolds(caller, ports, () => removal(ports, caller, kind, id, accepts)),
  };

  async function revise(
    caller: Caller,
    id: string,
    revision: Revision,
    hashed: Ports['hashPassword'],
  ): Promise<Written> {
    const { tenant, order, deadline } = ordered(caller);
    const now = await current(caller, id, revision.wanted);
    if (!now) throw new DomainError({ rule: 'unknown', type: kind, id });
    const { state, stored } = now;
    if (!revision.accepts(state.version)) throw new DomainError({ rule: 'changed', type: kind, id });
    const owner = ownerAfter(state, { connection: caller.connection, adopts: caller.adopts });

    const plain = toStored(state, caller);
    const next = revision.decide(plain);
    if (same(next, plain.attributes)) return written(stored);
    if (owner !== state.owner) requireSameIdentity(state, next);
    const { content, password } = contentOf(next, nameAttribute, caller, state);
    const hash = password === undefined ? undefined : await hashed(tenant, password);
    const committed = await work.commit(
      {
        tenant,
        revises: { before: state, after: { ...content, owner }, ...(hash !== undefined && { password: hash }) },
        ...(!revision.accepts(noVersion) && { onlyAt: state.version }),
        relies: [],
        entry: {
          order,
          operation: 'revise',
          kind,
          resource: id,
          differences: recorded(state, { ...content, owner }, password),
        },
      },
      deadline,
    );
    const after = { ...state, ...content, version: committed.version, modified: committed.at };
    return written(toStored(after, caller, pick(stored.attributes as JsonObject)));
  }
}

const pick = ({ groups }: JsonObject) => (groups === undefined ? {} : { groups });

const written = (stored: Stored): Written => ({ stored, refusedMembers: [] });
