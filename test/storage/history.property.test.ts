import { expect } from 'chai';
import type { Grant } from '../../src/domain/grants.ts';
import type { LifeEvent, Page, Portion } from '../../src/domain/history.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { closeOldEdges, type ClosingDocument } from '../../src/storage/closings.ts';
import { history } from '../../src/storage/history.ts';
import { readTenant } from '../support/checker.ts';
import {
  attributesOf,
  grouped,
  livesOf,
  membershipsTold,
  type Content,
  type Life,
  type Told,
} from '../support/replay.ts';
import { randomOf, world, type Random } from './historyWorld.ts';
import { openTestStore, type TestStore } from './store.ts';

const checks = 10_000;

/** What the journal alone says, entry by entry. */
interface Replay {
  readonly lives: ReadonlyMap<string, Life>;
  readonly told: readonly Told[];
  readonly ofGroup: ReadonlyMap<string, readonly Told[]>;
  readonly ofMember: ReadonlyMap<string, readonly Told[]>;
  readonly instants: readonly number[];
}

const heldAt =
  (at: Date) =>
  ({ from, to }: Told): boolean =>
    from <= at && (to === undefined || at < to);

/** What the journal says that something was at an instant. */
const contentAt = (life: Life | undefined, at: Date): Content | undefined =>
  life?.removed && life.removed.at <= at ? undefined : life?.revised.findLast((each) => each.at <= at)?.content;

const grantsOf = (content: Content): readonly Grant[] => (content['person.grants'] ?? []) as readonly Grant[];

/** All of a list of about that length, read by parts of random sizes. */
async function all<Row>(
  random: Random,
  length: number,
  part: (page: Page) => Promise<Portion<Row> | undefined>,
): Promise<Row[]> {
  const rows: Row[] = [];
  const limit = random.oneOf([Math.ceil(length / 3) + 1, length + 1, 2 * length + 100]);
  for (let from: string | undefined; ;) {
    const portion = await part({ from, limit });
    if (!portion) throw new Error('no such part');
    expect(portion.rows.length).to.be.at.most(limit);
    rows.push(...portion.rows);
    if (portion.next === undefined) return rows;
    from = portion.next;
  }
}

