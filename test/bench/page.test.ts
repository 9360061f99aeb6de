import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { goals, type Found } from './goals.ts';
import type { Sample } from './measure.ts';
import { pages } from './page.ts';
import { plans } from './plan.ts';
import { rowsOf, slope, spread } from './rows.ts';
import type { Run } from './run.ts';

const sample = (contender: Sample['contender'], serverCpu: number): Sample => ({
  contender,
  perSecond: 1_000 / serverCpu,
  refusedPerSecond: 0,
  p50: 1,
  p99: 2,
  serverCpu,
  mongodCpu: 0.5,
});

const sized = (operation: string, size: number, ours: number, its: number) =>
  rowsOf(
    { operation, title: `${operation} <&>`, size, clients: 1 },
    [sample('Rollcall', ours), sample('floor', its)],
    new Map(),
  );

const runOf = (found: Found): Run => ({
  ...found,
  machine: { cpu: 'a processor', cores: 2, memoryGiB: 4, os: 'linux x64', node: 'v20', mongod: '6.0' },
  began: '2026-01-01T00:00:00.000Z',
  seconds: 60,
  load: { before: [0, 0, 0], after: [1, 1, 1] },
  plan: plans.quick,
  goals: goals(found),
});

describe('the page of the bench', () => {
  const found = { rows: [...sized('get', 1_000, 1, 1), ...sized('get', 10_000, 1, 1)], figures: [] };

  it('says each goal once, and of what was not measured that it was not', async () => {
    const document = await readFile(new URL('../../docs/performance.md', import.meta.url), 'utf8');
    const page = pages(document, runOf(found)).get('docs/performance.md') ?? '';
    const asked = goals(found);
    for (const { goal } of asked) expect(page.split(`| ${goal} |`), goal).to.have.lengthOf(2);
    expect(page).to.include("| GET by id, 1 client: CPU over the floor's | ≤ 1.4 | 1 | met |");
    expect(page).to.include("| GET by id, 8 clients: CPU over the floor's | ≤ 1.4 | – | not measured |");
  });

  it('draws what was measured at several sizes, and escapes its titles', () => {
    const drawn = pages(markers, runOf(found));
    expect([...drawn.keys()])
      .to.include('docs/performance-users.svg')
      .and.not.include('docs/performance-memory.svg');
    const bars = drawn.get('docs/performance-cpu-1.svg') ?? '';
    expect(bars).to.include('get &#60;&#38;&#62;');
    expect(bars.match(/<rect /g)).to.have.lengthOf(1 + 2 + 2);
  });
});

const markers = ['machine', 'goals', 'plots', 'growth', 'figures', 'rows']
  .map((name) => `<!-- generated: ${name} -->\n<!-- end: ${name} -->`)
  .join('\n');

describe('the figures of the bench', () => {
  it('are not met, not merely different, where a bound is passed', () => {
    const verdictOf = (ours: number) =>
      goals({ rows: sized('get', 1_000, ours, 1), figures: [] }).find(({ goal }) => goal.startsWith('GET by id, 1'))
        ?.met;
    expect(verdictOf(1.5)).to.equal(true);
    expect(verdictOf(2)).to.equal(false);
  });

  it('grow with the exponent of the size', () => {
    const at = (exponent: number) => [1, 10, 1_000].map((size) => [size, 3 * size ** exponent] as const);
    expect(slope(at(1))).to.be.closeTo(1, 1e-9);
    expect(slope(at(0))).to.be.closeTo(0, 1e-9);
    expect(slope(at(0.5))).to.be.closeTo(0.5, 1e-9);
  });

  it('have a median between their ends', () => {
    expect(spread([4, 1, 3, 2])).to.deep.equal({ median: 2.5, least: 1, most: 4 });
    expect(spread([])).to.equal(undefined);
  });

  it('take ratios round by round', () => {
    const samples = [sample('Rollcall', 1), sample('floor', 1), sample('floor', 9.5), sample('Rollcall', 19.5)];
    const [ours] = rowsOf({ operation: 'get', title: '', size: 1, clients: 1 }, samples, new Map());
    expect(ours?.cpuRatio).to.deep.equal({ median: 1.5, least: 1, most: 2 });
  });
});
