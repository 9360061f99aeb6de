import { createHash } from 'node:crypto';
import mongoose from 'mongoose';
import { keptCollections, ofTenant } from '../../src/storage/kept.ts';

/** Said at each read: the driver keeps a read concern of the client, where it has one, in a snapshot session too. */
const atSnapshot = { readConcern: { level: 'snapshot' } } as const;

/** Which of what is kept: of one tenant or all, now or at an instant that MongoDB still knows (`seconds:increment`). */
interface Which {
  readonly tenant?: string;
  readonly clusterTime?: string;
}

/** Of each collection the number of documents and a digest of every byte of them. */
export async function exportHash(
  client: mongoose.mongo.MongoClient,
  { tenant, clusterTime }: Which = {},
): Promise<Readonly<Record<string, string>>> {
  const session = client.startSession({ snapshot: true });
  if (clusterTime !== undefined) Object.assign(session, { snapshotTime: timestampOf(clusterTime) });
  const found: Record<string, string> = {};
  try {
    for (const collection of keptCollections) {
      const digest = createHash('sha256');
      let count = 0;
      const cursor = client
        .db()
        .collection(collection)
        .find(ofTenant(collection, tenant), { session, ...atSnapshot, raw: true })
        .sort({ _id: 1 });
      for await (const bytes of cursor as AsyncIterable<object> as AsyncIterable<Uint8Array>) {
        digest.update(bytes);
        count += 1;
      }
      found[collection] = `${count} ${digest.digest('hex')}`;
    }
  } finally {
    await session.endSession();
  }
  return found;
}

function timestampOf(clusterTime: string): mongoose.mongo.Timestamp {
  const [t = 0, i = 0] = clusterTime.split(':').map(Number);
  return new mongoose.mongo.Timestamp({ t, i });
}
