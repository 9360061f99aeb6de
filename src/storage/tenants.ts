import mongoose from 'mongoose';
import type { Connection as Database, Model } from 'mongoose';
import { nameKey } from '../domain/tenants.ts';
import type { Tenants } from '../domain/accessPorts.ts';
import type { Tenant, TenantId } from '../domain/tenants.ts';
import { addingMs, insertConnection } from './connections.ts';
import { insertToken } from './tokens.ts';
import { isDuplicateKey, modelOf, strictly } from './models.ts';

/** A tenant as it is kept. */
interface TenantDocument {
  readonly _id: TenantId;
  readonly name: string;
  readonly nameKey: string;
  readonly createdAt: Date;
  readonly createdBy: string;
}

const schema = new mongoose.Schema<TenantDocument>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    createdAt: { type: Date, required: true },
    createdBy: { type: String, required: true },
  },
  strictly('tenants'),
);
schema.index({ nameKey: 1 }, { unique: true });

/** The collection of tenants, with its indexes. */
export const tenantsModel = (db: Database): Model<TenantDocument> => modelOf(db, 'Tenant', schema);

const toDocument = ({ id, ...kept }: Tenant): TenantDocument => ({ _id: id, ...kept, nameKey: nameKey(kept.name) });

const toTenant = (document: TenantDocument): Tenant => ({
  id: document._id,
  name: document.name,
  createdAt: document.createdAt,
  createdBy: document.createdBy,
});

/** Tenants in MongoDB. */
export function tenants(db: Database): Tenants {
  const model = tenantsModel(db);

  return {
    async add(tenant) {
      try {
        await model.create([toDocument(tenant)]);
        return 'added';
      } catch (cause) {
        if (isDuplicateKey(cause)) return 'name-taken';
        throw cause;
      }
    },

    async begin({ tenant, connection, token }) {
      const session = await db.startSession();
      try {
        return await session.withTransaction(
          async () => {
            if (await model.findOne({}, { _id: 1 }, { session }).lean()) return 'not-empty';
            // Of two processes that saw no tenant, the unique name lets one through.
            await model.create([toDocument(tenant)], { session });
            await insertConnection(db, connection, session);
            await insertToken(db, token, 0, session);
            return 'begun';
          },
          { timeoutMS: addingMs },
        );
      } catch (cause) {
        if (isDuplicateKey(cause)) return 'not-empty';
        throw cause;
      } finally {
        await session.endSession();
      }
    },

    async find(id) {
      const found = await model.findOne({ _id: id }).lean();
      return found ? toTenant(found) : undefined;
    },

    async named(name) {
      const found = await model.findOne({ nameKey: nameKey(name) }).lean();
      return found ? toTenant(found) : undefined;
    },

    async list(after, limit) {
      const found = await model
        .find({ nameKey: mongoose.trusted({ $gt: nameKey(after) }) })
        .sort({ nameKey: 1 })
        .limit(limit)
        .lean();
      return found.map(toTenant);
    },
  };
}
