import { isChunks } from '../projection.ts';
import type { Entry } from '../types.ts';

/** An entry that waits, and how many characters of JSON its resource has. */
interface Held {
  readonly entry: Entry;
  readonly length: number;
}

const mostHeld = 8 * 1024 * 1024;

/**
 * Puts results in the order of the request: each is held back until all before it are there. Resources of no more than
 * `most` characters wait with them: a result beyond that leaves out its resource, as RFC 7644 §3.7.3 allows, and so does
 * one whose resource is still coming, since the instant that it is read at may be gone by then.
 */
export function inRequestOrder(most = mostHeld) {
  const held = new Map<number, Held>();
  let told = 0;
  let length = 0;

  function hold(entry: Entry): Held {
    const own = lengthOf(entry);
    if (length + own > most) return { entry: withoutResource(entry), length: 0 };
    length += own;
    return { entry, length: own };
  }

  return {
    /** What is to be told next, now that these are there too. */
    next(entries: readonly (readonly [index: number, entry: Entry])[]): readonly Entry[] {
      const fresh = new Map(entries);
      const ready: Entry[] = [];
      for (;;) {
        const next = fresh.get(told) ?? held.get(told)?.entry;
        if (!next) break;
        ready.push(next);
        length -= held.get(told)?.length ?? 0;
        fresh.delete(told);
        held.delete(told);
        told += 1;
      }
      for (const [index, entry] of fresh) held.set(index, hold(entry));
      return ready;
    },
    /** What is left where some are never there. */
    rest: (): readonly Entry[] => [...held].sort(([a], [b]) => a - b).map(([, { entry }]) => entry),
  };
}

/** Of a refusal nothing is counted: it is short, and must be told. */
function lengthOf({ status, response }: Entry): number {
  if (response === undefined || response === null || Number(status) >= 300) return 0;
  return Object.values(response).some(isChunks) ? Infinity : JSON.stringify(response).length;
}

function withoutResource({ response: _response, ...entry }: Entry): Entry {
  return entry;
}
