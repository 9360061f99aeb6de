import type { ClientSession, Connection as Database } from 'mongoose';
import { nameKey } from '../domain/tenants.ts';
import type { Connections } from '../domain/accessPorts.ts';
import type { Connection } from '../domain/connections.ts';
import type { TenantId } from '../domain/tenants.ts';
import { connectionsModel, toConnection } from './connectionDocuments.ts';
import { isDuplicateKey } from './models.ts';
import { insertToken } from './tokens.ts';

/** How long adding something with what belongs to it may take, retries included. */
export const addingMs = 10_000;

/** Adds a connection in a transaction. */
export async function insertConnection(db: Database, connection: Connection, session: ClientSession): Promise<void> {
  const { id, ...kept } = connection;
  await connectionsModel(db).create([{ _id: id, ...kept, nameKey: nameKey(connection.name) }], { session });
}

/** Connections in MongoDB. */
export function connections(db: Database): Connections {
  const model = connectionsModel(db);

  async function change(tenant: TenantId, id: string, to: Partial<Connection>): Promise<Connection | undefined> {
    const found = await model.findOneAndUpdate({ tenant, _id: id }, { $set: to }, { returnDocument: 'after' }).lean();
    return found ? toConnection(found) : undefined;
  }

  return {
    async add(tenant, connection, first) {
      const session = await db.startSession();
      try {
        await session.withTransaction(
          async () => {
            await insertConnection(db, { ...connection, tenant }, session);
            await insertToken(db, { ...first, tenant }, 0, session);
          },
          { timeoutMS: addingMs },
        );
        return 'added';
      } catch (cause) {
        if (isDuplicateKey(cause)) return 'name-taken';
        throw cause;
      } finally {
        await session.endSession();
      }
    },

    async find(tenant, id) {
      const found = await model.findOne({ tenant, _id: id }).lean();
      return found ? toConnection(found) : undefined;
    },

    async named(tenant, name) {
      const found = await model.findOne({ tenant, nameKey: nameKey(name) }).lean();
      return found ? toConnection(found) : undefined;
    },

    async list(tenant, limit) {
      const found = await model.find({ tenant }).sort({ nameKey: 1 }).limit(limit).lean();
      return found.map(toConnection);
    },

    set: (tenant, id, to) => change(tenant, id, to),
    pause: (tenant, id) => change(tenant, id, { paused: true }),
    resume: (tenant, id) => change(tenant, id, { paused: false }),
  };
}
