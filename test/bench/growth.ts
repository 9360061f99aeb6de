import type { TestMongod } from '../support/mongod.ts';
import { compare, type Bench } from './compare.ts';
import { startFloor, startRollcall, type Profile } from './contenders.ts';
import { addUsers } from './data.ts';
import { deepIndex, pageOperations } from './operations.ts';
import { memory } from './processes.ts';
import type { Figure, Row } from './rows.ts';

/** What is asked at each size. */
const growing = ['get', 'filter', 'page', 'patch'];

/** What reads cost, and how much memory is taken, as a tenant grows. */
export async function grow(
  bench: Bench,
  mongod: TestMongod,
  profile: Profile,
): Promise<{ readonly rows: Row[]; readonly figures: Figure[] }> {
  const { plan, say } = bench;
  const sizesOf = (users: number) => ({ users, joiners: 0, groups: [] });
  const [first = 0] = plan.growth;
  let floor = await startFloor(mongod, 'growing_floor', sizesOf(first), profile);
  const rollcall = await startRollcall(mongod, 'growing', sizesOf(first), profile);
  const found: { readonly rows: Row[]; readonly figures: Figure[] } = { rows: [], figures: [] };
  let before = first;
  for (const users of plan.growth) {
    say(`growing to ${users} users`);
    await addUsers(rollcall.soil, before, users);
    if (users <= plan.floorUpTo) {
      await addUsers(floor.soil, before, users);
      floor = await floor.again();
    }
    before = users;
    const taking = users <= plan.floorUpTo ? [rollcall, floor] : [rollcall];
    found.rows.push(...(await compare({ ...bench, clients: [1] }, taking, growing, sizesOf(users))));
    if (users === plan.floorUpTo)
      found.rows.push(...(await compare(bench, [rollcall, floor], pagesFor(users), sizesOf(users))));
    for (const { name, pid } of taking) {
      const held = await memory(pid);
      if (held)
        found.figures.push({
          name: 'memory',
          title: 'most memory that the server process has held',
          contender: name,
          size: users,
          value: held.peak,
          unit: 'MiB',
        });
    }
  }
  await rollcall.stop();
  await floor.stop();
  return found;
}

/** The deep page by index is asked for where it is as deep as its name says. */
const pagesFor = (users: number): string[] =>
  Object.keys(pageOperations).filter((name) => name !== 'page-deep' || users > deepIndex + 100);
