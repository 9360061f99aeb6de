import type { TenantId } from '../domain/tenants.ts';

/** One look-up, under way or done. */
interface LookUp<T> {
  /** When it was begun: what it finds may be as old as this. */
  readonly begun: number;
  readonly found: Promise<T | undefined>;
  done: boolean;
}

// What is revoked is refused everywhere within a second; what is left of it is for the look-up's answer and the request.
const validMs = 900;
const mostKept = 10_000;
const noteApartMs = 60_000;

/**
 * Look-ups from memory while they are fresh: what is warm costs no store command, what is unknown is not looked up again
 * and again, what is cold costs one command however many ask for it at once.
 *
 * @param elapsed milliseconds of a clock that is never set back
 */
export function lookUps<K, T>(
  find: (what: K) => Promise<T | undefined>,
  keyOf: (what: K) => string,
  elapsed: () => number,
): (what: K) => Promise<T | undefined> {
  const kept = new Map<string, LookUp<T>>();

  function begin(what: K, key: string): LookUp<T> {
    const begun: LookUp<T> = { begun: elapsed(), found: find(what), done: false };
    begun.found.then(
      () => {
        begun.done = true;
      },
      () => {
        begun.done = true;
        if (kept.get(key) === begun) kept.delete(key);
      },
    );
    put(kept, key, begun);
    return begun;
  }

  return async (what) => {
    const key = keyOf(what);
    const arrived = elapsed();
    for (;;) {
      const last = kept.get(key);
      if (last && arrived - last.begun < validMs) return last.found;
      if (!last || last.done) return begin(what, key).found;
      // Begun too long ago to count for this request, and under way: one at a time.
      await last.found.catch(() => undefined);
    }
  };
}

/** A credential that was used. */
interface Used {
  readonly tenant: TenantId;
  readonly selector: string;
  readonly lastUsedAt: Date | undefined;
}

/** Notes when credentials were used, each at most once a minute. */
export interface Uses {
  note(credential: Used, at: Date): void;
  /** Resolves when no note is on its way to the store. */
  settled(): Promise<void>;
}

/** @param onUnnoted told that a use could not be noted */
export function uses(
  used: (credential: Used, at: Date, apartMs: number) => Promise<void>,
  onUnnoted: (cause: unknown) => void,
): Uses {
  const noted = new Map<string, number>();
  const notes = new Set<Promise<void>>();
  return {
    note(credential, at) {
      const { tenant, selector, lastUsedAt } = credential;
      const key = `${tenant} ${selector}`;
      const last = Math.max(noted.get(key) ?? -Infinity, lastUsedAt?.getTime() ?? -Infinity);
      if (at.getTime() - last < noteApartMs) return;
      put(noted, key, at.getTime());
      const writing = used(credential, at, noteApartMs)
        .catch(onUnnoted)
        .finally(() => notes.delete(writing));
      notes.add(writing);
    },
    async settled() {
      await Promise.all(notes);
    },
  };
}

/** Puts an entry last, and the first one out where there are too many. */
function put<T>(entries: Map<string, T>, key: string, value: T): void {
  entries.delete(key);
  entries.set(key, value);
  if (entries.size <= mostKept) return;
  for (const first of entries.keys()) {
    entries.delete(first);
    return;
  }
}
