import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { primaryAdmins, queueOf, seatsOf } from '../../src/domain/accounts.ts';
import { emptyBook, type Book } from '../../src/domain/book.ts';
import { making } from '../../src/domain/keeping.ts';
import { personSchemas } from '../../src/domain/projection.ts';
import { defaultSettings, type Settings } from '../../src/domain/settings.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { portsOver } from '../../src/protocol.ts';
import { storesOf } from '../../src/provisioning/stores.ts';
import { leniency } from '../../src/scim/dialects.ts';
import type { Caller, JsonObject, ResourceStore } from '../../src/scim/types.ts';
import { testCaller } from '../support/callers.ts';
import { testRegistry, testType } from '../support/schemas.ts';
import { openTestStore } from './store.ts';

type Store = Awaited<ReturnType<typeof openTestStore>>;

const none = { members: false, groups: false };

/** An organization, and what a client does in it. */
function organization(store: Store, settings: Partial<Settings> = {}) {
  const tenant = tenantId(randomUUID());
  const book: Book = { ...emptyBook, settings: { ...defaultSettings, ...settings } };
  const ports = portsOver(store.db, testRegistry(), undefined, undefined, { of: () => book });
  const stores = storesOf(ports);
  const users = stores(testType('User'));
  const groups = stores(testType('Group'));
  const caller = (): Caller => testCaller({ tenant, deadline: Date.now() + 30_000 });

  const keep = async (kind: string, name: string, attributes: object, seats?: number): Promise<string> => {
    const id = randomUUID();
    const moves = seats === undefined ? [] : [{ account: seatsOf(id), by: 0, most: seats }];
    const order = { connection: 'test', request: 'kept' };
    const content = { name, attributes: { displayName: name, ...attributes } };
    await store.commit({ ...making({ tenant, order }, kind, id, content), moves });
    return id;
  };
  const changed =
    (of: ResourceStore) =>
    async (id: string, change: (attributes: JsonObject) => JsonObject, by: Caller = caller()) => {
      const { stored } = await of.revise(
        by,
        id,
        { accepts: () => true, decide: ({ attributes }) => change(attributes as JsonObject), wanted: none },
        leniency(by.dialect),
      );
      return stored;
    };
  return {
    tenant,
    caller,
    stores,
    users,
    groups,
    role: (name: string, permissions: string[], teams: object[] = []) => keep('Role', name, { permissions, teams }),
    pool: (name: string, seats?: number, price = 0) =>
      keep('Entitlement', name, { price, ...(seats !== undefined && { totalAssignmentsPermitted: seats }) }, seats),
    entity: (name: string) => keep('Entity', name, {}),
    async create(attributes: JsonObject, by: Caller = caller()) {
      const { stored } = await users.create(
        by,
        { attributes: { userName: randomUUID(), ...attributes }, members: undefined },
        leniency(by.dialect),
        none,
      );
      return stored;
    },
    team: async (name: string) => {
      const by = caller();
      const draft = { attributes: { displayName: name }, members: undefined };
      return (await groups.create(by, draft, leniency(by.dialect), none)).stored.id;
    },
    change: changed(users),
    read: async (id: string) => (await users.read(caller(), id, none))?.attributes as JsonObject,
    account: async (name: string) => (await ports.accounts.read(tenant, [name])).get(name)?.value ?? 0,
    members: async (team: string) => [...((await groups.memberIds?.(caller(), team, 'User', 100)) ?? [])],
    remove: (id: string, by: Caller = caller()) => users.remove(by, id, () => true),
  };
}

/** Why it is refused. */
const refusal = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => 'not refused',
    (error: unknown) => [
      (error as { status: number }).status,
      (error as { options?: unknown; message: string }).message,
    ],
  );

const license = (type: string): JsonObject => ({ [personSchemas.license]: { type } });

