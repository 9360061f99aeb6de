import { expect } from 'chai';
import { personChanges } from '../../src/domain/personChanges.ts';
import { decide } from '../../src/domain/people.ts';
import { promote } from '../../src/domain/promoting.ts';
import { deactivated } from '../../src/domain/transitions.ts';
import type { JournalDocument } from '../../src/storage/documents.ts';
import { seatsOf } from '../../src/domain/accounts.ts';
import { organization, type Organization } from './organization.ts';
import { openTestStore, type TestStore } from './store.ts';

describe('Who waits for a seat', function () {
  this.timeout(60_000);
  let store: TestStore;
  let acme: Organization;

  before(async () => {
    store = await openTestStore();
  });
  after(() => store.close());
  beforeEach(() => {
    acme = organization(store);
  });

  const create = async (count: number, from = 0): Promise<string[]> => {
    const users: string[] = [];
    for (let at = from; at < from + count; at += 1) users.push(await acme.user(`user${at}@corp.example`));
    return users;
  };
  const held = async (users: readonly string[]) =>
    (await Promise.all(users.map((id) => acme.person(id)))).map(({ grants }) => grants[0]?.waiting === undefined);
  const leave = async (id: string) => {
    const before = await store.stateOf(acme.tenant, 'User', id);
    const { settings } = await acme.book();
    const [order, now] = [{ connection: 'test', request: 'leave' }, new Date().toISOString()];
    const wish = { named: {}, apply: (person: Parameters<typeof deactivated>[0]) => deactivated(person, 'free', now) };
    const circumstances = { tenant: acme.tenant, settings, order, now, reach: 'everybody' } as const;
    const decided = await decide(acme.deciding, before, id, wish, circumstances);
    const making = { tenant: acme.tenant, id, owner: before.owner, order };
    await acme.deciding.work.commitAll(personChanges(before, before, decided, making), acme.soon());
  };
  const grow = async (pool: string, seats: number) => {
    const before = await store.stateOf(acme.tenant, 'Entitlement', pool);
    const attributes = { ...before.attributes, totalAssignmentsPermitted: seats };
    const order = { connection: 'test', request: 'grow' };
    await acme.deciding.work.commit(
      {
        tenant: acme.tenant,
        revises: { before, after: { ...before, attributes } },
        moves: [{ account: seatsOf(pool), by: 0, most: seats }],
        relies: [],
        entry: { order, operation: 'revise', kind: 'Entitlement', resource: pool, differences: [] },
      },
      acme.soon(),
    );
  };

  it('“promoted when a seat frees”, in their order, and nobody overtakes', async () => {
    const pool = await acme.pool('premium', 2);
    await acme.settings({ seatPolicy: 'waitlist', defaultLicense: pool });
    const users = await create(5);
    expect(await held(users)).to.deep.equal([true, true, false, false, false]);
    await leave(users[0] ?? '');
    // Who comes now comes last, though a seat is free.
    users.push(...(await create(1, 5)));
    expect(await acme.seats(pool)).to.deep.equal([1, 4]);
    await acme.promote();
    expect((await held(users)).slice(1)).to.deep.equal([true, true, false, false, false]);
    await acme.ask('DELETE', ['Users', users[1] ?? '']);
    await acme.promote();
    expect(await held(users.slice(2))).to.deep.equal([true, true, false, false]);
    await grow(pool, 4);
    await acme.promote();
    expect(await held(users.slice(2))).to.deep.equal([true, true, true, true]);
    expect(await acme.seats(pool)).to.deep.equal([4, 0]);
  });

  it('is invited then, where he was to be, and his entry says whom to tell', async () => {
    const pool = await acme.pool('premium', 1);
    await acme.settings({ seatPolicy: 'waitlist', defaultLicense: pool, invitationPolicy: 'invite' });
    const [first = '', second = ''] = await create(2);
    expect([(await acme.person(first)).status, (await acme.person(second)).status]).to.deep.equal([
      'invited',
      'prepared',
    ]);
    await leave(first);
    await acme.promote();
    expect(await acme.person(second))
      .to.include({ status: 'invited' })
      .and.not.to.have.property('whenSeated');
    const entries = await store.db.collection<JournalDocument>('journal').find({ tenant: acme.tenant }).toArray();
    const events = entries.flatMap(({ personal }) => personal.events ?? []).filter(({ user }) => user === second);
    expect(events.map(({ event }) => event)).to.have.members(['promoted', 'invited']);
    expect(events.find(({ event }) => event === 'invited')).to.include({ channel: 'email', to: 'user1@corp.example' });
  });

  it('is promoted once, whoever is at it', async () => {
    const pool = await acme.pool('premium', 1);
    await acme.settings({ seatPolicy: 'waitlist', defaultLicense: pool });
    const users = await create(60);
    await grow(pool, 41);
    const others = [1, 2, 3].map(() => organization(store, acme.tenant));
    await Promise.all([acme, ...others].map(({ settling }) => promote(settling, acme.tenant, () => true)));
    const now = await held(users);
    expect(now).to.deep.equal([...Array<boolean>(41).fill(true), ...Array<boolean>(19).fill(false)]);
    expect(await acme.seats(pool)).to.deep.equal([41, 19]);
    const acts = await store.db.collection('journal').countDocuments({ tenant: acme.tenant, act: 'promote' });
    expect(acts).to.equal(40);
  });

  it('for two pools has his turn in each by itself', async () => {
    const [one, two] = [await acme.pool('one', 1), await acme.pool('two', 1)];
    const names = ['a', 'b', 'c'];
    for (const [at, id] of [one, two].entries())
      await acme.rule({ match: { by: 'name', value: `group ${at}` }, gives: { what: 'license', id }, position: at });
    const [a = '', b = '', c = ''] = await Promise.all(names.map((name) => acme.user(name)));
    const [first, second] = [await acme.group('group 0', [a]), await acme.group('group 1', [a])];
    const adding = (id: string) => ({ op: 'add', path: 'members', value: [{ value: id }] });
    await acme.patch('Groups', second, adding(c));
    await acme.patch('Groups', first, adding(b));
    await acme.patch('Groups', second, adding(b));
    expect(await acme.holds(b)).to.deep.equal(['?license:one (group)', '?license:two (group)']);
    await leave(a);
    await acme.promote();
    // In the second pool somebody else came before him.
    expect(await acme.holds(b)).to.deep.equal(['license:one (group)', '?license:two (group)']);
    expect(await acme.holds(c)).to.deep.equal(['license:two (group)']);
    expect([await acme.seats(one), await acme.seats(two)]).to.deep.equal([
      [1, 0],
      [1, 1],
    ]);
    await acme.ask('DELETE', ['Users', c]);
    await acme.promote();
    expect(await acme.holds(b)).to.deep.equal(['license:one (group)', 'license:two (group)']);
  });

  it('comes by a Bulk as by a request of his own, invitation and all', async () => {
    const pool = await acme.pool('premium', 1);
    await acme.settings({ seatPolicy: 'waitlist', defaultLicense: pool, invitationPolicy: 'invite' });
    const { body } = await acme.ask('POST', ['Bulk'], {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: ['ann', 'bob'].map((name) => ({
        method: 'POST',
        path: '/Users',
        bulkId: name,
        data: { userName: `${name}@corp.example` },
      })),
    });
    for await (const operations of body?.['Operations'] as AsyncIterable<readonly object[]>)
      for (const operation of operations) expect(operation).to.include({ status: '201' });
    expect(await acme.seats(pool)).to.deep.equal([1, 1]);
  });
});
