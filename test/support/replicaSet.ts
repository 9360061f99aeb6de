import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type mongoose from 'mongoose';
import { onDatabase } from './embedded.ts';
import { testBinary } from './mongod.ts';
import { freePort } from './server.ts';

/** A replica set of real mongods on loopback, whose members can be killed and started again. */
export interface ReplicaSet {
  /** Names a database of it. */
  readonly uri: string;
  /** Makes the primary a secondary that does not stand for election for ten seconds. */
  stepDown(): Promise<void>;
  /** Kills the primary (-9); `revive` starts it again on its files. */
  killPrimary(): Promise<void>;
  /** Sends all members a signal: `SIGSTOP` makes them silent, `SIGKILL` ends them. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Starts all members that do not run. */
  revive(): Promise<void>;
  /** Settles when one of those it began with has ended: with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Waits until there is a primary. */
  primary(): Promise<string>;
  stop(): Promise<void>;
}

interface Member {
  readonly port: number;
  readonly host: string;
  readonly folder: string;
  child: ChildProcess | undefined;
}

/** How members are run: another file than the tests' mongod, more arguments. */
export interface Way {
  readonly file?: string;
  readonly args?: readonly string[];
}

/** Starts a replica set of so many members, each with little memory. */
export async function startReplicaSet(size: number, way: Way = {}): Promise<ReplicaSet> {
  const { file = (await testBinary()).file, args = [] } = way;
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-set-'));
  const members = await Promise.all(
    Array.from({ length: size }, async (_, at): Promise<Member> => {
      const port = await freePort();
      const own = join(folder, String(at));
      await mkdir(own);
      return { port, host: `127.0.0.1:${String(port)}`, folder: own, child: undefined };
    }),
  );
  const killNow = () => {
    for (const { child } of members) child?.kill('SIGKILL');
  };
  process.once('exit', killNow);
  await Promise.all(members.map((member) => run(file, args, member)));
  const ended = Promise.race(members.map(endOf));

  const on = <Result>({ host }: Member, work: (admin: mongoose.mongo.Db) => Promise<Result>): Promise<Result> =>
    onDatabase(`mongodb://${host}/?directConnection=true`, (client) => work(client.db('admin')));

  const isPrimary = async (member: Member): Promise<boolean> => {
    if (!member.child) return false;
    const hello = await on(member, (admin) => admin.command({ hello: 1 })).catch((): mongoose.mongo.Document => ({}));
    return hello['isWritablePrimary'] === true;
  };

  async function thePrimary(): Promise<Member> {
    for (;;) {
      for (const member of members) if (await isPrimary(member)) return member;
      await sleep(20);
    }
  }

  const [first] = members;
  if (!first) throw new Error('a set of none');
  await on(first, (admin) =>
    admin.command({
      replSetInitiate: {
        _id: 'set',
        members: members.map(({ host }, _id) => ({ _id, host })),
        settings: { electionTimeoutMillis: 2_000, heartbeatIntervalMillis: 500 },
      },
    }),
  );
  await thePrimary();

  return {
    uri: `mongodb://${members.map(({ host }) => host).join(',')}/rollcall?replicaSet=set`,
    async stepDown() {
      // The connection breaks as it does so, or does not: both are success.
      await on(await thePrimary(), (admin) => admin.command({ replSetStepDown: 10, force: true })).catch(
        () => undefined,
      );
    },
    killPrimary: async () => kill(await thePrimary()),
    signal: async (signal) => {
      if (signal === 'SIGKILL') await Promise.all(members.map(kill));
      else for (const { child } of members) child?.kill(signal);
    },
    revive: async () => {
      await Promise.all(members.filter(({ child }) => !child).map((member) => run(file, args, member)));
    },
    ended,
    primary: async () => (await thePrimary()).host,
    async stop() {
      process.off('exit', killNow);
      await Promise.all(members.map(kill));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a member, and waits until it answers. */
async function run(file: string, more: readonly string[], member: Member): Promise<void> {
  const { port, host, folder } = member;
  const args = [
    ...['--dbpath', folder, '--logpath', `${folder}/log`, '--logappend', '--bind_ip', '127.0.0.1'],
    ...['--port', String(port), '--nounixsocket', '--replSet', 'set', '--oplogSize', '128'],
    ...['--wiredTigerCacheSizeGB', '0.25', '--networkMessageCompressors', 'disabled'],
    ...['--setParameter', 'diagnosticDataCollectionEnabled=false', ...more],
  ];
  const child = spawn(file, args, { stdio: 'ignore' });
  member.child = child;
  child.once('exit', () => {
    if (member.child === child) member.child = undefined;
  });
  for (;;) {
    if (member.child !== child) throw new Error(`mongod ended with ${String(child.exitCode ?? child.signalCode)}`);
    const answer = await onDatabase(`mongodb://${host}/?directConnection=true&serverSelectionTimeoutMS=500`, (client) =>
      client.db('admin').command({ ping: 1 }),
    ).catch(() => undefined);
    if (answer) return;
    await sleep(20);
  }
}

const endOf = ({ child }: Member): Promise<number | NodeJS.Signals | null> =>
  new Promise((resolve) => {
    child?.once('exit', (code, signal) => {
      resolve(code ?? signal);
    });
  });

async function kill(member: Member): Promise<void> {
  const { child } = member;
  member.child = undefined;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
