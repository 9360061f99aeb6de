import { tenantId, type TenantId } from '../domain/tenants.ts';

/** What is known of each tenant, from memory while it is fresh. */
export interface Remembered<T> {
  /** As it was a moment ago: at once where that is known, else by one look-up, however many ask. */
  of(tenant: string): T | Promise<T>;
  /** As it was when it was last looked up, however long ago. */
  last(tenant: string): T | undefined;
}

/** What is known of a tenant. */
interface Known<T> {
  readonly value: T;
  /** When its look-up was begun: it may be as old as this. */
  readonly at: number;
}

/** A look-up under way. */
interface LookUp<T> {
  readonly begun: number;
  readonly found: Promise<Known<T>>;
}

const mostKept = 10_000;

/**
 * Remembers what is looked up of tenants.
 *
 * @param lookUp looks it up now; what was known before may be part of it
 * @param freshMs what is known is never older than this, however long a look-up takes
 * @param elapsed milliseconds of a clock that is never set back
 */
export function remembered<T>(
  lookUp: (tenant: TenantId, before: () => T | undefined) => Promise<T>,
  freshMs: number,
  elapsed: () => number,
): Remembered<T> {
  const known = new Map<string, Known<T>>();
  const underWay = new Map<string, LookUp<T>>();

  function begin(tenant: TenantId): Promise<Known<T>> {
    const begun = elapsed();
    const found = lookUp(tenant, () => known.get(tenant)?.value)
      .then((value) => keep(tenant, { value, at: begun }))
      .finally(() => underWay.delete(tenant));
    underWay.set(tenant, { begun, found });
    return found;
  }

  function keep(tenant: TenantId, now: Known<T>): Known<T> {
    known.delete(tenant);
    known.set(tenant, now);
    const [oldest] = known.keys();
    if (known.size > mostKept && oldest !== undefined) known.delete(oldest);
    return now;
  }

  async function fresh(tenant: TenantId, since: number): Promise<T> {
    const current = underWay.get(tenant);
    // Begun too long ago to count: what it finds is awaited all the same, so that there is one at a time.
    if (current && current.begun < since) await current.found.catch(() => undefined);
    const { value } = await (underWay.get(tenant)?.found ?? begin(tenant));
    return value;
  }

  return {
    of(tenant) {
      const since = elapsed() - freshMs;
      const last = known.get(tenant);
      return last && last.at > since ? last.value : fresh(tenantId(tenant), since);
    },
    last: (tenant) => known.get(tenant)?.value,
  };
}
