import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import mongoose from 'mongoose';

/** Works on a MongoDB with a connection of its own. */
export async function onDatabase<Result>(
  uri: string,
  work: (client: mongoose.mongo.MongoClient) => Promise<Result>,
): Promise<Result> {
  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.close();
  }
}

/** Writes a note, durably. */
export const remember = (uri: string, text: string): Promise<unknown> =>
  onDatabase(uri, (client) =>
    client
      .db()
      .collection('notes')
      .insertOne({ text }, { writeConcern: { w: 'majority', journal: true } }),
  );

/** The notes that were written. */
export const remembered = (uri: string): Promise<string[]> =>
  onDatabase(uri, async (client) => {
    const notes = await client.db().collection<{ text: string }>('notes').find().toArray();
    return notes.map(({ text }) => text);
  });

/** The connection string without its credentials. */
export function without(uri: string): string {
  const bare = new URL(uri);
  bare.username = '';
  bare.password = '';
  bare.searchParams.delete('authSource');
  return bare.href;
}

/** The pids of the mongods that run on a data folder's files. */
export function mongodsOn(dataDir: string): number[] {
  const processes = execFileSync('ps', ['-eww', '-o', 'pid=,state=,command='], { encoding: 'utf8' }).split('\n');
  const path = `--dbpath ${realpathSync(dataDir)}/`;
  return processes
    .filter((line) => line.includes(path) && !/^\s*\d+\s+Z/.test(line))
    .map((line) => Number.parseInt(line, 10));
}
