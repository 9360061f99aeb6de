import { expect } from 'chai';
import { routes } from '../../../src/admin/api/table.ts';
import { tenantId } from '../../../src/domain/tenants.ts';
import { listsOver } from '../../../src/protocol.ts';
import { holders } from '../../../src/storage/holders.ts';
import { organization, type Organization } from '../../storage/organization.ts';
import { openTestStore, type TestStore } from '../../storage/store.ts';
import { adminFront, type AdminFront } from '../../support/adminFront.ts';

describe('Teams, roles, license pools and entities over the admin API', function () {
  this.timeout(60_000);
  let store: TestStore;
  let demo: Organization;
  let front: AdminFront;

  before(async () => {
    store = await openTestStore();
    demo = organization(store, tenantId('demo'));
    const { deciding } = demo;
    front = await adminFront(routes, { deciding, lists: listsOver(store.db), holders: holders(store.db) });
  });
  after(async () => {
    await front.server.close();
    await store.close();
  });

  const made = async (path: string, body: object): Promise<string> => {
    const { status, text, json } = await front.ask('POST', path, { body });
    expect(status, text).to.equal(201);
    return String(json?.['id']);
  };
  const confirmed = async (path: string): Promise<{ dryRun: unknown; status: number }> => {
    const first = await front.ask('DELETE', path);
    expect(first.status, first.text).to.equal(200);
    const { status } = await front.ask('DELETE', `${path}?confirmation=${String(first.json?.['confirmation'])}`);
    return { dryRun: first.json?.['dryRun'], status };
  };

  it('create, list, show, change and delete teams, with their members and channels', async () => {
    const ann = await demo.user('ann');
    const id = await made('/teams', { name: 'Sales', users: ['ann'], access: { calls: 'own' } });
    const listed = await front.ask('GET', `/teams?filter=${encodeURIComponent('displayName sw "sa"')}`);
    expect(listed.json).to.have.nested.property('items[0].id', id);
    expect((await front.ask('GET', `/teams/${id}/members`)).json?.['items']).to.deep.equal([
      { id: ann, userName: 'ann' },
    ]);
    const channel = await made(`/teams/${id}/channels`, { name: 'Deals', visibility: 'private' });
    const renamed = await front.ask('PATCH', `/teams/${id}/channels/${channel}`, { body: { name: 'Won' } });
    expect(renamed.json).to.deep.equal({ id: channel, name: 'Won', visibility: 'private' });
    const off = await front.ask('PATCH', `/teams/${id}`, { body: { disabled: true } });
    expect(off.json).to.deep.include({ disabled: true, access: { calls: 'own' }, channels: [renamed.json] });
    expect(off.headers.etag).to.equal('"4"');
    const stale = await front.ask('PATCH', `/teams/${id}`, { body: { name: 'X' }, headers: { 'if-match': '"1"' } });
    expect(stale.status).to.equal(412);
    expect((await front.ask('DELETE', `/teams/${id}/channels/${channel}`)).status).to.equal(204);
    expect((await front.ask('DELETE', `/teams/${id}/channels/${channel}`)).status).to.equal(404);
    expect(await confirmed(`/teams/${id}`)).to.deep.equal({
      dryRun: { team: { id, name: 'Sales' }, users: 1, roles: [], channels: [] },
      status: 204,
    });
    expect((await front.ask('GET', `/teams/${id}`)).status).to.equal(404);
  });

  it('tell how many lose a role before it is deleted, and take it from them', async () => {
    const bob = await demo.user('bob');
    const id = await made('/roles', { name: 'Seller', permissions: ['calls.access'], users: [bob] });
    const changed = await front.ask('PATCH', `/roles/${id}`, { body: { description: 'Sells', permissions: [] } });
    expect(changed.json).to.include({ description: 'Sells' }).and.to.have.property('job');
    expect((await front.ask('GET', `/roles/${id}`)).json?.['permissions']).to.deep.equal([]);
    const refused = await front.ask('POST', '/roles', {
      key: 'roles.manage',
      body: { name: 'Chief', permissions: ['roles.manage'] },
    });
    expect([refused.status, refused.json?.['code']]).to.deep.equal([403, 'administrative-grant']);
    const { dryRun, status } = await confirmed(`/roles/${id}`);
    expect([dryRun, status]).to.deep.equal([{ role: { id, name: 'Seller' }, users: 1, teams: [] }, 202]);
    await demo.settle();
    expect(await demo.holds(bob)).to.deep.equal([]);
  });

  it('sell seats, and keep pools that somebody has a seat of', async () => {
    const id = await made('/license-pools', { name: 'recording-premium', seats: 1, price: 2 });
    const more = await front.ask('PATCH', `/license-pools/${id}`, { body: { seats: 5 } });
    expect(more.json).to.include({ seats: 5, used: 0, waiting: 0, price: 2 });
    expect((await front.ask('GET', '/license-pools')).json).to.have.nested.property('items[0].seats', 5);
    expect((await front.ask('DELETE', `/license-pools/${id}`)).status).to.equal(204);
    expect((await front.ask('GET', `/license-pools/${id}`, { key: 'teams.read' })).status).to.equal(403);
  });

  it('show who is in an entity with which company role, until it is deleted', async () => {
    const carl = await demo.user('carl');
    const id = await made('/entities', { name: 'Acme France', country: 'FR' });
    const entered = await front.ask('PUT', `/users/${carl}/entities/${id}`, { body: { role: 'Clerk' } });
    expect(entered.status, entered.text).to.equal(200);
    const members = await front.ask('GET', `/entities/${id}/members`);
    expect(members.json?.['items']).to.deep.equal([{ id: carl, userName: 'carl', role: 'Clerk' }]);
    expect((await front.ask('PATCH', `/entities/${id}`, { body: { country: null } })).json).to.not.have.property(
      'country',
    );
    const { dryRun, status } = await confirmed(`/entities/${id}`);
    expect([dryRun, status]).to.deep.equal([{ entity: { id, name: 'Acme France' }, users: 1 }, 202]);
    await demo.settle();
    expect(await demo.holds(carl)).to.deep.equal([]);
  });
});
