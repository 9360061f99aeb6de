#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from './admin/errors.ts';
import { load, save } from './archive.ts';
import type { Opened } from './cli/front.ts';
import { meterOn } from './cli/progress.ts';
import { run } from './cli/run.ts';
import { adminPorts } from './administration.ts';
import { examine } from './examination.ts';
import { config, ConfigError, locale } from './config.ts';
import type { Config } from './config.ts';
import { MongodError } from './mongod/errors.ts';
import { located, openStore } from './opening.ts';
import { makePlaces } from './mongod/files.ts';
import { holder, lock } from './mongod/lock.ts';
import { notedAddress } from './storage/address.ts';
import { provisioningLog } from './storage/provisioningLog.ts';
import { requireRestored } from './storage/restore.ts';
import { languageOf } from './words/languages.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Opens what the settings name: beside a running server that one's database, else its own for the time being. */
async function open(what?: 'restore'): Promise<Opened> {
  const settings = config();
  const { db, close } =
    settings.mongodbUri === undefined
      ? await inTurn(settings, () => openStore(settings, say))
      : await openStore(settings, say);
  if (what !== 'restore')
    await requireRestored(db).catch(async (error: unknown) => {
      await close();
      throw error;
    });
  const log = provisioningLog(db, () => undefined);
  // What an identity provider is told is where the server is, whatever this shell's settings say.
  const publicUrl = (await notedAddress(db)) ?? settings.publicUrl;
  return { ports: adminPorts(db, publicUrl, operator(), log), close };
}

const patienceMs = 60_000;

/**
 * One command at a time on a data folder: the database that one finds there is a server's, never that of another
 * command, which would end it any moment. A server that is just starting or stopping is waited for.
 */
async function inTurn<T extends { close(): Promise<void> }>(settings: Config, opening: () => Promise<T>): Promise<T> {
  const { dataDir, claims } = await makePlaces(settings.dataDir);
  const turn = await persist(
    () => lock(join(dataDir, 'mongod', 'commands'), dataDir),
    () => Promise.resolve(true),
  );
  try {
    const opened = await persist(opening, async () => (await holder(claims)) !== undefined);
    return { ...opened, close: () => opened.close().finally(turn.release) };
  } catch (error) {
    await turn.release();
    throw error;
  }
}

/** Does it, again and again for a while where the data folder is what it fails for and that may pass. */
async function persist<T>(work: () => Promise<T>, mayPass: () => Promise<boolean>): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof MongodError) || Date.now() > until || !(await mayPass())) throw error;
    }
    await sleep(100);
  }
}

/** Who is at the keyboard, for the record. A container's user may have no name. */
function operator(): string {
  try {
    return `cli (${userInfo().username})`;
  } catch {
    return 'cli';
  }
}

/** A file that was named at the command line; `-` is the standard input. */
async function read(file: string): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal('file.unreadable', { file, why });
  }
}

/** Where the database is, to be looked at. */
const find = (settings: Config) =>
  settings.mongodbUri === undefined ? inTurn(settings, () => located(settings, say)) : located(settings, say);

run(process.argv.slice(2), {
  open,
  examine: (asked) => examine(config, find, asked),
  read,
  save,
  load,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  meter: meterOn({ stream: process.stderr, elapsed: () => performance.now() }),
  language: languageOf(locale()),
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`rollcall: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof ConfigError ? 2 : 1;
  },
);
