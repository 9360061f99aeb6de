import type { Bench } from './compare.ts';
import type { Storing } from './contenders.ts';
import type { Sizes } from './data.ts';
import type { Cell, Sample } from './measure.ts';
import type { Name } from './operation.ts';
import { rowsOf, type Row } from './rows.ts';

/** Fifty clients at once: who queues behind whom. */
interface Crowd {
  readonly name: string;
  readonly title: string;
  readonly by: readonly Name[];
  readonly operation: Cell['operation'];
  readonly duplicates?: number;
}

/** So many clients. */
const crowd = 50;

/** Of them, those that send names that are taken. */
const spoilers = 5;

/** What the fifty do, in each round in this order. */
const crowds: readonly Crowd[] = [
  { name: 'one', title: 'member adds, one group', by: ['Rollcall', 'floor'], operation: 'one-group' },
  { name: 'own', title: 'member adds, 50 groups', by: ['Rollcall', 'floor'], operation: 'own-groups' },
  {
    name: 'one-spoilt',
    title: 'member adds, one group, 5 of 50 send taken names',
    by: ['Rollcall'],
    operation: 'one-group',
    duplicates: spoilers,
  },
  { name: 'creates', title: 'creates', by: ['Rollcall', 'floor'], operation: 'creates' },
  {
    name: 'creates-spoilt',
    title: 'creates, 5 of 50 send taken names',
    by: ['Rollcall'],
    operation: 'creates',
    duplicates: spoilers,
  },
];

/** What fifty clients at once get, in rounds. */
export async function compareCrowds(
  { meter, plan, say }: Bench,
  contenders: readonly Storing[],
  sizes: Sizes,
): Promise<Row[]> {
  say('crowds');
  const samples = new Map<string, Sample[]>();
  for (let round = -1; round < plan.rounds; round += 1)
    for (const { name, by, operation, duplicates = 0 } of crowds)
      for (const contender of contenders.filter((each) => by.includes(each.name))) {
        const milliseconds = round < 0 ? plan.warmUp : plan.milliseconds;
        const sample = await meter.measure(contender, { operation, clients: crowd, milliseconds, duplicates }, sizes);
        // The first round warms up.
        if (round >= 0) samples.set(name, [...(samples.get(name) ?? []), sample]);
      }
  return crowds.flatMap(({ name, title }) =>
    rowsOf({ operation: name, title, size: sizes.users, clients: crowd }, samples.get(name) ?? [], new Map()),
  );
}
