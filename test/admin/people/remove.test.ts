import { expect } from 'chai';
import { tellAccount } from '../../../src/admin/integrations.ts';
import { addNumber, equip, readNumber } from '../../../src/admin/numbers.ts';
import type { Draft } from '../../../src/admin/people/create.ts';
import { removalOf, removeUser } from '../../../src/admin/people/remove.ts';
import { listsOver } from '../../../src/protocol.ts';
import { broken, draft, forSuite, madeIn, type Organization } from './organization.ts';

describe('Removing people from the organization', function () {
  this.timeout(30_000);
  let org: Organization;
  forSuite((opened) => {
    org = opened;
  });

  const made = (more: Partial<Draft> = {}) => madeIn(org, draft('alice@example.com', more));

  it('“removes them from ALL entities”, every team, and frees the seat, as was told before', async () => {
    const pool = await org.pool('premium', 1);
    const [acme, blue] = [await org.entity('Acme'), await org.entity('Blue')];
    const sales = await org.team('Sales');
    const role = await org.role('Seller', ['calls.access'], [sales]);
    const ops = await org.team('Ops');
    const id = await made({
      begins: 'invited',
      teams: ['Ops'],
      rights: {
        license: 'premium',
        roles: ['Seller'],
        entities: [
          { entity: 'Acme', role: 'Admin' },
          { entity: 'Blue', role: 'Clerk' },
        ],
      },
    });
    const told = await removalOf(org.ports, org.asker(), id);
    expect(told.user).to.deep.equal({ id, userName: 'alice@example.com' });
    expect(told.entities.map((each) => each.id)).to.have.members([acme, blue]);
    expect(told.teams.map((each) => each.id)).to.have.members([sales.id, ops.id]);
    expect([told.roles, told.seats]).to.deep.equal([[{ id: role, name: 'Seller' }], [{ id: pool, name: 'premium' }]]);
    expect(await org.users()).to.equal(1);

    await removeUser(org.ports, org.asker(), id);
    const { tenant } = org.asker();
    expect([await org.users(), await org.seats(pool)]).to.deep.equal([0, 0]);
    for (const team of [sales, ops]) expect(await org.store.members(tenant, team.id)).to.deep.equal([]);
    const { states } = org.ports.deciding;
    expect(await states.some(tenant, [{ kind: 'Invitation', name: id }])).to.deep.equal([]);
    const entry = (await org.entries(id)).at(-1);
    expect(entry).to.include({ operation: 'remove', connection: 'key:1' });
    expect(entry?.personal.events).to.deep.equal([
      { event: 'removed', user: id, channel: 'email', to: 'alice@example.com', language: 'en-US' },
    ]);
    // “Deleting a user cannot be undone.”
    expect(await broken(removeUser(org.ports, org.asker(), id))).to.equal('unknown');
    expect(await made()).not.to.equal(id);
  });

  it('leaves his numbers and his accounts in connected tools to others', async () => {
    const { order, tenant, deadline } = org.asker();
    const commission = { order, tenant, deadline };
    const landline = await addNumber(org.ports, commission, '0145678901', 'landline');
    const id = await made();
    await equip(org.ports, commission, id, { landline: landline.number, displayNumbers: [] });
    const ports = { ...org.ports, lists: listsOver(org.store.db) };
    await tellAccount(ports, commission, 'salesforce', { value: 'S1', email: 'alice@example.com' });
    const told = await removalOf(org.ports, org.asker(), id);
    expect(told.numbers).to.deep.equal([{ id: landline.id, name: '+33145678901' }]);
    expect(told.accounts).to.have.length(1);
    await removeUser(org.ports, org.asker(), id);
    expect(await readNumber(org.ports, tenant, landline.id)).to.include({ holder: undefined });
    const next = await made();
    await equip(org.ports, commission, next, { landline: landline.number, displayNumbers: [] });
  });

  it('is of the version that was seen, and leaves administrators to Primary Admins', async () => {
    const id = await made({ rights: { primaryRole: 'admin' } });
    expect(await broken(removeUser(org.ports, org.asker(), id, 7))).to.equal('changed');
    const manager = org.asker(['users.manage']);
    expect(await broken(removalOf(org.ports, manager, id))).to.equal('administrator-out-of-reach');
    expect(await broken(removeUser(org.ports, manager, id))).to.equal('administrator-out-of-reach');
    await removeUser(org.ports, org.asker(), id, 1);
    expect(await org.users()).to.equal(0);
  });
});
