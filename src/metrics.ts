import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Answered } from './http/metrics.ts';
import type { CommandDone, Pool } from './storage/watch.ts';

/** What is counted and measured, and its text for Prometheus. No label holds anything that a client made up. */
export interface Metrics {
  answered(answered: Answered): void;
  /** What the dialect repaired in one request. */
  repaired(connection: string, quirks: ReadonlyMap<string, number>): void;
  command(done: CommandDone): void;
  /** So many changes were committed together. */
  batch(changes: number): void;
  readonly contentType: string;
  /** All of it; under the number of this process, where it is one of several. */
  text(worker?: string): Promise<string>;
}

/** More connections than that are counted together, as `other`. */
export const namedConnections = 1_000;

const requestSeconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const commandSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const batchSizes = [1, 2, 5, 10, 20, 50, 100];

/** Metrics of this process. */
export function metrics(version: string, pool: () => Pool): Metrics {
  const register = new Registry();
  const registers = [register];
  const named = new Set<string>();
  /** How a connection is called in a label: by its id, or not at all. */
  const label = (connection: string | undefined): string => {
    if (connection === undefined) return 'none';
    if (named.size < namedConnections) named.add(connection);
    return named.has(connection) ? connection : 'other';
  };

  const requests = new Counter({
    name: 'rollcall_http_requests_total',
    help: 'Requests, by what they asked and how they were answered',
    labelNames: ['method', 'route', 'status', 'connection'],
    registers,
  });
  const durations = new Histogram({
    name: 'rollcall_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route'],
    buckets: requestSeconds,
    registers,
  });
  const limited = new Counter({
    name: 'rollcall_rate_limited_total',
    help: 'Requests refused because their connection asks too much',
    labelNames: ['connection'],
    registers,
  });
  const quirks = new Counter({
    name: 'rollcall_quirk_repairs_total',
    help: 'Deviations from the RFCs that the lenient dialect repaired',
    labelNames: ['quirk', 'connection'],
    registers,
  });
  const commands = new Histogram({
    name: 'rollcall_store_command_duration_seconds',
    help: 'MongoDB commands, by name',
    labelNames: ['command'],
    buckets: commandSeconds,
    registers,
  });
  const failures = new Counter({
    name: 'rollcall_store_command_failures_total',
    help: 'MongoDB commands that failed, by name',
    labelNames: ['command'],
    registers,
  });
  const batches = new Histogram({
    name: 'rollcall_commit_batch_size',
    help: 'Changes committed in one transaction',
    buckets: batchSizes,
    registers,
  });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('rollcall_mongodb_pool_size', 'Connections to MongoDB', () => pool().size);
  gauge('rollcall_mongodb_pool_in_use', 'Connections to MongoDB that are in use', () => pool().inUse);
  gauge('rollcall_mongodb_pool_waiting', 'Operations that wait for a connection to MongoDB', () => pool().waiting);
  new Gauge({ name: 'rollcall_build_info', help: 'What runs here', labelNames: ['version', 'node'], registers }).set(
    { version, node: process.version },
    1,
  );
  collectDefaultMetrics({ register });

  return {
    answered({ method, route, status = 'aborted', connection, seconds }) {
      requests.inc({ method, route, status, connection: label(connection) });
      durations.observe({ method, route }, seconds);
      if (status === 429) limited.inc({ connection: label(connection) });
    },
    repaired(connection, repairs) {
      for (const [quirk, times] of repairs) quirks.inc({ quirk, connection: label(connection) }, times);
    },
    command({ name, outcome, seconds }) {
      commands.observe({ command: name }, seconds);
      if (outcome === 'failed') failures.inc({ command: name });
    },
    batch: (changes) => {
      batches.observe(changes);
    },
    contentType: register.contentType,
    text: (worker) => {
      register.setDefaultLabels(worker === undefined ? {} : { worker });
      return register.metrics();
    },
  };
}

/** The texts of several processes as one, which names each metric once. */
export function merged(texts: readonly string[]): string {
  const found = new Map<string, string[]>();
  for (const metric of texts.flatMap((text) => text.trimEnd().split('\n\n'))) {
    const [help = '', type = '', ...samples] = metric.split('\n');
    const head = `${help}\n${type}`;
    const known = found.get(head);
    if (known) known.push(...samples);
    else found.set(head, samples);
  }
  return `${[...found].map(([head, samples]) => [head, ...samples].join('\n')).join('\n\n')}\n`;
}
