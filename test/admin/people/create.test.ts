import { expect } from 'chai';
import { createUsers, type Draft } from '../../../src/admin/people/create.ts';
import { shownUser } from '../../../src/admin/people/shown.ts';
import type { Permission } from '../../../src/domain/permissions.ts';
import { broken, draft, forSuite, type Organization } from './organization.ts';

const password = 'correct horse battery staple';

describe('Creating people', function () {
  this.timeout(30_000);
  let org: Organization;
  forSuite((opened) => {
    org = opened;
  });

  const create = async (...drafts: readonly Draft[]) =>
    (await createUsers(org.ports, org.asker(), drafts)).map(shownUser);
  const one = async (given: Draft) => {
    const [user] = await create(given);
    if (!user) throw new Error('nobody');
    return user;
  };

  it('invites them directly: “Choose whether the user should be created and invited directly (default)”', async () => {
    const user = await one(draft('alice@example.com', { begins: 'invited' }));
    expect(user).to.include({
      status: 'invited',
      userName: 'alice@example.com',
      email: 'alice@example.com',
      version: 1,
    });
    const [entry] = await org.entries(user.id);
    expect(entry).to.include({ act: 'invite', connection: 'key:1' });
    const invitations = await org.ports.deciding.states.some(org.asker().tenant, [
      { kind: 'Invitation', name: user.id },
    ]);
    expect(invitations.map(({ attributes }) => attributes.login)).to.deep.equal(['alice@example.com']);
  });

  it('“or saved as a prepared user”: “users that have been created but not yet invited”', async () => {
    const user = await one(draft(undefined, { begins: 'prepared' }));
    expect(user.status).to.equal('prepared');
    expect((await org.entries(user.id))[0]).to.include({ act: 'prepare' });
    const tenant = org.asker().tenant;
    expect(await org.ports.deciding.states.some(tenant, [{ kind: 'Invitation', name: user.id }])).to.deep.equal([]);
  });

  it('takes “user ID (email or mobile number)”, with the prefix of the organization, and nothing else', async () => {
    const user = await one(draft('06 12 34 56 78', { begins: 'invited' }));
    expect(user).to.include({ userName: '+33612345678', status: 'invited' });
    expect((await org.attributes(user.id)).phoneNumbers).to.deep.equal([
      { value: '+33612345678', type: 'mobile', primary: true },
    ]);
    expect(await broken(create(draft('alice')))).to.equal('invalid');
    expect(await broken(create(draft('+33 6 12 34 56 78')))).to.equal('name-taken');
  });

  it('“Fill in personal information. Add extra information (optional).”', async () => {
    const said = {
      givenName: 'Alice',
      familyName: 'Martin',
      email: 'alice@work.example',
      landline: '0145678901',
      language: 'fr-FR',
      timezone: 'Europe/Paris',
      department: 'Sales',
    };
    const { id, ...user } = await one(
      draft('alice@example.com', { profile: { ...said, userName: 'alice@example.com' } }),
    );
    expect(user).to.include({ ...said, landline: '+33145678901', displayName: 'Alice Martin' });
    expect((await org.attributes(id)).preferredLanguage).to.equal('fr-FR');
    const wrong = (profile: object) =>
      broken(create(draft(undefined, { profile: { userName: 'b@example.com', ...profile } })));
    expect(await wrong({ language: 'de-DE' })).to.equal('invalid');
    expect(await wrong({ timezone: 'Mars/Olympus' })).to.equal('invalid');
    expect(await wrong({ mobile: 'soon' })).to.equal('invalid');
  });

  it('gives license, roles with their teams, teams by hand, permissions and entities in the same step', async () => {
    const [sales, support] = [await org.team('Sales'), await org.team('Support')];
    const role = await org.role('Telephony', ['numbers.manage'], [sales]);
    const [pool, acme] = [await org.pool('recording-premium', 1), await org.entity('Acme')];
    const user = await one(
      draft(undefined, {
        rights: {
          license: 'recording-premium',
          roles: ['Telephony'],
          permissions: ['calls.access'],
          entities: [{ entity: 'Acme', role: 'Clerk' }],
        },
        teams: ['Sales', support.id],
      }),
    );
    expect(user.licenses).to.deep.equal([{ id: pool, name: 'recording-premium', origins: [{ by: 'hand' }] }]);
    expect(user.roles.map(({ id }) => id)).to.deep.equal([role]);
    expect(user.entities).to.deep.equal([
      { id: acme, name: 'Acme', role: 'Clerk', origins: [{ by: 'hand', role: 'Clerk' }] },
    ]);
    expect(user.permissions.map(({ id }) => id)).to.deep.equal(['calls.access']);
    // “Add team (occurs automatically if roles are linked to teams).”
    expect(new Map(user.teams.map((team) => [team.name, team.roles]))).to.deep.equal(
      new Map([
        ['Sales', [role]],
        ['Support', []],
      ]),
    );
    expect(await org.seats(pool)).to.equal(1);
  });

  it('names what there is not', async () => {
    for (const rights of [{ roles: ['x'] }, { license: 'x' }, { entities: [{ entity: 'x', role: 'Clerk' }] }] as const)
      expect(await broken(create(draft(undefined, { rights })))).to.equal('unknown');
    expect(await broken(create(draft(undefined, { teams: ['x'] })))).to.equal('unknown');
    expect(await org.users()).to.equal(0);
  });

  it('“Optionally, you can create up to 5 users at once”: all of them, each with a password, or none', async () => {
    const team = await org.team('Reps');
    const five = Array.from({ length: 5 }, () => draft(undefined, { password, teams: [team.id] }));
    const users = await create(...five);
    expect(users.map(({ status }) => status)).to.deep.equal(Array(5).fill('active'));
    for (const { id, teams } of users) {
      expect(teams.map(({ name }) => name)).to.deep.equal(['Reps']);
      expect(await org.password(id)).to.match(/^\$argon2id\$/);
    }
    // One transaction, one change of the team.
    expect((await org.entries(team.id)).filter(({ operation }) => operation === 'members')).to.have.length(1);
    const twice = draft('same@example.com');
    expect(await broken(create(draft(), twice, twice))).to.equal('name-taken');
    expect(await org.users()).to.equal(5);
  });

  it('gives the last seat once: “You need to have available licenses.”', async () => {
    const pool = await org.pool('premium', 2);
    const seated = () => draft(undefined, { rights: { license: 'premium' } });
    expect(await broken(create(seated(), seated(), seated()))).to.equal('seats-exhausted');
    expect([await org.users(), await org.seats(pool)]).to.deep.equal([0, 0]);
    await create(seated(), seated());
    expect(await org.seats(pool)).to.equal(2);
    expect(await broken(create(seated()))).to.equal('seats-exhausted');
  });

  for (const [seatPolicy, refused, waiting] of [
    ['reject', 15, 0],
    ['waitlist', 0, 15],
    ['downgrade', 0, 0],
  ] as const)
    it(`gives five seats to five of twenty who come at once: ${seatPolicy}`, async () => {
      org.begin({ seatPolicy, downgradeTo: 'free' });
      const [pool, free] = [await org.pool('premium', 5), await org.pool('free')];
      const twenty = Array.from({ length: 20 }, () => draft(undefined, { rights: { license: 'premium' } }));
      const outcomes = await Promise.all(twenty.map((each) => broken(create(each))));
      expect(outcomes.filter((rule) => rule === 'seats-exhausted')).to.have.length(refused);
      expect(await org.seats(pool)).to.equal(5);
      expect(await org.waiting(pool)).to.equal(waiting);
      expect(await org.seats(free)).to.equal(seatPolicy === 'downgrade' ? 15 : 0);
      expect(await org.users()).to.equal(20 - refused);
    });

  it('keeps who finds no seat as prepared, and sends nothing, where the organization lets people wait', async () => {
    org.begin({ seatPolicy: 'waitlist', defaultLicense: 'premium' });
    await org.pool('premium', 1);
    const [first, second] = await create(
      draft(undefined, { begins: 'invited' }),
      draft(undefined, { begins: 'invited' }),
    );
    expect([first?.status, second?.status]).to.deep.equal(['invited', 'prepared']);
    expect(second?.waitsFor).to.have.property('since');
    expect((await org.entries(second?.id ?? ''))[0]).to.include({ act: 'prepare' });
  });

  it('“The same amount of credits will be used to create a user as inviting a new team member.”', async () => {
    await org.pool('premium', undefined, 3);
    await org.credit(7);
    const rights = { license: 'premium' };
    const invited = await one(draft(undefined, { rights, begins: 'invited' }));
    expect(await org.credits()).to.equal(4);
    const direct = await one(draft(undefined, { rights, password }));
    expect(await org.credits()).to.equal(1);
    const costs = [invited, direct].map(async ({ id }) => (await org.entries(id))[0]?.credits);
    expect(await Promise.all(costs)).to.deep.equal([
      { by: -3, why: 'invitation' },
      { by: -3, why: 'creation' },
    ]);
    expect(await broken(create(draft(undefined, { rights })))).to.equal('credits-exhausted');
    await one(draft(undefined, { rights, begins: 'prepared' }));
    expect(await org.credits()).to.equal(1);
  });

  const may = (permissions: readonly Permission[], rights: Draft['rights'], teams?: readonly string[]) =>
    broken(createUsers(org.ports, org.asker(permissions), [draft(undefined, { rights, ...(teams && { teams }) })]));

  it('“Only the Primary Admin can manage organization-level users”: nobody else makes administrators', async () => {
    const manager: readonly Permission[] = ['users.manage', 'roles.manage', 'calls.access'];
    await org.role('Boss', ['roles.manage']);
    expect(await may(manager, { primaryRole: 'admin' })).to.equal('not-allowed');
    expect(await may(manager, { roles: ['Boss'] })).to.equal('administrative-grant');
    expect(await may(manager, { permissions: ['users.manage'] })).to.equal('administrative-grant');
    expect(await may([...manager, 'admins.manage'], { roles: ['Boss'] })).to.equal(undefined);
  });

  it('lets nobody give what he may not do himself, or what he has no permission to give', async () => {
    await org.role('Reader', ['audit.read']);
    await org.entity('Acme');
    await org.team('Sales');
    expect(await may(['users.manage', 'roles.manage'], { roles: ['Reader'] })).to.equal('not-allowed');
    expect(await may(['users.manage', 'audit.read'], { roles: ['Reader'] })).to.equal('not-allowed');
    expect(await may(['users.manage', 'roles.manage', 'audit.read'], { roles: ['Reader'] })).to.equal(undefined);
    expect(await may(['users.manage'], { entities: [{ entity: 'Acme', role: 'Clerk' }] })).to.equal('not-allowed');
    expect(await may(['users.manage'], {}, ['Sales'])).to.equal('not-allowed');
    expect(await may(['users.manage'], {})).to.equal(undefined);
  });
});
