import type { TenantId } from '../domain/tenants.ts';

/** A read that waits for its answer. */
interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads of one tenant: those under way, and those that came meanwhile. */
interface Line<Ask, Answer> {
  running: number;
  waiting: Waiting<Ask, Answer>[];
}

/** Reads of one tenant that may be under way at once. */
const lanes = 2;

/** Reads that are answered together at most. */
const most = 100;

/**
 * Reads that wait at the same moment share one read. Nobody waits for others to come: who comes alone is answered at
 * once, alone; who comes while others are read is of the next read, which begins after it came, so that it never sees
 * less than a read of its own would have.
 *
 * @param read answers all of one tenant, in their order
 */
export function gather<Ask, Answer>(read: (tenant: TenantId, asks: readonly Ask[]) => Promise<readonly Answer[]>) {
  const lines = new Map<TenantId, Line<Ask, Answer>>();

  async function run(tenant: TenantId, line: Line<Ask, Answer>): Promise<void> {
    const batch = line.waiting.splice(0, most);
    line.running += 1;
    try {
      const answers = await read(
        tenant,
        batch.map(({ ask }) => ask),
      );
      batch.forEach(({ resolve }, at) => {
        resolve(answers[at] as Answer);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    line.running -= 1;
    if (line.waiting.length > 0) void run(tenant, line);
    else if (line.running === 0) lines.delete(tenant);
  }

  return (tenant: TenantId, ask: Ask): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const line = lines.get(tenant) ?? { running: 0, waiting: [] };
      lines.set(tenant, line);
      line.waiting.push({ ask, resolve, reject });
      if (line.running < lanes) void run(tenant, line);
    });
}