describe('Users whom an identity provider brings', function () {
  this.timeout(60_000);
  let store: Store;
  before(async () => {
    store = await openTestStore();
  });
  after(() => store.close());

  it('are active, prepared or invited as the organization has chosen; “the new user will receive an email”', async () => {
    const states = await Promise.all(
      (['none', 'prepare', 'invite'] as const).map(async (invitationPolicy) => {
        const { create } = organization(store, { invitationPolicy });
        const { attributes } = await create({ userName: `${invitationPolicy}@corp.example`, active: true });
        return [attributes.active, (attributes[personSchemas.account] as JsonObject | undefined)?.status];
      }),
    );
    expect(states).to.deep.equal([
      [true, undefined],
      [true, 'prepared'],
      [true, 'invited'],
    ]);
  });

  it('take a seat, give it back when they are deactivated, and need one again; “you need to have available licenses”', async () => {
    const { pool, create, change, account } = organization(store);
    const premium = await pool('recording-premium', 1);
    const ann = await create(license('recording-premium'));
    expect(ann.attributes[personSchemas.license]).to.deep.equal({ type: 'recording-premium', state: 'assigned' });
    expect(await account(seatsOf(premium))).to.equal(1);
    expect(await refusal(create(license('recording-premium')))).to.deep.equal([
      403,
      "License 'recording-premium' has no free seat of 1: free one or buy more",
    ]);

    await change(ann.id, (attributes) => ({ ...attributes, active: false }));
    expect(await account(seatsOf(premium))).to.equal(0);
    const bob = await create(license('RECORDING-PREMIUM'));
    expect(bob.attributes.entitlements).to.deep.equal([
      { value: 'RECORDING-PREMIUM', display: 'recording-premium', type: 'License' },
    ]);
    expect(await refusal(change(ann.id, (attributes) => ({ ...attributes, active: true })))).to.have.property('0', 403);
    await change(bob.id, ({ [personSchemas.license]: _, entitlements: __, ...attributes }) => attributes);
    await change(ann.id, (attributes) => ({ ...attributes, active: true }));
    expect(await account(seatsOf(premium))).to.equal(1);
  });

  it('wait where the organization lets them, and none who comes later overtakes them', async () => {
    const { pool, create, remove, account, read } = organization(store, { seatPolicy: 'waitlist' });
    const premium = await pool('recording-premium', 1);
    const ann = await create(license('recording-premium'));
    const bob = await create(license('recording-premium'));
    expect(bob.attributes[personSchemas.license]).to.deep.equal({ type: 'recording-premium', state: 'waiting' });
    expect([await account(seatsOf(premium)), await account(queueOf(premium))]).to.deep.equal([1, 1]);
    await remove(ann.id);
    const cid = await create(license('recording-premium'));
    expect(cid.attributes[personSchemas.license]).to.have.property('state', 'waiting');
    await remove(bob.id);
    expect([await account(seatsOf(premium)), await account(queueOf(premium))]).to.deep.equal([0, 1]);
    expect(await read(cid.id)).to.have.property('active', true);
  });

  it('fall to the free pool where the organization has chosen that; “unlimited users can be invited at no cost”', async () => {
    const { pool, create } = organization(store, { seatPolicy: 'downgrade', downgradeTo: 'listening-free' });
    await pool('recording-premium', 0);
    await pool('listening-free');
    const { attributes } = await create(license('recording-premium'));
    expect(attributes[personSchemas.license]).to.deep.equal({ type: 'listening-free', state: 'assigned' });
  });

  it('get the organization’s default license where they bring none', async () => {
    const { pool, create, account } = organization(store, { defaultLicense: 'recording-premium' });
    const premium = await pool('recording-premium', 2);
    await create({});
    expect(await account(seatsOf(premium))).to.equal(1);
  });

  it('exactly as many as there are seats, however many come at once, under each policy', async () => {
    for (const seatPolicy of ['reject', 'waitlist', 'downgrade'] as const) {
      const { pool, create, account } = organization(store, { seatPolicy, downgradeTo: 'listening-free' });
      const premium = await pool('recording-premium', 20);
      const free = await pool('listening-free');
      const all = await Promise.allSettled(Array.from({ length: 60 }, () => create(license('recording-premium'))));
      const created = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value.attributes] : []));
      const holders = created.filter((each) => {
        const { type, state } = each[personSchemas.license] as JsonObject;
        return type === 'recording-premium' && state === 'assigned';
      });
      expect([holders.length, await account(seatsOf(premium))], seatPolicy).to.deep.equal([20, 20]);
      expect(created.length, seatPolicy).to.equal(seatPolicy === 'reject' ? 20 : 60);
      expect(await account(queueOf(premium)), seatPolicy).to.equal(seatPolicy === 'waitlist' ? 40 : 0);
      expect(await account(seatsOf(free)), seatPolicy).to.equal(seatPolicy === 'downgrade' ? 40 : 0);
    }
  });

  it('join the teams of their roles and leave them with the role; “add team (occurs automatically if roles are linked to teams)”', async () => {
    const { role, team, create, change, members } = organization(store);
    const [north, south] = [await team('North'), await team('South')];
    await role('Guide', ['calls.access'], [{ value: north }, { value: south }]);
    await role('Scout', [], [{ value: south }]);
    const ann = await create({ roles: [{ value: 'Guide' }, { value: 'Scout' }] });
    expect([await members(north), await members(south)]).to.deep.equal([[ann.id], [ann.id]]);
    await change(ann.id, (attributes) => ({ ...attributes, roles: [{ value: 'Scout' }] }));
    expect([await members(north), await members(south)]).to.deep.equal([[], [ann.id]]);
    await change(ann.id, ({ roles: _, ...attributes }) => attributes);
    expect(await members(south)).to.deep.equal([]);
  });

  it('stay in a team that a role gives, whoever dismisses them, until the role lets go', async () => {
    const { role, team, create, change, members, groups, caller } = organization(store);
    const north = await team('North');
    await role('Guide', [], [{ value: north }]);
    const ann = await create({ roles: [{ value: 'Guide' }] });
    const dismiss = async (how: { reset: boolean; add: string[]; remove: string[] }) => {
      const by = caller();
      const decide = ({ attributes }: { attributes: object }) => attributes as JsonObject;
      await groups.revise(by, north, { accepts: () => true, decide, members: how, wanted: none }, leniency(by.dialect));
    };
    await dismiss({ reset: false, add: [], remove: [ann.id] });
    expect(await members(north)).to.deep.equal([ann.id]);
    await dismiss({ reset: false, add: [ann.id], remove: [] });
    await change(ann.id, ({ roles: _, ...attributes }) => attributes);
    expect(await members(north), 'chosen too').to.deep.equal([ann.id]);
    await dismiss({ reset: false, add: [], remove: [ann.id] });
    expect(await members(north)).to.deep.equal([]);
  });

  it('belong to entities with a company role in each; “a user can have different roles in different entities”', async () => {
    const { entity, create, change } = organization(store);
    const paris = await entity('Acme Paris');
    await entity('Acme Lyon');
    const memberships = [
      { value: paris, role: 'Approver' },
      { value: 'Acme Lyon', role: 'Clerk' },
    ];
    const ann = await create({ [personSchemas.entity]: { memberships } });
    expect(ann.attributes[personSchemas.entity]).to.deep.equal({
      memberships: [
        { value: paris, display: 'Acme Paris', role: 'Approver' },
        { value: 'Acme Lyon', display: 'Acme Lyon', role: 'Clerk' },
      ],
    });
    const left = await change(ann.id, (attributes) => ({
      ...attributes,
      [personSchemas.entity]: { memberships: [{ value: paris, role: 'Auditor' }] },
    }));
    expect(left.attributes[personSchemas.entity]).to.deep.equal({
      memberships: [{ value: paris, display: 'Acme Paris', role: 'Auditor' }],
    });
  });

  it('leave an entity that is removed, and show another by its new name: a job settles it', async () => {
    const { tenant, caller, stores } = organization(store);
    const entities = stores(testType('Entity'));
    const by = caller();
    const draft = { attributes: { displayName: 'Acme Paris' }, members: undefined };
    const { id } = (await entities.create(by, draft, leniency(by.dialect), none)).stored;
    const jobs = () => store.db.collection('jobs').find({ tenant, kind: 'settle-entity', argument: id }).toArray();
    const say = (change: JsonObject) =>
      entities.revise(
        by,
        id,
        {
          accepts: () => true,
          decide: ({ attributes }) => ({ ...(attributes as JsonObject), ...change }),
          wanted: none,
        },
        leniency(by.dialect),
      );
    await say({ country: 'FR' });
    expect(await jobs()).to.deep.equal([]);
    await say({ displayName: 'Acme Paris SA' });
    expect(await jobs()).to.have.length(1);
    await entities.remove(by, id, () => true);
    expect(await jobs()).to.have.length(2);
  });

  it('are out of reach with an administrative role, unless the connection may', async () => {
    const { role, create, change, caller, remove, account } = organization(store);
    await role('Chief', ['users.manage']);
    const chief = { roles: [{ value: 'Chief' }] };
    expect(await refusal(create(chief))).to.deep.equal([
      403,
      "'Chief' makes an administrator: a Primary Admin can grant it, or let this connection do so",
    ]);
    const may = { ...caller(), options: new Set(['administrators'] as const) };
    const ann = await create(chief, may);
    expect(await refusal(change(ann.id, (attributes) => ({ ...attributes, title: 'Boss' })))).to.have.property(
      '0',
      403,
    );
    expect(await refusal(remove(ann.id))).to.have.property('0', 403);

    const first = await create({ [personSchemas.account]: { primaryRole: 'primary-admin' } }, may);
    expect(await account(primaryAdmins)).to.equal(1);
    const off = (attributes: JsonObject): JsonObject => ({ ...attributes, active: false });
    expect(await refusal(change(first.id, off, may))).to.deep.equal([
      403,
      'The last Primary Admin can be neither removed, deactivated nor demoted: appoint another one first',
    ]);
    expect(await refusal(remove(first.id, may))).to.have.property('0', 403);
    const second = await create({ [personSchemas.account]: { primaryRole: 'primary-admin' } }, may);
    const both = await Promise.allSettled([change(first.id, off, may), remove(second.id, may)]);
    expect(both.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    expect(await account(primaryAdmins)).to.equal(1);
  });
});
