import { crowdSize, deepIndex } from './operations.ts';
import type { Name } from './operation.ts';
import { slope, type Figure, type Row } from './rows.ts';

/** What is asked of a number, and what was found; undefined where the run did not measure it. */
export interface Goal {
  readonly goal: string;
  readonly asked: string;
  readonly measured: number | undefined;
  readonly unit: string;
  readonly met: boolean | undefined;
}

/** What a run has found. */
export interface Found {
  readonly rows: readonly Row[];
  readonly figures: readonly Figure[];
}

const most = (bound: number) => ({ asked: `≤ ${bound}`, holds: (value: number) => value <= bound });
const least = (bound: number) => ({ asked: `≥ ${bound}`, holds: (value: number) => value >= bound });

type Bound = ReturnType<typeof most>;

const goal = (text: string, { asked, holds }: Bound, value: number | undefined, unit = ''): Goal => {
  const measured = value === undefined || Number.isNaN(value) ? undefined : value;
  return { goal: text, asked, measured, unit, met: measured === undefined ? undefined : holds(measured) };
};

/** Every goal, with what a run says of it. */
export const goals = (found: Found): Goal[] => [
  ...readGoals(found),
  ...writeGoals(found),
  ...groupGoals(found),
  ...crowdGoals(found),
  ...figureGoals(found),
];

/** The row of an operation; of several sizes the first, which is that of the table. */
const rowOf = ({ rows }: Found, operation: string, clients: number, contender: Name = 'Rollcall'): Row | undefined =>
  rows.find((row) => row.operation === operation && row.clients === clients && row.contender === contender);

const cpuRatio = (found: Found, operation: string, clients: number): number | undefined =>
  rowOf(found, operation, clients)?.cpuRatio?.median;

const over = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b;

const cpuOf = (found: Found, operation: string, contender?: Name): number | undefined =>
  rowOf(found, operation, 1, contender)?.cpu?.median;

/** What an operation costs by the number of people, or of members. */
export function costs({ rows }: Found, operations: RegExp, contender: Name = 'Rollcall'): [number, number][] {
  const own = rows.filter((row) => operations.test(row.operation) && row.clients === 1 && row.contender === contender);
  // At the size of the table an operation is measured twice; the later one stands beside the other sizes.
  const bySize = new Map(own.map(({ size, cpu }) => [size, cpu?.median ?? NaN]));
  return [...bySize].sort(([a], [b]) => a - b);
}

/** How the cost of an operation grows, where more than one size was measured. */
export function growthOf(found: Found, operations: RegExp, contender: Name = 'Rollcall'): number | undefined {
  const points = costs(found, operations, contender);
  return points.length < 2 ? undefined : slope(points);
}

/** What grows, by its name. */
export const grown: Readonly<Record<string, { readonly title: string; readonly operations: RegExp }>> = {
  get: { title: 'GET by id', operations: /^get$/ },
  filter: { title: 'filter by userName', operations: /^filter$/ },
  page: { title: 'page of 100', operations: /^page$/ },
  patch: { title: 'PATCH user', operations: /^patch$/ },
  member: { title: 'PATCH group, add 1 member', operations: /^member-/ },
  turns: { title: 'PATCH group, add and remove 1 in turn', operations: /^turns-/ },
  group: { title: 'GET group without members', operations: /^group-/ },
};

const flat = (found: Found, name: string, bound: number): Goal => {
  const { title, operations } = grown[name] ?? { title: name, operations: /^$/ };
  const sizes = costs(found, operations).map(([size]) => size.toLocaleString('en'));
  const range = sizes.length < 2 ? '' : ` from ${sizes.at(0) ?? ''} to ${sizes.at(-1) ?? ''}`;
  return goal(`${title}: growth exponent${range}`, most(bound), growthOf(found, operations));
};

/** Flat is asked of people without a number; this is what the groups are asked. */
const flatSlope = 0.03;

const readGoals = (found: Found): Goal[] => {
  const ratio = (name: string, title: string, bound: number): Goal[] =>
    [1, 8].map((clients) => {
      const by = `${clients} client${clients === 1 ? '' : 's'}`;
      return goal(`${title}, ${by}: CPU over the floor's`, most(bound), cpuRatio(found, name, clients));
    });
  const deep = rowOf(found, 'page-deep', 1);
  const first = rowOf(found, 'page-first', 1);
  return [
    ...ratio('get', 'GET by id', 1.4),
    ...ratio('filter', 'filter by userName', 1.4),
    flat(found, 'get', flatSlope),
    flat(found, 'filter', flatSlope),
    ...ratio('page', 'page of 100', 1.2),
    goal(
      'page by cursor: 900 pages deep over the first',
      most(1.1),
      over(cpuOf(found, 'cursor-deep'), cpuOf(found, 'cursor-first')),
    ),
    goal(
      `page at startIndex ${deepIndex.toLocaleString('en')} over the first`,
      most(5),
      over(deep?.cpu?.median, first?.cpu?.median),
    ),
    goal('100 users with `groups`: store commands', most(3), rowOf(found, 'page', 1)?.store?.commands),
  ];
};

