import { expect } from 'chai';
import { furnish } from '../../src/domain/furnish.ts';
import { everyPermission, type Permission } from '../../src/domain/permissions.ts';
import { roleFrom } from '../../src/domain/roles.ts';
import { rolesOf } from '../../src/domain/roleTeams.ts';
import type { Asker } from '../../src/admin/people/asker.ts';
import { changeUser } from '../../src/admin/people/change.ts';
import { balance, post } from '../../src/admin/organization/credits.ts';
import { changeEntity, createEntity, deleteEntity } from '../../src/admin/organization/entities.ts';
import { changePool, createPool, deletePool, readPool } from '../../src/admin/organization/pools.ts';
import { changeRole, createRole, deleteRole, readRole, roleRemoval } from '../../src/admin/organization/roles.ts';
import {
  accessOf,
  changeChannels,
  changeMembers,
  changeTeam,
  channelsOf,
  createTeam,
  deleteTeam,
  readTeam,
} from '../../src/admin/organization/teams.ts';
import { inEntity } from '../../src/domain/rights.ts';
import { creditLedger } from '../../src/storage/creditLedger.ts';
import { holders } from '../../src/storage/holders.ts';
import { ending } from '../support/changes.ts';
import { organization, type Organization } from '../storage/organization.ts';
import { openTestStore, type TestStore } from '../storage/store.ts';