describe('What was, beside a replay of the journal', function () {
  this.timeout(240_000);
  let store: TestStore;
  let tenant: TenantId;
  let here: ReturnType<typeof world>;
  let crowded = '';
  /** How often somebody was found to hold something. */
  let holders = 0;
  const seed = Number(process.env['HISTORY_SEED'] ?? Date.now() % 1_000_000);
  const random = randomOf(seed);

  before(async () => {
    store = await openTestStore();
    tenant = store.tenant();
    here = world(store, tenant, random);
    await here.found();
    for (let at = 0; at < 40; at += 1) await here.addUser();
    for (let at = 0; at < 8; at += 1) await here.addGroup();
  });
  after(() => store.close());

  async function replay(): Promise<Replay> {
    const found = await readTenant(store.db.getClient(), tenant);
    const lives = livesOf(found);
    const told = membershipsTold(lives);
    return {
      ...{ lives, told },
      ofGroup: grouped(told, ({ group }) => group),
      ofMember: grouped(told, ({ member }) => member),
      instants: found.journal.map(({ at }) => at.getTime()),
    };
  }

  /** The instant of a change, or one beside it, or any. */
  function someInstant({ instants }: Replay): Date {
    if (random.next() < 0.8) return new Date(random.oneOf(instants) + random.below(3) - 1);
    const [first, last] = [Math.min(...instants), Math.max(...instants)];
    return new Date(first - 1_000 + random.below(last - first + 2_000));
  }

  async function checkMembers(replayed: Replay, group: string, at = someInstant(replayed)): Promise<void> {
    const due = (replayed.ofGroup.get(group) ?? []).filter(heldAt(at));
    const rows = await all(random, due.length, (page) => history(store.db).members(tenant, group, at, page));
    const told = new Map(due.map((each) => [each.member, each]));
    expect(
      rows.map(({ id }) => id),
      `members of ${group} at ${at.toISOString()}`,
    ).to.deep.equal([...told.keys()].sort());
    for (const { id, since, until } of rows) {
      expect(since, id).to.deep.equal(told.get(id)?.from);
      expect(until, id).to.deep.equal(told.get(id)?.to);
    }
  }

  /** At each instant at which somebody came or went, and just before. */
  async function checkTurns(replayed: Replay, group: string): Promise<void> {
    const turns = (replayed.ofGroup.get(group) ?? []).flatMap(({ from, to }) => [from, ...(to ? [to] : [])]);
    for (const turn of new Set(turns.map((each) => each.getTime())))
      for (const at of [turn - 1, turn]) await checkMembers(replayed, group, new Date(at));
  }

  async function checkMemberships(replayed: Replay, member: string): Promise<void> {
    const at = someInstant(replayed);
    const due = (replayed.ofMember.get(member) ?? []).filter(heldAt(at));
    const rows = await history(store.db).memberships(tenant, member, at);
    expect(rows.map(({ id }) => id).sort(), `groups of ${member} at ${at.toISOString()}`).to.deep.equal(
      due.map(({ group }) => group).sort(),
    );
  }

  async function checkState(replayed: Replay, id: string): Promise<void> {
    const at = someInstant(replayed);
    const due = contentAt(replayed.lives.get(id), at);
    const [state] = await history(store.db).states(tenant, [id], at);
    expect(state?.attributes, `${id} at ${at.toISOString()}`).to.deep.equal(due && attributesOf(due));
    expect(state?.person?.grants ?? [], `what ${id} held at ${at.toISOString()}`).to.deep.equal(
      due ? grantsOf(due) : [],
    );
  }

  async function checkHolders(replayed: Replay, what: 'role' | 'license', id: string): Promise<void> {
    const at = someInstant(replayed);
    const due = [...replayed.lives.values()].filter((life) => {
      const content = contentAt(life, at);
      return content && grantsOf(content).some((grant) => grant.what === what && grant.id === id);
    });
    const rows = await all(random, due.length, (page) => history(store.db).holders(tenant, `${what}:${id}`, at, page));
    expect(
      rows.map((row) => row.id),
      `who held ${what} ${id} at ${at.toISOString()}`,
    ).to.deep.equal(due.map((life) => life.id).sort());
    holders += rows.length;
  }

  /** So many checks at random, several at a time. */
  async function check(times: number): Promise<void> {
    const replayed = await replay();
    const groups = [...here.groups, ...here.gone, 'nobody'];
    const people = [...here.users, ...here.gone];
    let left = times;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while ((left -= 1) >= 0)
          await random.oneOf([
            () => checkMembers(replayed, random.oneOf(groups)),
            () => checkMembers(replayed, random.oneOf(groups)),
            () => checkMemberships(replayed, random.oneOf([...people, ...groups])),
            () => checkState(replayed, random.oneOf([...people, ...groups])),
            () => checkHolders(replayed, 'role', random.oneOf(here.roles)),
            () => checkHolders(replayed, 'license', random.oneOf(here.pools)),
          ])();
      }),
    );
  }

  const closingsLeft = () => store.db.collection<ClosingDocument>('closings').countDocuments({ tenant });

  it(`agrees while edges of emptied groups are still open (HISTORY_SEED=${seed})`, async () => {
    await here.live(500);
    expect(await closingsLeft()).to.be.greaterThan(5);
    await check(checks * 0.3);
  });

  it('agrees for a crowd that joined at once, while some leave and before its edges got their instant', async () => {
    const crowd = await here.crowd(10_500);
    const group = await here.addGroup(crowd);
    if (group === undefined) throw new Error('no group');
    await here.patch(group, ...crowd.slice(0, 50).map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })));
    await here.ask('DELETE', ['Users', crowd[60] ?? '']);
    const replayed = await replay();
    await checkTurns(replayed, group);
    for (const member of crowd.slice(0, 100)) await checkMemberships(replayed, member);
    await here.patch(group, { op: 'replace', path: 'members', value: here.values(crowd.slice(5_000, 5_050)) });
    const emptied = await replay();
    await checkTurns(emptied, group);
    expect(emptied.ofGroup.get(group)?.filter(({ to }) => to === undefined)).to.have.length(50);
    crowded = group;
  });

  it('agrees when some of them are closed, and when all are', async () => {
    let pieces = 0;
    await closeOldEdges(store.db, tenant, () => (pieces += 1) < 12);
    expect(await closingsLeft()).to.be.greaterThan(1);
    await check(checks * 0.3);
    await here.live(200);
    await closeOldEdges(store.db, tenant, () => true);
    expect(await closingsLeft()).to.equal(0);
    await checkTurns(await replay(), crowded);
    expect(holders).to.be.greaterThan(checks / 10);
    await check(checks * 0.4);
  });

  it('tells of everybody, from either end, what the journal tells', async () => {
    const replayed = await replay();
    for (const id of random.some([...here.users, ...here.gone], 0.3)) {
      const read = (order: 'oldest' | 'newest') =>
        all<LifeEvent>(random, 20, (page) => history(store.db).timeline(tenant, id, order, page));
      const [oldest, newest] = [await read('oldest'), await read('newest')];
      expect(newest.toReversed(), id).to.deep.equal(oldest);
      const due = [
        ...(replayed.lives.get(id)?.entries ?? []).map(({ at, version }) => `${at.toISOString()} entry ${version}`),
        ...(replayed.ofMember.get(id) ?? []).flatMap(({ group, from, to }) => [
          `${from.toISOString()} joined ${group}`,
          ...(to ? [`${to.toISOString()} left ${group}`] : []),
        ]),
      ];
      const told = oldest.map((each) =>
        each.event === 'entry'
          ? `${each.at.toISOString()} entry ${each.entry.version}`
          : `${each.at.toISOString()} ${each.event} ${each.group.id}`,
      );
      expect(told.toSorted(), id).to.deep.equal(due.sort());
      expect(oldest.map(({ at }) => at.getTime())).to.deep.equal(oldest.map(({ at }) => at.getTime()).sort());
      for (const each of oldest)
        if (each.event !== 'entry') expect(each.order, `${id} ${each.event} ${each.group.id}`).to.not.equal(undefined);
    }
  });
});