const writeGoals = (found: Found): Goal[] =>
  [
    ['create', 'create'],
    ['patch', 'PATCH user'],
  ].flatMap(([name = '', title = '']) => [
    goal(`${title}, 8 clients: CPU over the floor's`, most(1), cpuRatio(found, name, 8)),
    goal(`${title}, 1 client: CPU over the floor's`, most(1.6), cpuRatio(found, name, 1)),
  ]);

const groupGoals = (found: Found): Goal[] => {
  const largest = Math.max(...costs(found, /^member-/).map(([size]) => size));
  const many = cpuOf(found, 'members-1000');
  const without = costs(found, /^group-/).map(([size]) => rowOf(found, `group-${size}`, 1)?.store?.keys ?? NaN);
  return [
    flat(found, 'member', flatSlope),
    flat(found, 'turns', flatSlope),
    goal(
      `PATCH group, add 1 to ${largest.toLocaleString('en')}, 8 clients: CPU over the floor's`,
      most(0.3),
      cpuRatio(found, `member-${largest}`, 8),
    ),
    goal(
      '1,000 members in one PATCH, each',
      most(60),
      many === undefined ? undefined : (1_000 * many) / crowdSize,
      'µs',
    ),
    goal(
      "add 1 to 10,000 members: scimmy-routers' CPU over ours",
      least(500),
      over(cpuOf(found, 'member-10000', 'scimmy-routers'), cpuOf(found, 'member-10000')),
    ),
    flat(found, 'group', flatSlope),
    goal(
      'GET group without members: most keys examined, at any size',
      most(2),
      without.length === 0 ? undefined : Math.max(...without),
    ),
  ];
};

const crowdGoals = (found: Found): Goal[] => {
  const row = (name: string): Row | undefined => rowOf(found, name, 50);
  const rate = (name: string): number | undefined => row(name)?.perSecond.median;
  const others = 45 / 50;
  const among = (name: string): number | undefined => {
    const all = rate(name);
    return all === undefined ? undefined : others * all;
  };
  return [
    goal("creates by 50 clients: rate over the floor's", least(1.2), row('creates')?.rateRatio?.median),
    goal("50 clients on one group: rate over the floor's", least(7), row('one')?.rateRatio?.median),
    goal('50 clients on one group: rate over ours on 50 groups', least(0.9), over(rate('one'), rate('own'))),
    goal('50 clients on one group: p99', most(100), row('one')?.p99.median, 'ms'),
    goal(
      'member adds: rate of 45 beside 5 who send taken names, over theirs among 50',
      least(0.7),
      over(rate('one-spoilt'), among('one')),
    ),
    goal(
      'creates: rate of 45 beside 5 who send taken names, over theirs among 50',
      least(0.7),
      over(rate('creates-spoilt'), among('creates')),
    ),
  ];
};

const figureGoals = ({ figures }: Found): Goal[] => {
  const value = (name: string, size?: number): number | undefined =>
    figures.find((figure) => figure.name === name && figure.contender === 'Rollcall' && (!size || figure.size === size))
      ?.value;
  const streamed = figures.find(({ name }) => name === 'stream-seconds')?.size?.toLocaleString('en') ?? 'a million';
  return [
    goal(`a group of ${streamed} streamed: growth of memory`, most(64), value('stream-memory'), 'MiB'),
    goal(`a group of ${streamed} streamed: longest delay of the event loop`, most(50), value('stream-delay'), 'ms'),
    goal('most memory at 1,000,000 users', most(250), value('memory', 1_000_000), 'MiB'),
    goal('start to first 200, embedded, everything cached', most(3), value('start'), 's'),
    goal('20 tenants × 25/s, Entra mix, open loop: p99', most(50), value('mix-p99'), 'ms'),
    goal(
      "others' p99 beside creates with passwords, over that beside creates without",
      most(1.2),
      value('passwords-move'),
    ),
    goal(
      "others' p99 beside one that sends ten times what it may, over that without it",
      most(1.2),
      value('flood-moves'),
    ),
  ];
};
