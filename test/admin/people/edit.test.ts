import { expect } from 'chai';
import { changeUser } from '../../../src/admin/people/change.ts';
import type { Draft } from '../../../src/admin/people/create.ts';
import {
  deactivateUser,
  deleteCredentials,
  editUser,
  endSessions,
  enterEntity,
  leaveEntity,
  reactivateUser,
  setPassword,
  type Edit,
} from '../../../src/admin/people/edit.ts';
import { shownUser } from '../../../src/admin/people/shown.ts';
import { granted, type Origin } from '../../../src/domain/grants.ts';
import type { Permission } from '../../../src/domain/permissions.ts';
import { become } from '../../../src/domain/rights.ts';
import { broken, draft, forSuite, madeIn, type Organization } from './organization.ts';

const password = 'correct horse battery staple';

describe('Changing people', function () {
  this.timeout(30_000);
  let org: Organization;
  forSuite((opened) => {
    org = opened;
  });

  const made = (more: Partial<Draft> = {}) => madeIn(org, draft(undefined, more));
  const edit = async (id: string, wanted: Edit, onlyAt?: number) =>
    shownUser(await editUser(org.ports, org.asker(), id, wanted, onlyAt));
  /** Gives somebody something for another reason than by hand. */
  const give = (id: string, what: 'role' | 'entity', thing: { id: string; name: string }, origin: Origin) =>
    changeUser(org.ports, org.asker(), id, {
      wish: become((person) => ({ ...person, grants: granted(person.grants, { what, ...thing }, origin) })),
    });
  const versions = async (id: string) => (await org.entries(id)).map(({ version }) => version);

  it('changes what describes them, and leaves the rest: “Make changes. Click Save.”', async () => {
    const id = await made({
      profile: { userName: 'al@example.com', givenName: 'Al', department: 'Sales', title: 'Rep' },
    });
    const after = await edit(id, { profile: { userName: 'alice@example.com', givenName: 'Alice', title: null } });
    expect(after).to.include({ userName: 'alice@example.com', givenName: 'Alice', department: 'Sales', version: 2 });
    expect(after).not.to.have.property('title');
    expect(after.email).to.equal('al@example.com');
    const paths = (await org.entries(id))[1]?.personal.differences.map(({ path }) => path);
    expect(paths).to.have.members(['userName', 'name', 'title']);
  });

  it('keeps “extra information (optional)” under names of the organization’s own', async () => {
    const id = await made({ extra: { Badge: '4711', Floor: '3' } });
    expect((await edit(id, { profile: { title: 'Rep' } })).extra).to.deep.equal({ Badge: '4711', Floor: '3' });
    expect((await edit(id, { extra: { Badge: '4712' } })).extra).to.deep.equal({ Badge: '4712' });
    expect((await edit(id, { extra: {} })).extra).to.deep.equal({});
    expect(await broken(edit(id, { extra: { a: '1', A: '2' } }))).to.equal('invalid');
  });

  it('writes nothing where nothing changes', async () => {
    const id = await made({ profile: { userName: 'al@example.com', givenName: 'Al' }, rights: { permissions: [] } });
    await edit(id, { profile: { givenName: 'Al' }, rights: { permissions: [], primaryRole: 'user' }, teams: [] });
    await reactivateUser(org.ports, org.asker(), id);
    expect(await versions(id)).to.deep.equal([1]);
  });

  it('holds to the version that was demanded', async () => {
    const id = await made();
    await edit(id, { profile: { title: 'Rep' } }, 1);
    expect(await broken(edit(id, { profile: { title: 'Lead' } }, 1))).to.equal('changed');
    expect(await broken(deactivateUser(org.ports, org.asker(), id, 1))).to.equal('changed');
    expect(await versions(id)).to.deep.equal([1, 2]);
    // Of two who saw the same version one is told that it has changed.
    const both = ['A', 'B'].map((title) => broken(edit(id, { profile: { title } }, 2)));
    expect(await Promise.all(both)).to.have.members([undefined, 'changed']);
  });

  it('takes a name that nobody else has', async () => {
    await made({ profile: { userName: 'taken@example.com' } });
    const id = await made();
    expect(await broken(edit(id, { profile: { userName: 'TAKEN@example.com' } }))).to.equal('name-taken');
  });

  it('“Changes in access rights do not affect the number of credits used to create the user.”', async () => {
    const [basic, premium] = [await org.pool('basic', 5, 2), await org.pool('premium', 1, 9)];
    await org.credit(10);
    const id = await made({ rights: { license: 'basic' } });
    expect(await org.credits()).to.equal(8);
    await org.role('Telephony', ['numbers.manage']);
    const after = await edit(id, { rights: { license: 'premium', roles: ['Telephony'], permissions: ['audit.read'] } });
    expect(after.licenses.map(({ name }) => name)).to.deep.equal(['premium']);
    expect([await org.credits(), await org.seats(basic), await org.seats(premium)]).to.deep.equal([8, 0, 1]);
    const entry = (await org.entries(id)).at(-1);
    expect(entry).not.to.have.property('credits');
  });

  it('chooses teams; those that come with a role stay until it goes: “Associated teams also disappear.”', async () => {
    const [sales, support, ops] = [await org.team('Sales'), await org.team('Support'), await org.team('Ops')];
    await org.role('Seller', ['calls.access'], [sales, support]);
    const id = await made({ teams: ['Sales'] });
    const teams = async (wanted: Edit) => (await edit(id, wanted)).teams.map(({ name }) => name);
    expect(await teams({ rights: { roles: ['Seller'] }, teams: ['Sales', 'Ops'] })).to.have.members([
      'Sales',
      'Support',
      'Ops',
    ]);
    // Chosen and brought: it takes both to go.
    expect(await teams({ teams: ['Support'] })).to.have.members(['Sales', 'Support']);
    expect(await teams({ rights: { roles: [] } })).to.deep.equal(['Support']);
    expect(await teams({ rights: { roles: ['Seller'] } })).to.have.members(['Sales', 'Support']);
    expect(await teams({ rights: { roles: [] }, teams: [] })).to.deep.equal([]);
    expect(
      await Promise.all([sales, support, ops].map((team) => org.store.members(org.asker().tenant, team.id))),
    ).to.deep.equal([[], [], []]);
  });

  it('takes by hand what was given by hand or by an import; what another reason gives stays', async () => {
    const telephony = { id: await org.role('Telephony', ['numbers.manage']), name: 'Telephony' };
    const id = await made({ rights: { roles: ['Telephony'] } });
    await give(id, 'role', telephony, { by: 'import', ref: 'job' });
    await give(id, 'role', telephony, { by: 'group', ref: 'g1' });
    const [held] = (await edit(id, { rights: { roles: [] } })).roles;
    expect(held?.origins).to.deep.equal([{ by: 'group', ref: 'g1' }]);
  });

  it('has “different roles in different entities”; leaving one leaves the others, and the organization', async () => {
    const [acme] = [await org.entity('Acme'), await org.entity('Blue')];
    const id = await made({ rights: { entities: [{ entity: 'Acme', role: 'Admin' }] } });
    await enterEntity(org.ports, org.asker(), id, { entity: 'Blue', role: 'Clerk' });
    const { entities } = shownUser(await enterEntity(org.ports, org.asker(), id, { entity: acme, role: 'Approver' }));
    expect(entities.map(({ name, role }) => [name, role])).to.deep.equal([
      ['Acme', 'Approver'],
      ['Blue', 'Clerk'],
    ]);
    // “To remove a user from just one entity, use entity user management instead.”
    const left = shownUser(await leaveEntity(org.ports, org.asker(), id, 'Acme'));
    expect([left.status, left.entities.map(({ name }) => name)]).to.deep.equal(['active', ['Blue']]);
    expect((await org.entries(id)).at(-1)?.act).to.equal('leave-entity');
  });

  it('lets who is Admin or Manager of an entity choose its members, and nobody else without the permission', async () => {
    const acme = await org.entity('Acme');
    await org.entity('Blue');
    const [boss, clerk, id] = [
      await made({ rights: { entities: [{ entity: 'Acme', role: 'Manager' }] } }),
      await made({ rights: { entities: [{ entity: 'Acme', role: 'Clerk' }] } }),
      await made(),
    ];
    const scopes = new Set<Permission>(['entities.manage']);
    const enters = (person: string | undefined, entity: string, permissions: readonly Permission[] = []) =>
      broken(enterEntity(org.ports, org.asker(permissions, { person, scopes }), id, { entity, role: 'Auditor' }));
    expect(await enters(boss, 'Acme')).to.equal(undefined);
    expect(await enters(boss, acme)).to.equal(undefined);
    expect(await enters(boss, 'Blue')).to.equal('not-allowed');
    expect(await enters(clerk, 'Acme')).to.equal('not-allowed');
    expect(await enters(undefined, 'Acme')).to.equal('not-allowed');
    expect(await enters(undefined, 'Blue', ['entities.manage'])).to.equal(undefined);
    const leaves = (person: string, more: object = {}) =>
      broken(leaveEntity(org.ports, org.asker([], { person, scopes, ...more }), id, 'Acme'));
    expect(await leaves(clerk)).to.equal('not-allowed');
    // A key of his that was made for something else.
    expect(await leaves(boss, { scopes: new Set(['users.read']) })).to.equal('not-allowed');
    expect(await leaves(boss)).to.equal(undefined);
    expect((await org.person(id)).grants.map(({ name }) => name)).to.deep.equal(['Blue']);
  });

  it('“log out users from all active sessions and change their passwords to maintain security”', async () => {
    const id = await made({ password });
    const first = await org.password(id);
    const now = new Date('2026-11-24T10:00:00.000Z');
    await setPassword(org.ports, org.asker(undefined, { now }), id, 'another long password', 'end');
    expect(await org.password(id))
      .to.match(/^\$argon2id\$/)
      .and.not.equal(first);
    expect((await org.person(id)).sessionsSince).to.equal(now.toISOString());
    const entry = (await org.entries(id)).at(-1);
    expect([entry?.act, entry?.personal.events?.map(({ event }) => event)]).to.deep.equal([
      'set-password',
      ['password-changed'],
    ]);
    expect(JSON.stringify(entry)).not.to.contain('argon2').and.not.to.contain('another long');
    await setPassword(org.ports, org.asker(), id, 'a third long password', 'keep');
    expect((await org.person(id)).sessionsSince).to.equal(now.toISOString());
    const later = new Date('2026-11-24T11:00:00.000Z');
    await endSessions(org.ports, org.asker(undefined, { now: later }), id);
    expect((await org.person(id)).sessionsSince).to.equal(later.toISOString());
    expect((await org.entries(id)).at(-1)?.act).to.equal('end-sessions');
  });

  it('“User credentials created by the admin can be deleted by the admin”; the user stays', async () => {
    const id = await made({ password });
    await deleteCredentials(org.ports, org.asker(), id);
    expect(await org.password(id)).to.equal(undefined);
    expect(await org.person(id))
      .to.include({ status: 'active' })
      .and.to.have.property('sessionsSince');
    const entry = (await org.entries(id)).at(-1);
    expect(entry).to.include({ act: 'delete-credentials' });
    expect(entry?.personal.differences.map(({ path }) => path)).to.include('password');
  });

  it('deactivates and brings back the same user, who needs a seat again', async () => {
    const pool = await org.pool('premium', 1);
    const id = await made({ begins: 'invited', rights: { license: 'premium' } });
    const off = shownUser(await deactivateUser(org.ports, org.asker(), id));
    expect([off.status, await org.seats(pool)]).to.deep.equal(['deactivated', 0]);
    expect(off).to.have.property('sessionsSince');
    expect((await org.entries(id)).at(-1)?.act).to.equal('deactivate');
    const other = await made({ rights: { license: 'premium' } });
    expect(await broken(reactivateUser(org.ports, org.asker(), id))).to.equal('seats-exhausted');
    await deactivateUser(org.ports, org.asker(), other);
    const on = shownUser(await reactivateUser(org.ports, org.asker(), id));
    expect([on.id, on.status, await org.seats(pool)]).to.deep.equal([id, 'invited', 1]);
    expect((await org.entries(id)).at(-1)?.act).to.equal('reactivate');
  });

  it('keeps the seat of who is deactivated where the organization says so', async () => {
    org.begin({ seatOnDeactivation: 'keep' });
    const pool = await org.pool('premium', 1);
    const id = await made({ rights: { license: 'premium' } });
    await deactivateUser(org.ports, org.asker(), id);
    expect(await org.seats(pool)).to.equal(1);
    await reactivateUser(org.ports, org.asker(), id);
    expect(await org.seats(pool)).to.equal(1);
  });

  it('leaves administrators to Primary Admins, whatever is done', async () => {
    const id = await made({ rights: { primaryRole: 'admin' } });
    const manager = () => org.asker(['users.manage', 'roles.manage', 'teams.manage', 'entities.manage']);
    await org.entity('Acme');
    const acts = [
      editUser(org.ports, manager(), id, { profile: { title: 'x' } }),
      editUser(org.ports, manager(), id, { rights: { primaryRole: 'user' } }),
      setPassword(org.ports, manager(), id, password, 'end'),
      deleteCredentials(org.ports, manager(), id),
      endSessions(org.ports, manager(), id),
      deactivateUser(org.ports, manager(), id),
      enterEntity(org.ports, manager(), id, { entity: 'Acme', role: 'Clerk' }),
    ];
    expect(await Promise.all(acts.map(broken))).to.deep.equal(acts.map(() => 'administrator-out-of-reach'));
    expect(await versions(id)).to.deep.equal([1]);
  });

  it('knows nobody of another organization', async () => {
    const id = await made();
    org.begin();
    expect(await broken(edit(id, { profile: { title: 'x' } }))).to.equal('unknown');
    expect(await broken(deactivateUser(org.ports, org.asker(), id))).to.equal('unknown');
  });
});
