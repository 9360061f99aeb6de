import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Change } from '../../src/domain/changes.ts';
import type { State } from '../../src/domain/states.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { connect } from '../../src/storage/connect.ts';
import { unitOfWork } from '../../src/storage/unitOfWork.ts';
import { creating, ending, memberOf, moving, newState, removing, renaming } from '../support/changes.ts';
import { readTenant } from '../support/checker.ts';
import { testTypeOf } from '../support/schemas.ts';
import { openTestStore, storeOn, type TestStore } from './store.ts';
import { wireTo } from './servers.ts';

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

describe('Changes that stand or fall together', function () {
  this.timeout(60_000);
  let store: TestStore;
  let tenant: TenantId;
  before(async () => {
    store = await openTestStore();
  });
  after(() => store.close());
  beforeEach(() => {
    tenant = store.tenant();
  });

  const user = (name: string = randomUUID()): State => newState(tenant, 'User', name, new Date());
  const group = (name: string = randomUUID()): State => newState(tenant, 'Group', name, new Date());
  const commitAll = (changes: readonly Change[], milliseconds = 10_000, { work }: Pick<TestStore, 'work'> = store) =>
    work.commitAll(changes, Date.now() + milliseconds);
  const entries = () => store.db.collection('journal').countDocuments({ tenant });

  /** A user and a group, both new, the user in the group, and a group that is there gets both. */
  async function whole() {
    const [ann, team, around] = [user(), group(), await store.group(tenant)];
    const joins = [memberOf(ann.id), memberOf(team.id, 'Group')];
    // The order in which they come is none that they could be written in one after the other.
    const changes = [moving(tenant, around, { joins }), creating(team, [memberOf(ann.id)]), creating(ann)];
    return { ann, team, around, changes };
  }

  it('rely on what they make themselves, and each gets a version of its own', async () => {
    const { ann, team, around, changes } = await whole();
    const committed = await commitAll(changes);
    expect(committed.map(({ version }) => version)).to.deep.equal([2, 1, 1]);
    expect(await store.members(tenant, team.id)).to.deep.equal([ann.id]);
    expect(await store.members(tenant, around.id)).to.have.members([ann.id, team.id]);
    const memberships = (await store.memberships.of(tenant, [ann.id])).get(ann.id) ?? [];
    expect(memberships.map(({ name }) => name)).to.have.members([team.name, around.name]);
  });

  const breaks: [about: string, end: string, broken: () => Promise<Change>][] = [
    [
      'brings a name that is taken',
      'name-taken',
      async () => {
        const { name } = await store.user(tenant);
        return creating(user(name));
      },
    ],
    [
      'was decided on something older',
      'Stale',
      async () => {
        const old = await store.user(tenant);
        await store.commit(renaming(old, `new ${old.name}`));
        return renaming(old, `newer ${old.name}`);
      },
    ],
    [
      'relies on somebody who is gone',
      'Stale',
      async () => {
        const gone = await store.user(tenant);
        await store.commit(removing(gone));
        return creating(group(), [memberOf(gone.id)]);
      },
    ],
  ];
  for (const [about, end, broken] of breaks)
    it(`leave no trace of any of them where one ${about}, and take nobody else with them`, async () => {
      const { ann, team, around, changes } = await whole();
      const change = await broken();
      const before = await entries();
      const others = times(5, () => store.commit(creating(user())));
      expect(await ending(commitAll([...changes, change]))).to.equal(end);
      expect(await Promise.all(others.map(ending))).to.deep.equal(times(5, () => 'done'));
      expect(await store.states.known(tenant, [ann.id, team.id])).to.deep.equal([]);
      expect((await store.stateOf(tenant, 'Group', around.id)).version).to.equal(1);
      expect((await entries()) - before).to.equal(5);
      expect(await store.openEdges(tenant)).to.equal(0);
    });

  it('are refused where two bring one name', async () => {
    expect(await ending(commitAll([creating(user('Kim')), creating(user('kim'))]))).to.equal('name-taken');
    expect(await entries()).to.equal(0);
  });

  it('are a defect where two are changes of one subject', async () => {
    const ann = await store.user(tenant);
    expect(await ending(commitAll([renaming(ann, 'a'), renaming(ann, 'b')]))).to.equal('TypeError');
    expect(await ending(commitAll([removing(ann), creating(group(), [memberOf(ann.id)])]))).to.equal('TypeError');
  });

  it('are never seen but all or none, by whoever looks meanwhile', async () => {
    const client = store.db.getClient();
    const sets = times(40, () => {
      const people = times(4, () => user());
      const members = people.map(({ id }) => memberOf(id));
      return [...people.map((state) => creating(state)), creating(group(), members)];
    });
    let going = true;
    const seen = new Set<number>();
    const looking = times(2, async () => {
      while (going) {
        const found = await readTenant(client, tenant);
        for (const changes of sets) {
          const ids = new Set(changes.map(({ entry }) => entry.resource));
          const there = found.resources.filter(({ _id }) => ids.has(_id)).length;
          seen.add(there + found.edges.filter(({ group: id }) => ids.has(id)).length);
        }
        await sleep(1);
      }
    });
    const other = storeOn(store.db);
    const endings = sets.map((changes, at) => ending(commitAll(changes, 20_000, at % 2 === 0 ? store : other)));
    expect(new Set(await Promise.all(endings))).to.deep.equal(new Set(['done']));
    going = false;
    await Promise.all(looking);
    expect([...seen].filter((count) => count !== 0 && count !== 9)).to.deep.equal([]);
  });

  for (const [word, there] of [
    ['journal', 0],
    ['commitTransaction', 3],
  ] as const)
    it(`are ${there === 0 ? 'not there' : 'there'} as a whole where the wire is cut after '${word}'`, async () => {
      const { ann, team, changes } = await whole();
      const before = await entries();
      const wire = await wireTo(store.uri);
      const db = await connect(wire.uri);
      try {
        wire.cutAfter(word);
        expect(await ending(commitAll(changes, 1_500, storeOn(db)))).to.equal('busy');
        expect((await entries()) - before).to.equal(there);
        expect(await store.states.known(tenant, [ann.id, team.id])).to.have.lengthOf(there === 0 ? 0 : 2);
        expect(await store.openEdges(tenant)).to.equal(there);
      } finally {
        wire.mend();
        await db.close();
        await wire.close();
      }
    });

  it('may be a thousand, which go alone', async () => {
    const people = times(1_000, () => user());
    const others = times(5, () => store.commit(creating(user())));
    const committed = await commitAll(people.map((state) => creating(state)));
    expect(new Set(committed.map(({ version }) => version))).to.deep.equal(new Set([1]));
    expect(await Promise.all(others.map(ending))).to.deep.equal(times(5, () => 'done'));
    expect(await store.db.collection('resources').countDocuments({ tenant })).to.equal(1_005);
  });

  it('tells who observes how many changes each transaction had, and whose they are', async () => {
    const batches: number[] = [];
    const tenants: string[] = [];
    const work = unitOfWork(store.db, testTypeOf, Date.now, {
      onBatch: (changes) => void batches.push(changes),
      onCommit: (whose) => void tenants.push(whose),
    });
    const deadline = Date.now() + 10_000;
    await work.commitAll(
      times(3, () => creating(user())),
      deadline,
    );
    await work.commit(creating(user()), deadline);
    expect(await ending(work.commit(creating(user()), 0))).to.equal('busy');
    expect([batches, tenants]).to.deep.equal([
      [3, 1],
      [tenant, tenant],
    ]);
  });

  describe('as operations of a Bulk', () => {
    const partOf = (run: string, index: number, change: Change): Change => ({
      ...change,
      entry: { ...change.entry, order: { ...change.entry.order, part: { run, index } } },
    });

    it('are done once, whoever does them again, alone or with others', async () => {
      const run = randomUUID();
      await commitAll([partOf(run, 0, creating(user())), partOf(run, 1, creating(user()))]);
      const again = partOf(run, 1, creating(user()));
      expect(await ending(store.commit(again))).to.equal('done-already');
      expect(await ending(commitAll([partOf(run, 2, creating(user())), again]))).to.equal('done-already');
      expect(await entries()).to.equal(2);
      expect(await ending(store.commit(partOf(run, 2, creating(user()))))).to.equal('done');
      expect(await ending(store.commit(partOf(randomUUID(), 1, creating(user()))))).to.equal('done');
    });

    it('are done once where two processes come to one at the same moment', async () => {
      const other = storeOn(store.db);
      const run = randomUUID();
      const endings = await Promise.all(
        times(40, (at) => ending((at % 2 === 0 ? store : other).commit(partOf(run, at >> 1, creating(user()))))),
      );
      expect(endings.toSorted()).to.deep.equal([...times(20, () => 'done'), ...times(20, () => 'done-already')]);
      const parts = await store.db.collection('journal').distinct('part.index', { tenant, 'part.run': run });
      expect(parts).to.have.lengthOf(20);
    });

    it('are counted for each tenant apart', async () => {
      const run = randomUUID();
      await store.commit(partOf(run, 0, creating(user())));
      tenant = store.tenant();
      expect(await ending(store.commit(partOf(run, 0, creating(user()))))).to.equal('done');
    });

    it('are found by an index', async () => {
      const plan = await store.db
        .collection('journal')
        .find({ tenant, 'part.run': { $in: ['r'] }, 'part.index': { $in: [1, 2] } })
        .explain('queryPlanner');
      expect(JSON.stringify(plan)).to.include('part.run_1_part.index_1').and.not.include('COLLSCAN');
      const whole = await store.db.collection('journal').find({ tenant, 'part.run': 'r' }).explain('queryPlanner');
      expect(JSON.stringify(whole)).to.include('part.run_1_part.index_1').and.not.include('COLLSCAN');
    });
  });
});
