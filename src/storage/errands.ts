import type { TenantId } from '../domain/tenants.ts';

/** Work of tenants that is done for each of them one at a time, and for all of them side by side. */
interface Errands {
  /** There may be work now. */
  urge(tenant: TenantId): void;
  /** Settles when what was urged is done. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Does what there is to do for a tenant, and tells when there is more. */
export type Errand = (tenant: TenantId, goOn: () => boolean) => Promise<Date | undefined>;

/** What failed is tried again after so long, in milliseconds. */
const laterMs = 1_000;

/** Timers wait no longer than this; who is woken early looks and waits again. */
const longestMs = 3_600_000;

/** Runs errands: at once when they are urged, once more where they are urged meanwhile, and by themselves when they are due. */
export function errands(act: Errand, onError: (error: unknown) => void): Errands {
  const underWay = new Map<TenantId, Promise<void>>();
  const again = new Set<TenantId>();
  const alarms = new Map<TenantId, NodeJS.Timeout>();
  let stopped = false;

  async function run(tenant: TenantId): Promise<void> {
    do {
      again.delete(tenant);
      try {
        const due = await act(tenant, () => !stopped);
        if (due) wakeIn(tenant, due.getTime() - Date.now());
      } catch (error) {
        onError(error);
        wakeIn(tenant, laterMs);
      }
    } while (again.has(tenant) && !stopped);
    underWay.delete(tenant);
  }

  function wakeIn(tenant: TenantId, milliseconds: number): void {
    clearTimeout(alarms.get(tenant));
    // A little late rather than too early by the database's clock.
    const alarm = setTimeout(urge, Math.min(Math.max(milliseconds, 0) + 50, longestMs), tenant);
    alarm.unref();
    alarms.set(tenant, alarm);
  }

  function urge(tenant: TenantId): void {
    if (stopped) return;
    clearTimeout(alarms.get(tenant));
    alarms.delete(tenant);
    if (underWay.has(tenant)) again.add(tenant);
    else underWay.set(tenant, run(tenant));
  }

  const settle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay.values());
  };

  return {
    urge,
    settle,
    async stop() {
      stopped = true;
      for (const alarm of alarms.values()) clearTimeout(alarm);
      await settle();
    },
  };
}
