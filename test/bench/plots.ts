import { costs, grown } from './goals.ts';
import type { Row } from './rows.ts';
import type { Run } from './run.ts';
import { barChart, lineChart, type Bars, type Series } from './svg.ts';

/** A plot, and what it is called. */
interface Plot {
  readonly title: string;
  readonly svg: string;
}

/** The plots of a run by their file names; what it did not measure is not drawn. */
export function plots(run: Run): ReadonlyMap<string, Plot> {
  const drawn: [string, Plot][] = [];
  const lines = (file: string, title: string, x: string, y: string, series: readonly Series[]): void => {
    const shown = series.filter(({ points }) => points.length > 1);
    if (shown.length > 0) drawn.push([file, { title, svg: lineChart({ title, x, y, series: shown }) }]);
  };
  const bars = (file: string, title: string, unit: string, groups: Bars['groups']): void => {
    if (groups.length > 0) drawn.push([file, { title, svg: barChart({ title, unit, groups }) }]);
  };
  lines('performance-users.svg', 'CPU per request as a tenant grows', 'people', 'ms of CPU', [
    ...grows(run, 'Rollcall', ['get', 'filter', 'page', 'patch']),
    ...grows(run, 'floor', ['get', 'page']),
  ]);
  lines('performance-groups.svg', 'CPU per request as a group grows', 'members', 'ms of CPU', [
    ...grows(run, 'Rollcall', ['member', 'turns', 'group']),
    ...grows(run, 'floor', ['member']),
  ]);
  lines('performance-memory.svg', 'Most memory held as a tenant grows', 'people', 'MiB', [
    { name: 'Rollcall', points: memories(run, 'Rollcall') },
    { name: 'floor', points: memories(run, 'floor') },
  ]);
  const compared = ['get', 'filter', 'page', 'create', 'patch', 'member-10000'];
  const rows = (clients: number, names: readonly string[]): (readonly Row[])[] =>
    names.map((name) =>
      ['Rollcall', 'floor'].flatMap(
        (contender) =>
          // Of two sizes the first, which is that of the table.
          run.rows.find((row) => row.operation === name && row.clients === clients && row.contender === contender) ??
          [],
      ),
    );
  for (const clients of [1, 8])
    bars(
      `performance-cpu-${clients}.svg`,
      `CPU per request, ${clients} client${clients === 1 ? '' : 's'}`,
      'ms',
      grouped(rows(clients, compared), ({ cpu }) => cpu?.median),
    );
  bars(
    'performance-crowds.svg',
    'Writes by 50 clients at once',
    'req/s',
    grouped(rows(50, ['one', 'own', 'creates']), ({ perSecond }) => perSecond.median),
  );
  return new Map(drawn);
}

const grows = (run: Run, contender: 'Rollcall' | 'floor', names: readonly string[]): Series[] =>
  names.flatMap((name) => {
    const { title, operations } = grown[name] ?? {};
    if (title === undefined || operations === undefined) return [];
    return [{ name: contender === 'floor' ? `floor: ${title}` : title, points: costs(run, operations, contender) }];
  });

const memories = ({ figures }: Run, name: string): [number, number][] =>
  figures.flatMap((figure) =>
    figure.name === 'memory' && figure.contender === name && figure.size !== undefined
      ? [[figure.size, figure.value] as [number, number]]
      : [],
  );

const grouped = (rows: readonly (readonly Row[])[], value: (row: Row) => number | undefined): Bars['groups'] =>
  rows.flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const bars = group.flatMap((row) => {
      const number = value(row);
      return number === undefined ? [] : [{ name: row.contender, value: number }];
    });
    return bars.length === 0 ? [] : [{ label: first.title, bars }];
  });
