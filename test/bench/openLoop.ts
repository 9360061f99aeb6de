import { setTimeout as sleep } from 'node:timers/promises';
import { ask, connections, type Address } from './client.ts';
import { quantile } from './closedLoop.ts';
import { requestOf } from './mix.ts';

/** One who sends at a rate of its own, whether it is answered or not. */
export interface Party extends Address {
  /** Whose ids it sends: those of a tenant's own seed. */
  readonly world: string;
  readonly perSecond: number;
  /** What it sends: the Entra mix; or creates alone, without or with a password; or more than it may. */
  readonly sends: 'mix' | 'creates' | 'passwords' | 'flood';
}

/** Parties that send at their rates. */
export interface Open {
  readonly loop: 'open';
  readonly parties: readonly Party[];
  readonly milliseconds: number;
  /** No other round has it. */
  readonly mark: string;
  /** People of each tenant, and those of them who are in no group. */
  readonly users: number;
  readonly joiners: number;
}

/** What came of it, of the parties that send the mix and of the others. */
export interface OpenDone {
  readonly mix: Latencies;
  readonly others: Latencies;
  /** Requests of those who send more than they may that were refused. */
  readonly refused: number;
  readonly wrong: readonly string[];
}

/** Counted from when a request was due, so that one that waits behind a slow one counts as slow. */
export interface Latencies {
  readonly answered: number;
  readonly p50: number;
  readonly p99: number;
}

interface Due {
  readonly at: number;
  readonly party: Party;
  readonly number: number;
}

/** Does what the job says. */
export async function openLoop(job: Open): Promise<OpenDone> {
  const agent = connections(256);
  const took: { readonly mix: number[]; readonly others: number[] } = { mix: [], others: [] };
  const wrong: string[] = [];
  const sent: Promise<void>[] = [];
  let refused = 0;
  const all = schedule(job);
  const began = performance.now();

  async function one({ at, party, number }: Due): Promise<void> {
    const { status: expected, ...request } = requestOf(job, party, number);
    const { status, text } = await ask(agent, party, request);
    if (status === 429 && party.sends === 'flood') refused += 1;
    else if (status === expected) took[party.sends === 'mix' ? 'mix' : 'others'].push(performance.now() - began - at);
    else if (wrong.length < 5) wrong.push(`${request.method} ${request.path}: ${status}: ${text.slice(0, 300)}`);
  }

  for (const due of all) {
    const wait = due.at - (performance.now() - began);
    if (wait > 1) await sleep(wait);
    sent.push(one(due));
  }
  await Promise.all(sent);
  agent.destroy();
  return { mix: latencies(took.mix), others: latencies(took.others), refused, wrong };
}

const latencies = (values: readonly number[]): Latencies => ({
  answered: values.length,
  p50: quantile(values, 0.5),
  p99: quantile(values, 0.99),
});

/** Every request with its instant: those of a party at equal distances, the parties one beside the other. */
const schedule = ({ parties, milliseconds }: Open): Due[] =>
  parties
    .flatMap((party, index) => {
      const gap = 1_000 / party.perSecond;
      const count = Math.floor(milliseconds / gap);
      return Array.from({ length: count }, (_, number) => ({
        at: (number + index / parties.length) * gap,
        party,
        number,
      }));
    })
    .sort((a, b) => a.at - b.at);
