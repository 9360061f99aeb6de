import { unavailable } from '../scim/errors.ts';

/** How long a request may take, in milliseconds: what it is told, and how much longer is waited for it. */
export interface Patience {
  readonly dueMs: number;
  readonly graceMs: number;
}

/** Each further MiB of a body, the first one apart, gives a request so much more: a group of 100,000 members takes its time. */
const perMiB = 2_500;

/** The patience that a request of that many bytes is due. */
export const patienceFor = ({ dueMs, graceMs }: Patience, bytes: number): Patience => ({
  dueMs: dueMs + Math.floor(Math.max(0, bytes - 1) / 2 ** 20) * perMiB,
  graceMs,
});

/** One deadline per request over everything below: queueing, retries, commit. */
export const patience: Patience = { dueMs: 4_000, graceMs: 500 };

/**
 * What the work comes to, unless it takes longer than that many milliseconds; what comes later goes to `late`.
 *
 * @throws ScimError 503 with `Retry-After` when it is too late
 */
export async function within<T>(ms: number, work: Promise<T>, late: (result: T) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(unavailable('The request took too long; try it again', 5));
    }, ms);
  });
  const handed = work.then((result) => {
    if (isLate) late(result);
    return result;
  });
  try {
    return await Promise.race([handed, end]);
  } finally {
    clearTimeout(timer);
  }
}
