import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';

interface SecretDocument {
  _id: string;
  bytes: mongoose.mongo.Binary;
}

/**
 * The secret that all processes on a database share: 32 random bytes, made by whoever asks first. It is read once; where
 * that fails, by the next who asks.
 */
export function secret(connection: mongoose.Connection): () => Promise<Uint8Array> {
  let known: Promise<Uint8Array> | undefined;
  return () => {
    known ??= read(connection).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

async function read(connection: mongoose.Connection): Promise<Uint8Array> {
  const kept = await connection.collection<SecretDocument>('meta').findOneAndUpdate(
    { _id: 'secret' },
    // Whoever comes second finds that of the first.
    { $setOnInsert: { bytes: new mongoose.mongo.Binary(randomBytes(32)) } },
    { upsert: true, returnDocument: 'after' },
  );
  if (!kept) throw new Error('the secret could not be kept');
  return Buffer.from(kept.bytes.value());
}
