import mongoose from 'mongoose';
import type { Writes } from './batch.ts';

/** A write that met another state of the database than it was decided on. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}

/** A commit whose outcome could not be learnt: it may have been made. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
}

/** The database was not there, or not primary, for a moment: nothing of the transaction is left. */
export const isTransient = (error: unknown): boolean =>
  error instanceof mongoose.mongo.MongoNetworkError ||
  error instanceof mongoose.mongo.MongoServerSelectionError ||
  labelled(error, 'TransientTransactionError');

type Session = mongoose.mongo.ClientSession;

/** Durable on a majority, journal included, before anything is answered. */
const options = { readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority', j: true } } as const;

/**
 * Writes a batch in one transaction: one command per collection and kind of write, and the commit.
 *
 * @throws Conflict where a condition did not hold or a unique key was taken; nothing is written then
 */
export async function transact(
  db: mongoose.mongo.Db,
  session: Session,
  writes: Writes,
  milliseconds: number,
): Promise<void> {
  session.startTransaction({ ...options, maxCommitTimeMS: milliseconds });
  try {
    for (const { command, due } of commandsOf(writes)) {
      const answer = await db.command({ ...command, maxTimeMS: milliseconds }, { session });
      if ('writeErrors' in answer) throw new Conflict('a write was refused');
      if (due !== undefined && answer['n'] !== due) throw new Conflict(`met ${String(answer['n'])} of ${due}`);
    }
  } catch (error) {
    await session.abortTransaction().catch(() => undefined);
    throw conflictOf(error);
  }
  await commit(session);
}

/** Commits; where the answer got lost, asks again: a commit that was made is not made twice. */
async function commit(session: Session): Promise<void> {
  for (let left = 2; ; left -= 1)
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!labelled(error, 'UnknownTransactionCommitResult')) throw conflictOf(error);
      if (left === 0) throw new CommitUnknown('the commit was not confirmed', { cause: error });
    }
}

/** Duplicate keys and write conflicts are one thing to the caller: decided on something that is no more. */
const conflictOf = (cause: unknown): unknown =>
  cause instanceof mongoose.mongo.MongoServerError && (cause.code === 11000 || cause.code === 112 || cause.code === 251)
    ? new Conflict(String(cause.code), { cause })
    : cause;

const labelled = (error: unknown, label: string): boolean =>
  error instanceof mongoose.mongo.MongoError && error.hasErrorLabel(label);

/** The commands of a batch, those likeliest to be refused first; `due`: how many documents each must meet. */
function commandsOf({
  resources,
  nesting,
  edges,
  history,
  journal,
  closings,
}: Writes): { command: mongoose.mongo.Document; due?: number }[] {
  const all = [
    { command: { insert: 'resources', documents: resources.inserts }, due: resources.inserts.length },
    { command: { update: 'resources', updates: resources.updates }, due: resources.updated },
    { command: { delete: 'resources', deletes: resources.deletes }, due: resources.deletes.length },
    { command: { update: 'nesting', updates: nesting }, due: nesting.length },
    { command: { update: 'edges', updates: edges.updates }, due: edges.closed },
    { command: { insert: 'edges', documents: edges.inserts }, due: edges.inserts.length },
    { command: { insert: 'history', documents: history } },
    { command: { insert: 'closings', documents: closings } },
    { command: { insert: 'journal', documents: journal } },
  ];
  return all.flatMap(({ command, ...rest }) => {
    const [, rows] = Object.values(command);
    return Array.isArray(rows) && rows.length > 0 ? chunked(command, rest) : [];
  });
}

/** MongoDB takes at most 100,000 statements and 48 MB in a command; 20,000 of ours stay well below. */
const perCommand = 20_000;

function chunked(
  command: mongoose.mongo.Document,
  rest: { due?: number },
): { command: mongoose.mongo.Document; due?: number }[] {
  const [[verb, collection], [field, rows]] = Object.entries(command) as [[string, string], [string, unknown[]]];
  if (rows.length <= perCommand) return [{ command, ...rest }];
  return Array.from({ length: Math.ceil(rows.length / perCommand) }, (_, at) => {
    const part = rows.slice(at * perCommand, (at + 1) * perCommand);
    // Only inserts grow that large, and each of them counts as one.
    return { command: { [verb]: collection, [field]: part }, due: part.length };
  });
}
