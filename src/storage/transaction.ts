import mongoose from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../domain/errors.ts';
import type { Writes } from './writes.ts';

/** A write that met another state of the database than it was decided on. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}

/** A commit whose outcome could not be learnt: it may have been made. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
}

/** No server could be asked. */
const isAway = (error: unknown): boolean =>
  error instanceof mongoose.mongo.MongoNetworkError || error instanceof mongoose.mongo.MongoServerSelectionError;

/** The database was not there, or not primary, for a moment: nothing of the transaction is left. */
export const isTransient = (error: unknown): boolean => isAway(error) || labelled(error, 'TransientTransactionError');

type Session = mongoose.mongo.ClientSession;

/** Durable on a majority, journal included, before anything is answered. */
const options = { readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority', j: true } } as const;

/**
 * Writes a batch in one transaction: one command per collection and kind of write, and the commit.
 *
 * @throws Conflict where a condition did not hold or a unique key was taken, DomainError `too-large`; nothing is written
 *   then
 */
export async function transact(
  db: mongoose.mongo.Db,
  session: Session,
  writes: Writes,
  milliseconds: number,
): Promise<void> {
  const until = performance.now() + milliseconds;
  session.startTransaction({ ...options, maxCommitTimeMS: milliseconds });
  try {
    for (const { command, due } of commandsOf(writes)) {
      const answer = await db.command({ ...command, maxTimeMS: milliseconds }, { session });
      requireWritten(answer);
      const met = metBy(answer);
      if (due !== undefined && met !== due) throw new Conflict(`met ${String(met)} of ${due}`);
    }
  } catch (error) {
    await session.abortTransaction().catch(() => undefined);
    throw refusalOf(error);
  }
  await commit(session, until);
}

/** Commits; where the answer got lost, asks again while there is time: a commit that was made is not made twice. */
async function commit(session: Session, until: number): Promise<void> {
  for (;;)
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!isUnconfirmed(error)) throw refusalOf(error);
      if (performance.now() >= until) throw new CommitUnknown('the commit was not confirmed', { cause: error });
      await sleep(50);
    }
}

/** The server may have committed all the same. The driver doesn't label what it meets when it asks again by itself. */
const isUnconfirmed = (error: unknown): boolean =>
  labelled(error, 'UnknownTransactionCommitResult') || (isAway(error) && !labelled(error, 'TransientTransactionError'));

/** Duplicate keys and write conflicts are one thing to the caller: decided on something that is no more. */
const conflicts = new Set<unknown>([11_000, 112, 251]);

const refusalOf = (cause: unknown): unknown => {
  if (isTooLarge(cause)) return new DomainError({ rule: 'too-large' }, { cause });
  return cause instanceof mongoose.mongo.MongoServerError && conflicts.has(cause.code)
    ? new Conflict(String(cause.code), { cause })
    : cause;
};

/** MongoDB takes 16 MB in a document; of much more the driver does not even make a command. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof mongoose.mongo.MongoServerError
    ? error.code === 10_334
    : error instanceof RangeError && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';

/** A write that is refused for what it is will be refused again: that is no conflict. */
function requireWritten({ writeErrors }: mongoose.mongo.Document): void {
  const [error] = (writeErrors ?? []) as readonly { readonly code: number; readonly errmsg: string }[];
  if (!error) return;
  if (conflicts.has(error.code)) throw new Conflict(String(error.code));
  throw new mongoose.mongo.MongoServerError(error);
}

const labelled = (error: unknown, label: string): boolean =>
  error instanceof mongoose.mongo.MongoError && error.hasErrorLabel(label);

/** The commands of a batch, those likeliest to be refused first; `due`: how many documents each must meet. */
function commandsOf({
  resources,
  nesting,
  departures,
  accounts,
  existing,
  edges,
  history,
  journal,
  closings,
  jobs,
  stagings,
}: Writes): { command: mongoose.mongo.Document; due?: number }[] {
  const all = [
    { command: { update: 'departures', updates: departures }, due: departures.length },
    { command: { update: 'accounts', updates: accounts }, due: accounts.length },
    { command: { insert: 'resources', documents: resources.inserts }, due: resources.inserts.length },
    { command: { update: 'resources', updates: resources.updates }, due: resources.updated },
    { command: { delete: 'resources', deletes: resources.deletes }, due: resources.deletes.length },
    { command: { update: 'nesting', updates: nesting }, due: nesting.length },
    { command: { update: 'edges', updates: edges.looks }, due: edges.met },
    { command: { update: 'edges', updates: edges.updates }, due: edges.closed },
    { command: { insert: 'edges', documents: edges.inserts }, due: edges.inserts.length },
    { command: { insert: 'history', documents: history } },
    { command: { update: 'closings', updates: stagings }, due: stagings.length },
    { command: { insert: 'closings', documents: closings } },
    { command: { insert: 'jobs', documents: jobs } },
    { command: { insert: 'journal', documents: journal } },
  ];
  const writes = all.flatMap(({ command, ...rest }) => {
    const [, rows] = Object.values(command);
    return Array.isArray(rows) && rows.length > 0 ? chunked(command, rest) : [];
  });
  return [...writes, ...existing.flatMap(lookFor)];
}

/** Looks whether all of them are there, within the transaction. */
const lookFor = ({ tenant, ids }: Writes['existing'][number]) =>
  parts(ids).map((part) => ({
    command: {
      aggregate: 'resources',
      pipeline: [{ $match: { tenant, _id: { $in: part } } }, { $count: 'n' }],
      cursor: {},
    },
    due: part.length,
  }));

/** How many documents a command met, or found. */
const metBy = ({ n, cursor }: mongoose.mongo.Document): number =>
  cursor ? ((cursor as { firstBatch: readonly { n: number }[] }).firstBatch[0]?.n ?? 0) : (n as number);

/** MongoDB takes at most 100,000 statements and 48 MB in a command; 20,000 of ours stay well below. */
const perCommand = 20_000;

function chunked(
  command: mongoose.mongo.Document,
  rest: { due?: number },
): { command: mongoose.mongo.Document; due?: number }[] {
  const [[verb, collection], [field, rows]] = Object.entries(command) as [[string, string], [string, unknown[]]];
  if (rows.length <= perCommand) return [{ command, ...rest }];
  // Only inserts grow that large, and each of them counts as one.
  return parts(rows).map((part) => ({ command: { [verb]: collection, [field]: part }, due: part.length }));
}

const parts = <T>(rows: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(rows.length / perCommand) }, (_, at) =>
    rows.slice(at * perCommand, (at + 1) * perCommand),
  );
