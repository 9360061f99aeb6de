import type { TestMongod } from '../support/mongod.ts';
import { compare, type Bench } from './compare.ts';
import { startFloor, startHello, startRollcall, type Contender, type Profile } from './contenders.ts';
import { compareCrowds } from './crowds.ts';
import { fairness } from './fairness.ts';
import type { Found } from './goals.ts';
import { grow } from './growth.ts';
import { operationNamed, tabled } from './operations.ts';
import { startScimmy } from './peers.ts';
import type { Figure, Row } from './rows.ts';
import { starting } from './starting.ts';
import { stream } from './streaming.ts';
import { manyTenants } from './tenants.ts';

/** What is measured beside the operations of the table. */
export const sections = ['scimmy', 'crowds', 'stream', 'growth', 'tenants', 'fairness', 'start', 'ceilings'] as const;

type Section = (typeof sections)[number];

/** Measures what is wanted, one thing after another. */
export async function measureAll(
  bench: Bench,
  mongod: TestMongod,
  wanted: readonly string[],
  profile: Profile,
): Promise<Found> {
  const wants = (section: Section): boolean => wanted.includes(section);
  const rows: Row[] = [];
  const figures: Figure[] = [];
  const table = await tables(bench, mongod, wanted, profile);
  rows.push(...table.rows);
  figures.push(...table.figures);
  if (wants('growth')) {
    const grown = await grow(bench, mongod, profile);
    rows.push(...grown.rows);
    figures.push(...grown.figures);
  }
  if (wants('tenants')) figures.push(...(await manyTenants(bench, mongod, profile)));
  if (wants('fairness')) figures.push(...(await fairness(bench, mongod, profile)));
  if (wants('start')) figures.push(...(await starting(bench)));
  if (wants('ceilings')) rows.push(...(await ceilings(bench)));
  return { rows, figures };
}

/** What is measured on the same people and groups. */
async function tables(bench: Bench, mongod: TestMongod, wanted: readonly string[], profile: Profile): Promise<Found> {
  const { plan, say } = bench;
  const wants = (section: Section): boolean => wanted.includes(section);
  const own = Object.keys(tabled(plan.groups)).filter((name) => wanted.includes(name));
  const theirs = Object.keys(tabled(plan.groups)).filter((name) => operationNamed(name).by?.includes('scimmy-routers'));
  const names = own.length === 0 && wants('scimmy') ? theirs : own;
  if (names.length === 0 && !wants('crowds') && !wants('stream')) return { rows: [], figures: [] };

  say(`preparing ${plan.users} users in two databases`);
  const floor = await startFloor(mongod, 'floor', plan, profile);
  const rollcall = await startRollcall(mongod, 'rollcall', plan, profile);
  const peers: Contender[] = wants('scimmy') ? [await startScimmy(plan)] : [];
  const rows = await compare(bench, [rollcall, floor, ...peers], names, plan);
  if (wants('crowds')) rows.push(...(await compareCrowds(bench, [rollcall, floor], plan)));
  const figures = wants('stream') ? await stream(bench, mongod, 'rollcall', rollcall.dataDir) : [];
  for (const { stop } of [rollcall, floor, ...peers]) await stop();
  return { rows, figures };
}

/** What stands under everything: the least of answers. */
async function ceilings(bench: Bench): Promise<Row[]> {
  const contenders = [await startHello('Express'), await startHello('node:http')];
  const rows = await compare(bench, contenders, ['hello'], { users: 0, joiners: 0, groups: [] });
  for (const { stop } of contenders) await stop();
  return rows;
}
