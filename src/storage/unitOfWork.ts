import type mongoose from 'mongoose';
import { leavesWork, Stale, type Change, type Committed, type Unit } from '../domain/changes.ts';
import { firstOf } from '../domain/committing.ts';
import { DomainError } from '../domain/errors.ts';
import type { UnitOfWork } from '../domain/ports.ts';
import type { TenantId } from '../domain/tenants.ts';
import { assemble, stripes, type Assembled, type TypeOf } from './batch.ts';
import { claimBook, unitedClaims, weightOf, type Claims } from './claims.ts';
import { gather } from './gather.ts';
import { headCache } from './heads.ts';
import { isCrowd, stage } from './staging.ts';
import { CommitUnknown, Conflict, isTransient, transact } from './transaction.ts';
import { findBroken, findClash, findTaken } from './verify.ts';

/** Changes that wait for their batch. */
interface Waiting extends Unit {
  readonly claims: Claims;
  weight: number;
  readonly deadline: number;
  /** It was once turned away by one that did the same: it may break a batch. */
  suspect: boolean;
  readonly resolve: (committed: readonly Committed[]) => void;
  readonly reject: (error: Error) => void;
  /** It was told its outcome. */
  settled: boolean;
}

/** Who is told of what is committed. */
export interface Observer {
  /** Data of that tenant changed, or may have. */
  readonly onCommit?: (tenant: TenantId) => void;
  /** What was committed, or may have been, leaves something to do for that tenant that somebody waits for. */
  readonly onLeft?: (tenant: TenantId) => void;
  /** So many changes were committed in one transaction. */
  readonly onBatch?: (changes: number) => void;
}

/** A batch holds at most so many changes, which write at most so many documents; a larger change goes alone. */
const most = { changes: 100, writes: 1_000 };

/** A batch that conflicts so often although each of its changes seems to hold is tried in halves. */
const patience = 5;

const halves = <T>(items: readonly T[]): T[][] => {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
};

/** For so long after a taken name was refused, names are looked up before their bearers join a batch. */
const suspicion = 2_000;

/**
 * Commits changes, those that wait at the same moment in one transaction, each with its own outcome: one that breaks a
 * condition or a unique key leaves, and the rest are tried again together. Nobody waits for a batch to fill: it is what
 * gathered while the last one was committed.
 *
 * @param lanes how many batches may be under way at once
 */
