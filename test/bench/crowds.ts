import type { Contender } from './contenders.ts';
import type { Cell } from './measure.ts';
import type { Ratio, Row } from './table.ts';

/** Fifty clients at once: who queues behind whom. */
interface Crowd {
  readonly name: string;
  readonly title: string;
  readonly contender: Contender['name'];
  readonly operation: Cell['operation'];
  readonly duplicates?: number;
}

/** So many clients. */
export const crowd = 50;

/** What the fifty do, in each round in this order. */
export const crowdCells: readonly Crowd[] = [
  { name: 'one', title: 'member adds, 50 clients, one group', contender: 'Rollcall', operation: 'one-group' },
  { name: 'own', title: 'member adds, 50 clients, 50 groups', contender: 'Rollcall', operation: 'own-groups' },
  { name: 'bare', title: 'member adds, 50 clients, 50 groups', contender: 'floor', operation: 'own-groups' },
  { name: 'bare-one', title: 'member adds, 50 clients, one group', contender: 'floor', operation: 'one-group' },
  {
    name: 'one-spoilt',
    title: 'member adds, one group, 5 of 50 send taken names',
    contender: 'Rollcall',
    operation: 'one-group',
    duplicates: 5,
  },
  { name: 'creates', title: 'creates, 50 clients', contender: 'Rollcall', operation: 'creates' },
  {
    name: 'creates-spoilt',
    title: 'creates, 5 of 50 send taken names',
    contender: 'Rollcall',
    operation: 'creates',
    duplicates: 5,
  },
];

/** The figures that say whether clients queue behind each other. */
export function crowdRatios(rows: readonly Row[]): Ratio[] {
  const rate = (name: string): number => {
    const [summary] = Object.values(rows.find(({ operation }) => operation === name)?.contenders ?? {});
    return summary?.perSecond.median ?? NaN;
  };
  const others = 45 / crowd;
  return [
    { title: 'one group / 50 groups', ratio: rate('one') / rate('own'), atLeast: 0.8 },
    { title: '50 groups / floor on 50 groups', ratio: rate('own') / rate('bare'), atLeast: 1 },
    {
      title: 'members: rate of the 45 beside 5 with taken names / theirs among 50',
      ratio: rate('one-spoilt') / (others * rate('one')),
      atLeast: 0.7,
    },
    {
      title: 'creates: rate of the 45 beside 5 with taken names / theirs among 50',
      ratio: rate('creates-spoilt') / (others * rate('creates')),
      atLeast: 0.7,
    },
  ];
}
