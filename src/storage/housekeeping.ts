import type mongoose from 'mongoose';
import { tenantId, type TenantId } from '../domain/tenants.ts';
import { closeOldEdges } from './closings.ts';
import { errands, type Errand } from './errands.ts';
import { sequence } from './sequencer.ts';

/** Work that follows writes, which nobody waits for. */
export interface Housekeeping {
  /** Something was written for that tenant. */
  noted(tenant: TenantId): void;
  /** What was written leaves something to do that somebody waits for: a job, a free seat. */
  urged(tenant: TenantId): void;
  /** Does what there is to do now; for tests, and before stopping. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** So long after a write its journal entry has its place. */
const turn = 1_000;

/** Every so many turns all tenants are looked at: a process that was killed leaves work to the others. */
const wholeRound = 60;

/**
 * Puts journal entries in order and closes the edges of emptied groups, a second after the writes that made them. Any
 * number of processes may do so at once.
 *
 * @param more what else there is to do for tenants, and somebody waits for: each by itself
 */
export function housekeeping(
  connection: mongoose.Connection,
  onError: (error: unknown) => void,
  more: readonly Errand[] = [],
): Housekeeping {
  const running = more.map((errand) => errands(errand, onError));
  const urged = (tenant: TenantId): void => {
    for (const each of running) each.urge(tenant);
  };
  let waiting = new Set<TenantId>();
  let turns = 0;
  let stopped = false;
  let runs = 0;
  let current: Promise<void> = Promise.resolve();
  // Apart from the rest: closing the edges of a large group takes its time, and nobody's entries wait for it.
  let closing: Promise<void> = Promise.resolve();

  async function everyTenant(): Promise<void> {
    const rows = connection.collection<{ _id: string }>('tenants').find({}, { projection: { _id: 1 } });
    for await (const { _id } of rows) waiting.add(tenantId(_id));
  }

  async function work(): Promise<void> {
    const tenants = waiting;
    waiting = new Set();
    for (const tenant of tenants) urged(tenant);
    for (const tenant of tenants)
      await orLater(tenant, async () => {
        while (!stopped && (await sequence(connection, tenant)));
      });
    closing = closing.then(async () => {
      for (const tenant of tenants) await orLater(tenant, () => closeOldEdges(connection, tenant, () => !stopped));
    });
  }

  /** What fails for one tenant is tried again at the next turn, and holds up no other. */
  async function orLater(tenant: TenantId, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      waiting.add(tenant);
      onError(error);
    }
  }

  const run = (): Promise<void> => {
    runs += 1;
    current = current.then(async () => {
      try {
        if (turns % wholeRound === 0) await everyTenant();
        turns += 1;
        await work();
      } catch (error) {
        onError(error);
      }
      runs -= 1;
    });
    return current;
  };

  const timer = setInterval(() => void (runs === 0 && run()), turn);
  timer.unref();

  return {
    noted: (tenant) => void waiting.add(tenant),
    urged,
    async settle() {
      await run();
      await closing;
      await Promise.all(running.map((each) => each.settle()));
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await current;
      await closing;
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}
