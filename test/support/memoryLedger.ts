import { isDeepStrictEqual } from 'node:util';
import { conflict } from '../../src/scim/errors.ts';
import type { Ledger, Settled, Stores } from '../../src/scim/ports.ts';
import type { Caller, Json, ResourceStore } from '../../src/scim/types.ts';

interface Kept {
  readonly id: string;
  readonly body: Json;
  state: 'open' | 'closed';
}

/** The port `ledger` without a database, and stores whose writes it knows of. */
export function memoryLedger(stores: Stores): { readonly ledger: Ledger; readonly stores: Stores } {
  const kept = new Map<string, Kept>();
  const done = new Map<string, Map<number, Settled>>();
  const doneOf = (run: string): Map<number, Settled> => {
    const known = done.get(run) ?? new Map<number, Settled>();
    done.set(run, known);
    return known;
  };
  const keep = ({ part }: Caller, settled: Settled) => part && doneOf(part.run).set(part.index, settled);

  return {
    ledger: {
      open({ tenant, connection }, key, body) {
        const place = JSON.stringify([tenant, connection, key]);
        const run: Kept = kept.get(place) ?? { id: `run-${String(kept.size + 1)}`, body, state: 'closed' };
        if (!isDeepStrictEqual(run.body, body)) return Promise.reject(conflict('That key was used with another body'));
        if (run.state === 'open')
          return Promise.reject(conflict('It is under way', { headers: { 'Retry-After': '5' } }));
        run.state = 'open';
        kept.set(place, run);
        return Promise.resolve({
          id: run.id,
          done: new Map(doneOf(run.id)),
          note: (index, settled) => Promise.resolve(void doneOf(run.id).set(index, settled)),
          close: () => Promise.resolve(void (run.state = 'closed')),
        });
      },
    },
    stores: (type) => recorded(stores(type), keep),
  };
}

/** The store, whose writes are kept in the ledger as the journal keeps them: none of a change that changes nothing. */
const recorded = (store: ResourceStore, keep: (caller: Caller, settled: Settled) => void): ResourceStore => ({
  ...store,
  async create(caller, ...rest) {
    const written = await store.create(caller, ...rest);
    keep(caller, { id: written.stored.id, version: written.stored.version });
    return written;
  },
  async revise(caller, id, revision, lenient) {
    let before = 0;
    const decide: typeof revision.decide = (current) => {
      before = current.version;
      return revision.decide(current);
    };
    const written = await store.revise(caller, id, { ...revision, decide }, lenient);
    if (written.stored.version !== before) keep(caller, { id, version: written.stored.version });
    return written;
  },
  async remove(caller, id, accepts) {
    await store.remove(caller, id, accepts);
    keep(caller, { id });
  },
});
