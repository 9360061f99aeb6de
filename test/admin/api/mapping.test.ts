import { expect } from 'chai';
import { jobRoutes } from '../../../src/admin/api/routes/jobs.ts';
import { mappingRoutes } from '../../../src/admin/api/routes/mapping.ts';
import type { Connection } from '../../../src/domain/connections.ts';
import { tenantId } from '../../../src/domain/tenants.ts';
import { listsOver } from '../../../src/protocol.ts';
import { organization, type Organization } from '../../storage/organization.ts';
import { openTestStore, type TestStore } from '../../storage/store.ts';
import { adminFront, type AdminFront } from '../../support/adminFront.ts';

const manager = 'connections.read,connections.manage,settings.read';

describe('What groups mean, by the admin API', function () {
  this.timeout(60_000);
  let store: TestStore;
  let acme: Organization;
  let api: AdminFront;
  let ann: string;
  let bob: string;
  let group: string;
  let sales: string;

  beforeEach(async () => {
    store = await openTestStore();
    acme = organization(store, tenantId('demo'));
    const okta = { id: 'okta', name: 'Okta' } as Connection;
    const find = (_: unknown, named: string) => Promise.resolve(named === 'okta' ? okta : undefined);
    api = await adminFront([...mappingRoutes, ...jobRoutes], {
      deciding: acme.deciding,
      lists: listsOver(store.db),
      walks: acme.settling.walks,
      jobs: acme.queue,
      connections: {
        find,
        named: (_: unknown, named: string) => Promise.resolve(named === 'Okta' ? okta : undefined),
      } as unknown as NonNullable<Parameters<typeof adminFront>[1]>['connections'] & object,
    });
    [ann, bob] = [await acme.user('ann'), await acme.user('bob')];
    group = await acme.group('Sales EMEA', [ann, bob]);
    sales = await acme.role('sales');
  });
  afterEach(async () => {
    await api.server.close();
    await store.close();
  });

  const draft = (more: object = {}) => ({
    name: 'sellers',
    connection: 'Okta',
    match: { by: 'pattern', value: 'sales*' },
    gives: { what: 'role', id: 'sales' },
    ...more,
  });
  const make = async (more: object = {}, key = manager) =>
    api.ask('POST', '/mapping-rules', { key, body: draft(more) });
  const ruleIn = (json: Record<string, unknown> | undefined) =>
    json?.['rule'] as { readonly id: string; readonly [name: string]: unknown };

  it('is shown before it is saved, given by a job once it is, and taken when it is removed', async () => {
    const shown = await api.ask('POST', '/mapping-rules/preview', { key: manager, body: { rule: draft() } });
    expect(shown.status, shown.text).to.equal(200);
    expect(shown.json).to.deep.include({ groups: { count: 1, items: [{ id: group, name: 'Sales EMEA' }] }, seats: [] });
    expect(shown.json?.['people']).to.include({ gain: 2, lose: 0, outOfReach: 0 });
    expect(await acme.holds(ann)).to.deep.equal([]);

    const saved = await make();
    expect(saved.status, saved.text).to.equal(202);
    const { id } = ruleIn(saved.json);
    expect(ruleIn(saved.json)).to.deep.include({ connection: 'okta', gives: { what: 'role', id: sales }, position: 1 });
    expect(saved.headers.location).to.equal(`/admin/v1/jobs/${String(saved.json?.['job'])}`);
    await acme.settle();
    expect([await acme.holds(ann), await acme.holds(bob)].flat()).to.deep.equal([
      'role:sales (group)',
      'role:sales (group)',
    ]);
    const job = await api.ask('GET', `/jobs/${String(saved.json?.['job'])}`, { key: manager });
    expect(job.json).to.include({ kind: 'settle-rules', state: 'done', done: 2, by: `key:${manager}` });

    const gone = await api.ask('POST', '/mapping-rules/preview', { key: manager, body: { id } });
    expect(gone.json?.['people']).to.include({ gain: 0, lose: 2 });
    expect((await api.ask('DELETE', `/mapping-rules/${id}`, { key: manager })).status).to.equal(202);
    await acme.settle();
    expect([await acme.holds(ann), await acme.holds(bob)]).to.deep.equal([[], []]);
    expect((await api.ask('GET', `/mapping-rules/${id}`, { key: manager })).status).to.equal(404);
  });

  it('says how many seats it would take, and how many are free', async () => {
    const pool = await acme.pool('premium', 1);
    const body = { rule: draft({ gives: { what: 'license', id: 'premium' } }) };
    const { json } = await api.ask('POST', '/mapping-rules/preview', { key: manager, body });
    expect(json?.['seats']).to.deep.equal([{ license: pool, name: 'premium', needed: 2, released: 0, free: 1 }]);
    await make({ gives: { what: 'license', id: 'premium' } });
    await acme.settle();
    expect(await acme.seats(pool)).to.deep.equal([1, 1]);
  });

  it('changes with the rule, and only where it does', async () => {
    const saved = await make();
    const { id } = ruleIn(saved.json);
    await acme.settle();
    const change = (body: object, headers = {}) =>
      api.ask('PATCH', `/mapping-rules/${id}`, { key: manager, body, headers });
    expect((await change({ name: 'sellers' })).status).to.equal(200);
    expect((await change({ name: 'x' }, { 'if-match': '"7"' })).status).to.equal(412);
    const entity = await acme.entity('Acme SA');
    const changed = await change({ gives: { what: 'entity', id: entity, role: 'Clerk' } });
    expect(changed.status, changed.text).to.equal(202);
    await acme.settle();
    expect(await acme.holds(ann)).to.deep.equal(['entity:Acme SA (group)']);
    await change({ match: { by: 'name', value: 'Buying' } });
    await acme.settle();
    expect(await acme.holds(ann)).to.deep.equal([]);
  });

  it('follows the order of the rules', async () => {
    const first = ruleIn((await make({ gives: { what: 'team' } })).json).id;
    const second = ruleIn((await make({ name: 'second' })).json).id;
    await acme.settle();
    expect(await acme.holds(ann)).to.deep.equal([]);
    const order = (...rules: string[]) =>
      api.ask('PUT', '/mapping-rules/order', { key: manager, body: { connection: 'okta', rules } });
    expect((await order(first, second)).json).to.deep.equal({ job: null });
    expect((await order(second)).status).to.equal(409);
    expect((await order(second, first)).status).to.equal(202);
    await acme.settle();
    expect(await acme.holds(ann)).to.deep.equal(['role:sales (group)']);
    const { json } = await api.ask('GET', '/mapping-rules', { key: manager });
    expect((json?.['items'] as { id: string }[]).map(({ id }) => id)).to.deep.equal([second, first]);
  });

  it('“a rule that grants an administrative role needs a Primary Admin”', async () => {
    await acme.role('admins', ['users.manage']);
    const gives = { what: 'role', id: 'admins' };
    expect((await make({ gives })).status).to.equal(403);
    const preview = await api.ask('POST', '/mapping-rules/preview', { key: manager, body: { rule: draft({ gives }) } });
    expect(preview.status).to.equal(403);
    const saved = await make({ gives }, 'all');
    expect(saved.status, saved.text).to.equal(202);
    const { id, reach } = ruleIn(saved.json);
    expect(reach).to.equal('everybody');
    await acme.settle();
    expect(await acme.person(ann)).to.include({ administrative: true });
    const path = `/mapping-rules/${id}`;
    expect((await api.ask('DELETE', path, { key: manager })).status).to.equal(403);
    expect((await api.ask('PATCH', path, { key: manager, body: { gives: { what: 'team' } } })).status).to.equal(403);
    expect((await api.ask('DELETE', path, { key: 'all' })).status).to.equal(202);
  });

  it('is refused where it speaks of what is not there, and to who may not', async () => {
    expect((await make({ gives: { what: 'role', id: 'none' } })).status).to.equal(404);
    expect((await make({ gives: { what: 'role' } })).status).to.equal(409);
    expect((await make({ connection: 'none' })).status).to.be.within(400, 409);
    expect((await make({}, 'connections.read')).status).to.equal(403);
    await make();
    expect((await make()).status).to.equal(409);
    expect((await api.ask('GET', '/jobs/none', { key: manager })).status).to.equal(404);
    const { json } = await api.ask('GET', '/jobs?limit=1', { key: manager });
    expect(json?.['items']).to.have.length(1);
  });

  it('stops where its job is cancelled', async () => {
    const { json } = await make();
    const path = `/jobs/${String(json?.['job'])}`;
    expect((await api.ask('POST', `${path}/cancel`, { key: 'settings.read' })).status).to.equal(403);
    expect((await api.ask('POST', `${path}/cancel`, { key: manager })).json).to.include({ state: 'cancelled' });
    await acme.settle();
    expect(await acme.holds(ann)).to.deep.equal([]);
  });
});
