import type { Connection as Database, Model, Schema } from 'mongoose';

/** How every schema of administration is kept: no field and no filter that the schema doesn't know, indexes by migration. */
export const strictly = (collection: string) =>
  ({
    collection,
    strict: 'throw',
    strictQuery: 'throw',
    autoIndex: false,
    autoCreate: false,
    versionKey: false,
    id: false,
  }) as const;

/** The model of that name on a database, made once. */
export const modelOf = <T>(db: Database, name: string, schema: Schema<T>): Model<T> =>
  (db.models[name] ?? db.model(name, schema)) as Model<T>;

/** Whether a write failed because something has that key already. */
export const isDuplicateKey = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 11_000;
