import { ask, connections, type Address, type Answer } from './client.ts';
import type { Operation, Round } from './operation.ts';
import { duplicate, operationNamed } from './operations.ts';

/** Clients that each send their next request when the last one is answered. */
export interface Closed extends Round, Address {
  readonly loop: 'closed';
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

/** Bodies are looked into for the first requests of a round, and for one in so many. */
const looked = { first: 20, oneIn: 20 };

/** That part of the values is no greater. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(part * (values.length - 1))] ?? NaN;
}

/** Does what the job says. */
export async function closedLoop(job: Closed): Promise<Done> {
  const operation = operationNamed(job.operation);
  const agent = connections(job.clients);
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
  return {
    seconds,
    answered: latencies.length,
    refused,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    wrong: wrong.slice(0, 5),
  };
}

const faultOfDuplicate = ({ status, text }: Answer): string | undefined =>
  status === 409 ? undefined : `${status} instead of 409: ${text.slice(0, 300)}`;

/** What is wrong with an answer: its status always, its body now and then. */
export function faultOf(operation: Operation, { status, text }: Answer, round: Round, at: number): string | undefined {
  if (!operation.statuses.includes(status))
    return `${status} instead of ${operation.statuses.join(' or ')}: ${text.slice(0, 300)}`;
  if (at >= looked.first && at % looked.oneIn > 0) return undefined;
  return operation.fault(text === '' ? undefined : JSON.parse(text), round, at);
}
