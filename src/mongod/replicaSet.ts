import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { MongodError } from './errors.ts';
import { setName } from './server.ts';
import type { Credentials } from './files.ts';

/** The name of Rollcall's database in the embedded server. */
export const databaseName = 'rollcall';

const roles = [
  { role: 'readWrite', db: databaseName },
  { role: 'dbAdmin', db: databaseName },
  { role: 'clusterMonitor', db: 'admin' },
];

interface Config {
  readonly _id: string;
  readonly members: readonly { readonly host: string }[];
}

/**
 * Makes a listening mongod a single-node replica set under its present address, waits until it takes writes, and gives
 * the server's account its password. Doing it again changes nothing, so that a start that was cut short is simply
 * repeated. Answers `moved` when the set knows itself by another address: `moveTo` is what helps.
 */
export async function bringUp(
  port: number,
  key: string,
  credentials: Credentials,
  deadline: number,
): Promise<'ready' | 'moved'> {
  const host = hostOf(port);
  return asItself(host, key, async (client) => {
    // Read from the file, not asked of mongod: while that looks for itself under an address that another program has
    // taken (for half a minute if that one is silent), it answers as if it had never been initiated.
    const config = await configs(client).findOne();
    if (config !== null && config.members[0]?.host !== host) return 'moved';
    const admin = client.db('admin');
    if (config === null) await admin.command({ replSetInitiate: { _id: setName, members: [{ _id: 0, host }] } });
    await takesWrites(admin, deadline);
    await giveAccount(admin, credentials);
    return 'ready';
  });
}

/** Writes the set's new address into the files of a mongod that runs alone, not as a member of the set. */
export async function moveTo(port: number, key: string): Promise<void> {
  const host = hostOf(port);
  await asItself(host, key, (client) => configs(client).updateOne({}, { $set: { 'members.0.host': host } }));
}

const hostOf = (port: number): string => `127.0.0.1:${String(port)}`;

const configs = (client: mongoose.mongo.MongoClient) => client.db('local').collection<Config>('system.replset');

/** Works with mongod's own identity: it may do everything, and whoever reads the key file has it. */
async function asItself<Result>(
  host: string,
  key: string,
  work: (client: mongoose.mongo.MongoClient) => Promise<Result>,
): Promise<Result> {
  const client = new mongoose.mongo.MongoClient(`mongodb://${host}/?directConnection=true`, {
    auth: { username: '__system', password: key },
    authSource: 'local',
    authMechanism: 'SCRAM-SHA-256',
    serverSelectionTimeoutMS: 10_000,
    maxPoolSize: 1,
    retryWrites: false,
  });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.close();
  }
}

async function takesWrites(admin: mongoose.mongo.Db, deadline: number): Promise<void> {
  while ((await admin.command({ hello: 1 }))['isWritablePrimary'] !== true) {
    if (Date.now() > deadline) throw new MongodError('mongod does not become the primary of its replica set');
    await sleep(15);
  }
}

async function giveAccount(admin: mongoose.mongo.Db, { user, password }: Credentials): Promise<void> {
  const { users } = await admin.command({ usersInfo: user });
  const known = Array.isArray(users) && users.length > 0;
  const account = { pwd: password, roles, mechanisms: ['SCRAM-SHA-256'] };
  await admin.command(known ? { updateUser: user, ...account } : { createUser: user, ...account });
}
