import { expect } from 'chai';
import { organization, type Organization } from './organization.ts';
import { openTestStore, type TestStore } from './store.ts';

const adding = (...ids: string[]) => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });
const removing = (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` });

describe('Mapped groups', function () {
  this.timeout(60_000);
  let store: TestStore;
  let acme: Organization;
  let ann: string;
  let bob: string;

  before(async () => {
    store = await openTestStore();
  });
  after(() => store.close());
  beforeEach(async () => {
    acme = organization(store);
    [ann, bob] = [await acme.user('ann'), await acme.user('bob')];
  });

  const salesRule = async () => {
    const sales = await acme.role('sales');
    await acme.rule({ match: { by: 'pattern', value: 'Sales*' }, gives: { what: 'role', id: sales } });
    return sales;
  };

  it('give who joins what their rule says, and take it from who leaves, with the membership', async () => {
    await salesRule();
    const group = await acme.group('Sales EMEA', [ann]);
    expect(await acme.holds(ann)).to.deep.equal(['role:sales (group)']);
    await acme.patch('Groups', group, adding(bob), removing(ann));
    expect([await acme.holds(ann), await acme.holds(bob)]).to.deep.equal([[], ['role:sales (group)']]);
    await acme.ask('PUT', ['Groups', group], { displayName: 'Sales EMEA', members: [{ value: ann }] });
    expect([await acme.holds(ann), await acme.holds(bob)]).to.deep.equal([['role:sales (group)'], []]);
    expect(await store.db.collection('jobs').countDocuments({ tenant: acme.tenant })).to.equal(0);
  });

  it('are teams and no more without a rule, or for another connection’s groups', async () => {
    const sales = await acme.role('sales');
    const gives = { what: 'role', id: sales } as const;
    await acme.rule({ match: { by: 'pattern', value: '*' }, gives, connection: 'entra' });
    await acme.group('Sales EMEA', [ann]);
    expect(await acme.holds(ann)).to.deep.equal([]);
  });

  it('give what the first rule says, and a rule may say: the team alone', async () => {
    await salesRule();
    await acme.rule({ match: { by: 'name', value: 'Sales Alumni' }, gives: { what: 'team' }, position: 0 });
    await acme.group('Sales Alumni', [ann]);
    expect(await acme.holds(ann)).to.deep.equal([]);
  });

  it('give a license, a role in an entity', async () => {
    const [pool, entity] = [await acme.pool('premium', 5), await acme.entity('Acme SA')];
    await acme.rule({ match: { by: 'name', value: 'Recorders' }, gives: { what: 'license', id: pool } });
    const gives = { what: 'entity', id: entity, role: 'Manager' } as const;
    await acme.rule({ match: { by: 'name', value: 'Accounts' }, gives, position: 2 });
    await acme.group('Recorders', [ann]);
    await acme.group('Accounts', [ann]);
    expect(await acme.holds(ann)).to.deep.equal(['license:premium (group)', 'entity:Acme SA (group)']);
    expect((await acme.person(ann)).grants[1]?.origins[0]).to.include({ role: 'Manager' });
    expect(await acme.seats(pool)).to.deep.equal([1, 0]);
  });

  it('“the membership always lands; a grant without a free seat is recorded as waiting”, whatever the policy', async () => {
    const pool = await acme.pool('premium', 1);
    await acme.rule({ match: { by: 'name', value: 'Recorders' }, gives: { what: 'license', id: pool } });
    const group = await acme.group('Recorders', [ann, bob]);
    expect([await acme.holds(ann), await acme.holds(bob)].flat().sort()).to.deep.equal([
      '?license:premium (group)',
      'license:premium (group)',
    ]);
    expect(await acme.seats(pool)).to.deep.equal([1, 1]);
    expect(await store.members(acme.tenant, group)).to.have.members([ann, bob]);
  });

  it('take back when they are renamed, and give what the rule of their new name says', async () => {
    await salesRule();
    const group = await acme.group('Sales EMEA', [ann]);
    await acme.patch('Groups', group, { op: 'replace', path: 'displayName', value: 'Marketing' });
    expect(await acme.holds(ann)).to.deep.equal([]);
    await acme.patch('Groups', group, { op: 'replace', path: 'displayName', value: 'Sales Alps' }, adding(bob));
    expect([await acme.holds(ann), await acme.holds(bob)]).to.deep.equal([
      ['role:sales (group)'],
      ['role:sales (group)'],
    ]);
  });

  it('take back when they go', async () => {
    await salesRule();
    const group = await acme.group('Sales EMEA', [ann, bob]);
    await acme.ask('DELETE', ['Groups', group]);
    expect([await acme.holds(ann), await acme.holds(bob)]).to.deep.equal([[], []]);
  });

  it('“releasing one origin keeps what another still gives”', async () => {
    await salesRule();
    const [one, two] = [await acme.group('Sales 1', [ann]), await acme.group('Sales 2', [ann])];
    await acme.ask('DELETE', ['Groups', one]);
    expect(await acme.holds(ann)).to.deep.equal(['role:sales (group)']);
    await acme.patch('Groups', two, removing(ann));
    expect(await acme.holds(ann)).to.deep.equal([]);
  });

  it('give no administrative role by a rule that no Primary Admin saved; the membership lands', async () => {
    const admins = await acme.role('admins', ['users.manage']);
    const gives = { what: 'role', id: admins } as const;
    await acme.rule({ match: { by: 'name', value: 'Ops' }, gives });
    await acme.rule({ match: { by: 'name', value: 'Chiefs' }, gives, position: 2, reach: 'everybody' });
    const [ops] = [await acme.group('Ops', [ann]), await acme.group('Chiefs', [bob])];
    expect(await store.members(acme.tenant, ops)).to.deep.equal([ann]);
    expect([await acme.holds(ann), await acme.holds(bob)]).to.deep.equal([[], ['role:admins (group)']]);
  });

  it('may be the very team that comes with the role that they give', async () => {
    const group = await acme.group('Sales EMEA');
    const sales = await acme.role('sales', [], [{ value: group, display: 'Sales EMEA' }]);
    await acme.rule({ match: { by: 'id', value: group }, gives: { what: 'role', id: sales } });
    await acme.patch('Groups', group, adding(ann));
    await acme.settle();
    expect(await acme.holds(ann)).to.deep.equal(['role:sales (group)', 'team:Sales EMEA (role)']);
    await acme.patch('Groups', group, removing(ann));
    await acme.settle();
    expect(await acme.holds(ann)).to.deep.equal([]);
    expect(await store.members(acme.tenant, group)).to.deep.equal([]);
  });

  it('with more than a hundred who join, leave or find another rule are settled by a job', async () => {
    await salesRule();
    const users = await Promise.all(Array.from({ length: 130 }, (_, at) => acme.user(`user${at}`)));
    const held = async () => (await Promise.all(users.map((id) => acme.holds(id)))).flat().length;
    const group = await acme.group('Sales EMEA', users);
    expect(await held()).to.equal(0);
    await acme.settle();
    expect(await held()).to.equal(130);
    await acme.patch('Groups', group, { op: 'replace', path: 'displayName', value: 'Marketing' });
    await acme.settle();
    expect(await held()).to.equal(0);
    await acme.patch('Groups', group, { op: 'replace', path: 'displayName', value: 'Sales EMEA' });
    await acme.settle();
    expect(await held()).to.equal(130);
    await acme.ask('DELETE', ['Groups', group]);
    await acme.settle();
    expect(await held()).to.equal(0);
  });

  it('decide on who comes in one Bulk with them, too', async () => {
    await salesRule();
    const { body } = await acme.ask('POST', ['Bulk'], {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        {
          method: 'POST',
          path: '/Groups',
          bulkId: 'g',
          data: { displayName: 'Sales', members: [{ value: 'bulkId:u' }] },
        },
        { method: 'POST', path: '/Users', bulkId: 'u', data: { userName: 'carl' } },
        {
          method: 'POST',
          path: '/Groups',
          bulkId: 'h',
          data: { displayName: 'Sales too', members: [{ value: ann }, { value: bob }] },
        },
      ],
    });
    // What a Bulk answers is made while it is read.
    for await (const operations of body?.['Operations'] as AsyncIterable<readonly object[]>)
      for (const operation of operations) expect(operation).to.include({ status: '201' });
    await acme.settle();
    const carl = await store.states.some(acme.tenant, [{ kind: 'User', name: 'carl' }]);
    expect(await acme.holds(carl[0]?.id ?? '')).to.deep.equal(['role:sales (group)']);
    expect(await acme.holds(bob)).to.deep.equal(['role:sales (group)']);
  });
});