export function unitOfWork(
  connection: mongoose.Connection,
  typeOf: TypeOf,
  clock: () => number,
  observer: Observer = {},
  lanes = 2,
): UnitOfWork {
  const heads = headCache();
  const stripe = Math.floor(Math.random() * stripes);
  const queue: Waiting[] = [];
  const underWay = new Set<string>();
  const turns: (() => void)[] = [];
  let running = 0;
  let suspectedUntil = 0;

  const database = () => {
    if (!connection.db) throw new DomainError({ rule: 'busy' });
    return connection.db;
  };

  /** Takes from the front of the queue what can be committed together and apart from what is under way. */
  function take(): Waiting[] {
    const book = claimBook();
    const batch: Waiting[] = [];
    const reserved = new Set<string>();
    let weight = 0;
    let count = 0;
    const fits = (next: Waiting): boolean =>
      weight + next.weight <= most.writes && count + next.changes.length <= most.changes;
    for (let at = 0; at < queue.length && count < most.changes;) {
      const next = queue[at];
      if (!next) break;
      const full = batch.length > 0 && !fits(next);
      const documents = [...next.claims.documents];
      const elsewhere = documents.some((id) => underWay.has(id) || reserved.has(id));
      if (full || elsewhere || !book.admits(next.claims)) {
        if (!full && !elsewhere) next.suspect = true;
        // Else who needs two documents that others keep busy in turn would never find both free.
        if (elsewhere) for (const id of documents) reserved.add(id);
        at += 1;
        continue;
      }
      queue.splice(at, 1);
      batch.push(next);
      weight += next.weight;
      count += next.changes.length;
    }
    return batch;
  }

  function pump(): void {
    while (running < lanes && queue.length > 0) {
      const batch = take();
      if (batch.length === 0) return;
      running += 1;
      const documents = batch.flatMap(({ claims }) => [...claims.documents]);
      for (const id of documents) underWay.add(id);
      void run(batch).finally(() => {
        for (const id of documents) underWay.delete(id);
        running -= 1;
        for (const end of turns.splice(0)) end();
        pump();
      });
    }
  }

  async function run(batch: Waiting[]): Promise<void> {
    let left = batch;
    try {
      left = await evictSuspects(left);
      for (let round = 1; left.length > 0 && round <= patience; round += 1) left = await attempt(left, round);
      await apart(left);
    } catch (error) {
      // One change that the database refuses for what it is must not take the others with it.
      const open = left.filter(({ settled }) => !settled);
      if (batch.length > 1) for (const item of open) await run([item]);
      else
        for (const { reject } of open) reject(error instanceof Error ? error : new Error('refused', { cause: error }));
    }
  }

  /** Looks for the change that keeps a batch from being committed; found, it waits behind the others, for itself. */
  async function apart(batch: Waiting[]): Promise<void> {
    const [first, ...others] = batch;
    if (!first) return;
    if (others.length > 0) for (const part of halves(batch)) await run(part);
    else if (!first.settled) {
      first.weight = Infinity;
      queue.push(first);
    }
  }

  /** Tries once; returns those who are to try again. */
  async function attempt(batch: Waiting[], round: number): Promise<Waiting[]> {
    const now = clock();
    const due = batch.filter(({ deadline, reject }) => {
      if (deadline > now) return true;
      reject(new DomainError({ rule: 'busy' }));
      return false;
    });
    const assembled = assemble(due, heads, typeOf, new Date(now), stripe);
    for (const item of assembled.stale) item.reject(new Stale('changed meanwhile'));
    const going = due.filter((item) => assembled.outcomes.has(item));
    if (going.length === 0) return [];
    try {
      await write(assembled, Math.max(...going.map(({ deadline }) => deadline)) - now);
    } catch (error) {
      if (error instanceof CommitUnknown) {
        noteTenants(going);
        for (const { reject } of going) reject(new DomainError({ rule: 'busy' }, { cause: error }));
        return [];
      }
      if (!(error instanceof Conflict) && !isTransient(error)) throw error;
      await pause(round);
      return evictBroken(going).catch((cause: unknown) => {
        if (isTransient(cause)) return going;
        throw cause;
      });
    }
    for (const head of assembled.heads) heads.keep(head);
    for (const id of assembled.removed) heads.forget(id);
    noteTenants(going);
    observer.onBatch?.(going.reduce((sum, { changes }) => sum + changes.length, 0));
    for (const [item, committed] of assembled.outcomes) item.resolve(committed);
    return [];
  }

  function noteTenants(units: readonly Unit[]): void {
    for (const { changes } of units)
      for (const { tenant } of changes.slice(0, 1)) {
        observer.onCommit?.(tenant);
        if (changes.some(leavesWork)) observer.onLeft?.(tenant);
      }
  }

  async function write({ writes }: Assembled<Waiting>, milliseconds: number): Promise<void> {
    const session = connection.getClient().startSession();
    try {
      await transact(database(), session, writes, milliseconds);
    } finally {
      await session.endSession();
    }
  }

  /** Looks before it is tried at those that may break a batch, and at no others. */
  async function evictSuspects(batch: Waiting[]): Promise<Waiting[]> {
    const suspects = batch.filter(({ suspect }) => suspect);
    return suspects.length > 0 ? evict(batch, await findBroken(database(), suspects, heads)) : batch;
  }

  const nameFaults = gather<Unit, Error | undefined>(async (_tenant, asks) => {
    const faults = await findTaken(database(), asks);
    return asks.map((ask) => faults.get(ask));
  });

  /** While somebody brings names that are taken, names are looked up before their bearers join a batch. */
  async function requireFreeNames(unit: Unit): Promise<void> {
    const bearer = unit.changes.find(bringsName);
    if (suspectedUntil <= clock() || !bearer) return;
    const fault = await nameFaults(bearer.tenant, unit);
    if (!fault) return;
    suspectedUntil = clock() + suspicion;
    // Its turn is when its batch would have been through: who repeats himself gets no more of the server than others.
    if (running > 0) await new Promise<void>((resolve) => turns.push(resolve));
    throw fault;
  }

  const evictBroken = async (batch: Waiting[]): Promise<Waiting[]> =>
    evict(batch, await findBroken(database(), batch, heads));

  function evict(batch: Waiting[], broken: ReadonlyMap<Waiting, Error>): Waiting[] {
    for (const [item, error] of broken) {
      if (error instanceof DomainError) suspectedUntil = clock() + suspicion;
      item.reject(error);
    }
    return batch.filter((item) => !broken.has(item));
  }

  const submit = (unit: Unit, deadline: number): Promise<readonly Committed[]> =>
    new Promise((resolve, reject) => {
      const waiting = {
        ...unit,
        claims: unitedClaims(unit),
        weight: weightOf(unit),
        deadline,
        suspect: false,
        settled: false,
      };
      const expiry = setTimeout(
        () => {
          const at = queue.indexOf(entry);
          if (at >= 0) queue.splice(at, 1);
          entry.reject(new DomainError({ rule: 'busy' }));
        },
        Math.max(0, deadline - clock()),
      );
      const entry: Waiting = {
        ...waiting,
        resolve(committed) {
          entry.settled = true;
          clearTimeout(expiry);
          resolve(committed);
        },
        reject(error) {
          entry.settled = true;
          clearTimeout(expiry);
          reject(error);
        },
      };
      queue.push(entry);
      pump();
    });

  async function commitAll(changes: readonly Change[], deadline: number): Promise<readonly Committed[]> {
    const unit = { changes };
    const clash = changes.length > 1 ? findClash(unit) : undefined;
    if (clash) throw clash;
    await requireFreeNames(unit);
    if (!changes.some(isCrowd)) return submit(unit, deadline);
    const staged = changes.map(async (change) => (isCrowd(change) ? stage(connection, change, clock()) : change));
    return submit({ changes: await Promise.all(staged) }, deadline);
  }

  return {
    commitAll,
    commit: (change, deadline) => firstOf(commitAll([change], deadline)),
  };
}

const bringsName = ({ creates, revises }: Change): boolean =>
  creates !== undefined || (revises !== undefined && revises.after.name !== revises.before.name);

/** Two processes that met in a document should not meet there again. */
const pause = (round: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** round, 50)));