describe('What an administrator keeps of an organization', function () {
  this.timeout(60_000);
  let store: TestStore;
  let acme: Organization;
  let ports: { deciding: Organization['deciding']; holders: ReturnType<typeof holders> };

  before(async () => {
    store = await openTestStore();
  });
  after(() => store.close());
  beforeEach(() => {
    acme = organization(store);
    ports = { deciding: acme.deciding, holders: holders(store.db) };
  });

  const asker = (permissions: readonly Permission[] = everyPermission): Asker => ({
    tenant: acme.tenant,
    order: { connection: 'key:test', request: 'test' },
    permissions: new Set(permissions),
    deadline: acme.soon(),
    now: new Date(),
  });
  const ordinary = everyPermission.filter((each) => each !== 'admins.manage');
  const members = (team: string) => store.members(acme.tenant, team);

  it('has the workspace roles and the free pool from the beginning, once, whoever gives them at once', async () => {
    const order = { connection: 'system', request: 'start' };
    await Promise.all(Array.from({ length: 5 }, () => furnish(acme.deciding, acme.tenant, order, acme.soon())));
    const kept = await store.db.collection('resources').find({ tenant: acme.tenant }).sort({ key: 1 }).toArray();
    expect(kept.map(({ key }) => key as unknown)).to.deep.equal([
      'Entitlement:listening-free',
      'Role:admin',
      'Role:manager',
      'Role:user',
    ]);
    expect(await store.db.collection('journal').countDocuments({ tenant: acme.tenant })).to.equal(4);
    const [manager] = await acme.deciding.states.some(acme.tenant, [{ kind: 'Role', name: 'Manager' }]);
    const role = manager && roleFrom(manager);
    expect([role?.builtIn, role?.permissions.includes('subscription.manage')]).to.deep.equal([true, false]);
    expect(await ending(changeRole(ports, asker(), role?.id ?? '', { name: 'Boss' }))).to.equal('built-in');
    expect(await ending(deleteRole(ports, asker(), role?.id ?? ''))).to.equal('built-in');
  });

  it('“Name the role. Assign permissions. Select the team to which the role should automatically belong. Assign team permissions. Assign the role to users.”', async () => {
    const [ann, team] = [await acme.user('ann'), await acme.group('Telephony')];
    const role = await createRole(
      ports,
      asker(),
      {
        name: 'Telephony Administrator',
        permissions: ['calls.access'],
        teams: [{ team: 'Telephony', permissions: ['edit'] }],
      },
      ['ann'],
    );
    expect(roleFrom(role).teams).to.deep.equal([{ id: team, name: 'Telephony', permissions: ['edit'] }]);
    expect(rolesOf((await readTeam(ports, asker(), team)).attributes)).to.deep.equal([
      { id: role.id, name: 'Telephony Administrator' },
    ]);
    expect(await members(team)).to.deep.equal([ann]);
    expect(await acme.holds(ann)).to.deep.equal(['role:Telephony Administrator (hand)', 'team:Telephony (role)']);
  });

  it('“Removing a role affects all users assigned to it. Associated teams also disappear.”', async () => {
    const [ann, bob] = [await acme.user('ann'), await acme.user('bob')];
    const team = await acme.group('Sales', [bob]);
    const role = await createRole(ports, asker(), { name: 'Seller', teams: [{ team }] }, [ann, bob]);
    expect(await roleRemoval(ports, asker(), role.id)).to.deep.equal({
      role: { id: role.id, name: 'Seller' },
      users: 2,
      teams: [{ id: team, name: 'Sales', users: 2 }],
    });
    await deleteRole(ports, asker(), role.id);
    await acme.settle();
    expect([await acme.holds(ann), await acme.holds(bob)]).to.deep.equal([[], []]);
    // Whoever was chosen stays.
    expect(await members(team)).to.deep.equal([bob]);
    expect(rolesOf((await readTeam(ports, asker(), team)).attributes)).to.deep.equal([]);
    expect(await ending(readRole(ports, asker(), role.id))).to.equal('unknown');
  });

  it('“Choose roles that automatically belong to the team”: one link, editable from both sides', async () => {
    const ann = await acme.user('ann');
    const role = await createRole(ports, asker(), { name: 'Seller' }, [ann]);
    const team = await createTeam(ports, asker(), { name: 'Sales', roles: ['Seller'] });
    await acme.settle();
    expect(await members(team.id)).to.deep.equal([ann]);
    await changeTeam(ports, asker(), team.id, { name: 'Selling' });
    await changeRole(ports, asker(), role.id, { name: 'Vendor', permissions: ['teams.read'] });
    await acme.settle();
    expect(roleFrom(await readRole(ports, asker(), role.id)).teams[0]?.name).to.equal('Selling');
    expect(rolesOf((await readTeam(ports, asker(), team.id)).attributes)).to.deep.equal([
      { id: role.id, name: 'Vendor' },
    ]);
    expect(await acme.holds(ann)).to.deep.equal(['role:Vendor (hand)', 'team:Selling (role)']);
    await changeTeam(ports, asker(), team.id, { roles: [] });
    await acme.settle();
    expect([await members(team.id), roleFrom(await readRole(ports, asker(), role.id)).teams]).to.deep.equal([[], []]);
    await changeRole(ports, asker(), role.id, { teams: [{ team: team.id }] });
    await acme.settle();
    expect(await members(team.id)).to.deep.equal([ann]);
    await deleteTeam(ports, asker(), team.id);
    await acme.settle();
    expect(roleFrom(await readRole(ports, asker(), role.id)).teams).to.deep.equal([]);
    expect(await acme.holds(ann)).to.deep.equal(['role:Vendor (hand)']);
  });

  it('“Only the Primary Admin can manage organization-level users”: nobody else makes or changes a role that makes administrators', async () => {
    const may = asker(ordinary);
    const strong = { name: 'Chief', permissions: ['roles.manage'] } as const;
    expect(await ending(createRole(ports, may, strong))).to.equal('administrative-grant');
    expect(await ending(createRole(ports, asker(['teams.manage']), { name: 'Any' }))).to.equal('not-allowed');
    const ann = await acme.user('ann');
    const role = await createRole(ports, asker(), strong, [ann]);
    for (const act of [
      changeRole(ports, may, role.id, { permissions: [] }),
      deleteRole(ports, may, role.id),
      createTeam(ports, may, { name: 'Chiefs', roles: ['Chief'] }),
    ])
      expect(await ending(act)).to.equal('administrative-grant');
    expect((await acme.person(ann)).administrative).to.equal(true);
    await changeRole(ports, asker(), role.id, { permissions: ['teams.read'] });
    await acme.settle();
    expect((await acme.person(ann)).administrative).to.equal(undefined);
  });

  it('“Name the team. Select user.” “Change name. Change avatar. Create new channels. Add more members.”', async () => {
    const [ann, bob] = [await acme.user('ann'), await acme.user('bob')];
    const team = await createTeam(ports, asker(), { name: 'Support' }, ['ann', ann]);
    expect(await members(team.id)).to.deep.equal([ann]);
    await changeMembers(ports, asker(), team.id, { add: ['bob'], remove: [ann] });
    expect(await members(team.id)).to.deep.equal([bob]);
    const avatar = 'https://example.com/a.png';
    const changed = await changeTeam(ports, asker(), team.id, {
      name: 'Help',
      avatar,
      access: { calls: 'own', notes: 'all' },
    });
    expect([changed.name, accessOf(changed.attributes)]).to.deep.equal(['Help', { calls: 'own', notes: 'all' }]);
    const less = await changeTeam(ports, asker(), team.id, { access: { calls: null } });
    expect(accessOf(less.attributes)).to.deep.equal({ notes: 'all' });
    const general = { id: 'c1', name: 'General', visibility: 'public' } as const;
    const open = await changeChannels(ports, asker(), team.id, (channels) => [...channels, general]);
    expect(channelsOf(open.attributes)).to.deep.equal([general]);
    const again = changeChannels(ports, asker(), team.id, (all) => [...all, { ...general, id: 'c2', name: 'GENERAL' }]);
    expect(await ending(again)).to.equal('invalid');
    expect(channelsOf((await changeChannels(ports, asker(), team.id, () => [])).attributes)).to.deep.equal([]);
    expect(await ending(createTeam(ports, asker(), { name: 'HELP' }))).to.equal('name-taken');
    expect(await ending(changeTeam(ports, asker(), team.id, { name: 'Other' }, 1))).to.equal('changed');
  });

  it('“Deactivated teams are not visible to users but can be reactivated.”', async () => {
    const ann = await acme.user('ann');
    const team = await createTeam(ports, asker(), { name: 'Support', avatar: 'https://example.com/a.png' }, [ann]);
    const off = await changeTeam(ports, asker(), team.id, { disabled: true });
    expect(off.attributes).to.have.nested.property(
      'urn:ietf:params:scim:schemas:extension:team:2\\.0:Group.disabled',
      true,
    );
    expect(await members(team.id)).to.deep.equal([ann]);
    const on = await changeTeam(ports, asker(), team.id, { disabled: false });
    expect({ ...on.attributes }).to.deep.equal(team.attributes);
  });

  it('“Admin: can manage roles and subscription to add licenses”: seats are bought and given back, and nobody is put out', async () => {
    const pool = await createPool(ports, asker(), 'recording-premium', { seats: 2, price: 3 });
    const people = [await acme.user('ann'), await acme.user('bob'), await acme.user('carl')];
    const given = people.map((user) =>
      ending(
        changeUser(ports, asker(), user, {
          wish: {
            named: { license: [pool.id] },
            apply: (person) => ({
              ...person,
              grants: [{ what: 'license', id: pool.id, name: pool.name, origins: [{ by: 'hand' }] }],
            }),
          },
        }),
      ),
    );
    expect((await Promise.all(given)).sort()).to.deep.equal(['done', 'done', 'seats-exhausted']);
    expect(await changePool(ports, asker(), pool.id, { seats: 1 })).to.include({ seats: 1, used: 2, waiting: 0 });
    expect(await changePool(ports, asker(), pool.id, { seats: null })).to.include({ seats: undefined, used: 2 });
    expect(await ending(deletePool(ports, asker(), pool.id))).to.equal('in-use');
    const free = await createPool(ports, asker(), 'unused', { seats: 5 });
    await deletePool(ports, asker(), free.id);
    expect(await ending(readPool(ports, asker(), free.id))).to.equal('unknown');
  });

  it('“Users are then added to specific entities (companies)”: they show its name, and leave it with it', async () => {
    const ann = await acme.user('ann');
    const entity = await createEntity(ports, asker(), { name: 'Acme France', country: 'FR' });
    await changeUser(ports, asker(), ann, { wish: inEntity({ entity: entity.id, role: 'Clerk' }) });
    await changeEntity(ports, asker(), entity.id, { name: 'Acme SAS', country: null });
    await acme.settle();
    expect(await acme.holds(ann)).to.deep.equal(['entity:Acme SAS (hand)']);
    await deleteEntity(ports, asker(), entity.id);
    await acme.settle();
    expect(await acme.holds(ann)).to.deep.equal([]);
  });

  it('credits are bought, corrected and spent, exactly, and each line of the ledger says why', async () => {
    const may = asker();
    await post(ports, may, { credits: 10, why: 'purchase', reference: 'INV-1' });
    expect(await ending(post(ports, may, { credits: 10, why: 'purchase', reference: 'inv-1' }))).to.equal('name-taken');
    expect(await ending(post(ports, may, { credits: -1, why: 'purchase' }))).to.equal('invalid');
    const taken = Array.from({ length: 15 }, () => ending(post(ports, may, { credits: -1, why: 'correction' })));
    const outcomes = await Promise.all(taken);
    expect(outcomes.filter((each) => each === 'done')).to.have.length(10);
    expect(new Set(outcomes)).to.deep.equal(new Set(['done', 'credits-exhausted']));
    expect(await balance(ports, may)).to.equal(0);
    const ledger = creditLedger(store.db);
    const newest = await ledger.lines(acme.tenant, undefined, 6);
    const older = await ledger.lines(acme.tenant, newest.at(-1)?.id, 10);
    const all = [...newest, ...older];
    expect(new Set(all.map(({ id }) => id)).size).to.equal(11);
    expect(all.reduce((sum, { by }) => sum + by, 0)).to.equal(0);
    expect(all.at(-1)).to.include({ by: 10, why: 'purchase', kind: 'CreditPosting', connection: 'key:test' });
    expect(await ledger.lines(store.tenant(), undefined, 10)).to.deep.equal([]);
  });

  it('a team that an identity provider renames or removes is renamed in its roles, and removed from them', async () => {
    const ann = await acme.user('ann');
    const team = await acme.group('Sales');
    const role = await createRole(ports, asker(), { name: 'Seller', teams: [{ team }] }, [ann]);
    await acme.patch('Groups', team, { op: 'replace', path: 'displayName', value: 'Selling' });
    await acme.settle();
    expect(roleFrom(await readRole(ports, asker(), role.id)).teams[0]?.name).to.equal('Selling');
    expect(await acme.holds(ann)).to.deep.equal(['role:Seller (hand)', 'team:Selling (role)']);
    await acme.ask('DELETE', ['Groups', team]);
    await acme.settle();
    expect(roleFrom(await readRole(ports, asker(), role.id)).teams).to.deep.equal([]);
    expect(await acme.holds(ann)).to.deep.equal(['role:Seller (hand)']);
  });
});
