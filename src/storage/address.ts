import type { Database } from './connect.ts';

interface AddressDocument {
  _id: 'address';
  publicUrl: string;
}

const addresses = (db: Database) => db.collection<AddressDocument>('meta');

/** Notes where the server on this database is found, for whoever administers it from elsewhere. */
export async function noteAddress(db: Database, publicUrl: string): Promise<void> {
  await addresses(db).updateOne({ _id: 'address' }, { $set: { publicUrl } }, { upsert: true });
}

/** Where the server that last started on this database is found. */
export const notedAddress = async (db: Database): Promise<string | undefined> =>
  (await addresses(db).findOne({ _id: 'address' }))?.publicUrl;
