/** Runs work at most so many at a time, tenants taking turns. */
export interface Turns {
  /** Rejects with the signal's reason where it is aborted before the work's turn has come. */
  run<T>(tenant: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** A queue in which a tenant with much work delays another by one piece of it, not by all. */
export function turns(atOnce: number): Turns {
  // The first key is the tenant whose turn is next.
  const waiting = new Map<string, (() => Promise<void>)[]>();
  let running = 0;

  function next(): void {
    if (running >= atOnce) return;
    const [first] = waiting;
    if (!first) return;
    const [tenant, queue] = first;
    const start = queue.shift();
    waiting.delete(tenant);
    if (queue.length > 0) waiting.set(tenant, queue);
    if (!start) return;
    running += 1;
    void start().finally(() => {
      running -= 1;
      next();
    });
  }

  return {
    run: (tenant, work, signal) =>
      new Promise((resolve, reject) => {
        const start = async () => {
          try {
            signal?.throwIfAborted();
            resolve(await work());
          } catch (cause) {
            // As it was thrown: this only carries it across the queue.
            // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
            reject(cause);
          }
        };
        const queue = waiting.get(tenant);
        if (queue) queue.push(start);
        else waiting.set(tenant, [start]);
        next();
      }),
  };
}
