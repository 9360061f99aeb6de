import { expect } from 'chai';
import { changeUser } from '../../../src/admin/people/change.ts';
import { createUsers, type Draft } from '../../../src/admin/people/create.ts';
import { deactivateUser } from '../../../src/admin/people/edit.ts';
import { explainUser } from '../../../src/admin/people/explain.ts';
import { granted, type Origin } from '../../../src/domain/grants.ts';
import type { Permission } from '../../../src/domain/permissions.ts';
import { become } from '../../../src/domain/rights.ts';
import type { Language } from '../../../src/words/languages.ts';
import { connections } from '../../../src/storage/connections.ts';
import { draft, forSuite, madeIn, type Organization } from './organization.ts';

describe('Why people may do what they may, and what would take it away', function () {
  this.timeout(30_000);
  let org: Organization;
  forSuite((opened) => {
    org = opened;
  });

  const made = (more: Partial<Draft> = {}) => madeIn(org, draft('alice@example.com', more));
  const explained = (id: string, permission?: Permission, language: Language = 'en') =>
    explainUser({ ...org.ports, connections: connections(org.store.db) }, org.asker().tenant, id, {
      permission,
      language,
    });
  const give = (id: string, thing: { id: string; name: string }, origin: Origin, waiting?: string) =>
    changeUser(org.ports, org.asker(), id, {
      wish: become((person) => {
        const grants = granted(person.grants, { what: 'role', ...thing }, origin);
        const waits = (grant: (typeof grants)[number]) =>
          grant.id === thing.id && waiting !== undefined ? { ...grant, waiting } : grant;
        return { ...person, grants: grants.map(waits) };
      }),
    });

  it('is told with every reason, in sentences of the reader’s language', async () => {
    const lead = { id: await org.role('Lead', ['teams.manage']), name: 'Lead' };
    const it = await org.team('IT');
    const id = await made({ rights: { roles: ['Lead'], permissions: ['teams.manage'] } });
    await give(id, lead, { by: 'group', ref: it.id });
    const [one, ...others] = await explained(id, 'teams.manage');
    expect(others).to.deep.equal([]);
    expect(one).to.deep.equal({
      permission: 'teams.manage',
      allowed: true,
      status: 'active',
      why: [
        "'alice@example.com' may do this (teams.manage):",
        "  - the role 'Lead' allows it, held by hand",
        "  - the role 'Lead' allows it, held by the group 'IT'",
        '  - it was given directly, by hand',
      ].join('\n'),
      reasons: [
        {
          by: 'role',
          role: lead,
          origin: { by: 'hand' },
          why: "the role 'Lead' allows it, held by hand",
          ends: "take 'Lead' away by hand",
        },
        {
          by: 'role',
          role: lead,
          origin: { by: 'group', ref: it.id, name: 'IT' },
          why: "the role 'Lead' allows it, held by the group 'IT'",
          ends: "end the membership in the group 'IT', which gives 'Lead'",
        },
        {
          by: 'permission',
          origin: { by: 'hand' },
          why: 'it was given directly, by hand',
          ends: "take 'teams.manage' away by hand",
        },
      ],
      waiting: [],
    });
    const [french] = await explained(id, 'teams.manage', 'fr');
    expect(french?.why).to.contain('a ce droit').and.to.contain('du groupe «\u00A0IT\u00A0»');
  });

  it('is told of all that somebody may do, and of what he may not', async () => {
    await org.role('Lead', ['teams.manage', 'teams.read']);
    const id = await made({ rights: { roles: ['Lead'] } });
    expect((await explained(id)).map(({ permission }) => permission)).to.deep.equal(['teams.read', 'teams.manage']);
    const [none] = await explained(id, 'audit.read');
    expect(none).to.deep.include({ allowed: false, reasons: [], waiting: [] });
    expect(none?.why).to.contain('nothing gives it');
    const boss = await createUsers(org.ports, org.asker(), [
      draft('boss@example.com', { rights: { primaryRole: 'primary-admin' } }),
    ]);
    const [right] = await explained(boss[0]?.state.id ?? '', 'admins.manage');
    expect(right?.reasons.map(({ by, ends }) => [by, ends])).to.deep.equal([
      ['primary-role', 'give another primary role than primary-admin'],
    ]);
  });

  it('is told of who can do nothing now, and of what waits', async () => {
    const lead = { id: await org.role('Lead', ['teams.manage']), name: 'Lead' };
    const id = await made();
    const since = '2026-11-24T10:00:00.000Z';
    await give(id, lead, { by: 'rule', ref: 'r1' }, since);
    const [waiting] = await explained(id, 'teams.manage');
    expect(waiting?.waiting).to.deep.equal([{ ...lead, since }]);
    expect(waiting?.why).to.contain('waits for a seat');
    const other = await createUsers(org.ports, org.asker(), [
      draft('bob@example.com', { rights: { roles: ['Lead'] } }),
    ]);
    const bob = other[0]?.state.id ?? '';
    await deactivateUser(org.ports, org.asker(), bob);
    const [off] = await explained(bob, 'teams.manage');
    expect(off).to.include({ allowed: false, status: 'deactivated' });
    expect(off?.reasons).to.have.length(1);
    expect(off?.why).to.contain('may do nothing while deactivated').and.to.contain("the role 'Lead'");
  });
});
