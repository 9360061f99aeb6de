import { Agent, request as send } from 'node:http';
import { duplicate, operationNamed } from './operations.ts';
import type { Operation, Round, Sent } from './operations.ts';

/** What the load generator is told to do. */
export interface Job extends Round {
  readonly base: string;
  readonly token: string;
  readonly operation: string;
  /** No request is begun after so long. */
  readonly milliseconds: number;
  /** So many of the clients send names that are taken, and nothing else. */
  readonly duplicates: number;
}

/** What came of it. */
export interface Done {
  readonly seconds: number;
  /** Requests answered as they had to be, those of the clients that send taken names apart. */
  readonly answered: number;
  readonly refused: number;
  readonly p50: number;
  readonly p99: number;
  /** The first few wrong answers. */
  readonly wrong: readonly string[];
}

const patience = 30_000;

/** Bodies are looked into for the first requests of a round, and for one in so many. */
const looked = { first: 20, oneIn: 20 };

/** A process of its own, so that its work counts for nobody: it does one job after another. */
process.on('message', (job: Job) => {
  run(job).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      throw error;
    },
  );
});
process.on('disconnect', () => process.exit(0));

async function run(job: Job): Promise<Done> {
  const operation = operationNamed(job.operation);
  const agent = new Agent({ keepAlive: true, maxSockets: job.clients });
  const latencies: number[] = [];
  const wrong: string[] = [];
  let refused = 0;
  const most = operation.most?.(job) ?? Infinity;
  const began = performance.now();

  async function client(number: number): Promise<void> {
    const spoils = number < job.duplicates;
    for (let at = number; performance.now() - began < job.milliseconds && at < most; at += job.clients) {
      if (wrong.length >= 5) return;
      const sent = spoils ? duplicate : operation.request(job, at);
      const start = performance.now();
      const answer = await ask(agent, job, sent);
      const took = performance.now() - start;
      const fault = spoils ? faultOfDuplicate(answer) : faultOf(operation, answer, job, at);
      if (fault !== undefined) wrong.push(`${sent.method} ${sent.path}: ${fault}`);
      else if (spoils) refused += 1;
      else latencies.push(took);
    }
  }

  await Promise.all(Array.from({ length: job.clients }, (_, number) => client(number)));
  const seconds = (performance.now() - began) / 1_000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const quantile = (part: number): number => latencies[Math.floor(part * (latencies.length - 1))] ?? NaN;
  return {
    seconds,
    answered: latencies.length,
    refused,
    p50: quantile(0.5),
    p99: quantile(0.99),
    wrong: wrong.slice(0, 5),
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const faultOfDuplicate = ({ status, text }: Answer): string | undefined =>
  status === 409 ? undefined : `${status} instead of 409: ${text.slice(0, 300)}`;

function faultOf(operation: Operation, { status, text }: Answer, job: Job, at: number): string | undefined {
  if (status !== operation.status) return `${status} instead of ${operation.status}: ${text.slice(0, 300)}`;
  if (at >= looked.first && at % looked.oneIn > 0) return undefined;
  return operation.fault(text === '' ? undefined : JSON.parse(text), job, at);
}

function ask(agent: Agent, { base, token }: Job, { method, path, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(text !== undefined && {
        'Content-Type': 'application/scim+json',
        'Content-Length': Buffer.byteLength(text),
      }),
    };
    const outgoing = send(`${base}${path}`, { method, agent, headers, timeout: patience }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path} was not answered in time`)));
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}
