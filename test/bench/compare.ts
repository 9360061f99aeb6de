import type { Contender } from './contenders.ts';
import type { Sizes } from './data.ts';
import type { Cell, Meter, Sample, Store } from './measure.ts';
import type { Name } from './operation.ts';
import { operationNamed } from './operations.ts';
import type { Plan } from './plan.ts';
import { rowsOf, type Row } from './rows.ts';

/** What a section of the bench works with. */
export interface Bench {
  readonly meter: Meter;
  readonly plan: Plan;
  readonly say: (line: string) => void;
  /** By how many clients at once, where not by as many as the operation says. */
  readonly clients?: readonly number[];
}

const usualClients: readonly number[] = [1, 8];

/** It has one thread and no database to wait for: more clients only queue. */
const unlike: Readonly<Partial<Record<Name, readonly number[]>>> = { 'scimmy-routers': [1] };

/** Each operation by all who do it. */
export async function compare(
  bench: Bench,
  contenders: readonly Contender[],
  names: readonly string[],
  sizes: Sizes,
): Promise<Row[]> {
  const { meter, say, clients: given } = bench;
  const rows: Row[] = [];
  for (const name of names) {
    const { title, by = ['Rollcall', 'floor'], clients: own, size = sizes.users } = operationNamed(name);
    const counts = given ?? own ?? usualClients;
    say(`${name} (${size})`);
    const able = contenders.filter((contender) => by.includes(contender.name));
    const stores = new Map<Name, Store | undefined>();
    for (const contender of able) stores.set(contender.name, await meter.store(contender, name, sizes));
    for (const clients of counts) {
      const taking = able.filter((contender) => (unlike[contender.name] ?? counts).includes(clients));
      const samples = await inRounds(bench, taking, { operation: name, clients }, sizes, name === names[0] ? 4 : 1);
      rows.push(...rowsOf({ operation: name, title, size, clients }, samples, stores));
    }
  }
  return rows;
}

/** An operation in rounds, the one that begins changing from round to round. */
async function inRounds(
  { meter, plan }: Bench,
  taking: readonly Contender[],
  cell: Pick<Cell, 'operation' | 'clients'>,
  sizes: Sizes,
  warmUps: number,
): Promise<Sample[]> {
  // One alone goes other ways than several at once; what all operations run through is warm after the first.
  const milliseconds = warmUps * plan.warmUp;
  for (const contender of taking) await meter.measure(contender, { ...cell, milliseconds }, sizes);
  const samples: Sample[] = [];
  for (let round = 0; round < plan.rounds; round += 1)
    for (const contender of round % 2 === 0 ? taking : taking.toReversed())
      samples.push(await meter.measure(contender, { ...cell, milliseconds: plan.milliseconds }, sizes));
  return samples;
}
