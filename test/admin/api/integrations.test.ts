import { expect } from 'chai';
import { integrationRoutes } from '../../../src/admin/api/routes/integrations.ts';
import { tenantId } from '../../../src/domain/tenants.ts';
import { listsOver, portsOver } from '../../../src/protocol.ts';
import { openTestStore, type TestStore } from '../../storage/store.ts';
import { adminFront, type AdminFront } from '../../support/adminFront.ts';
import { testRegistry } from '../../support/schemas.ts';

describe('Connected tools in the admin API', function () {
  this.timeout(30_000);
  let store: TestStore;
  let front: AdminFront;

  before(async () => {
    store = await openTestStore();
    const deciding = portsOver(store.db, testRegistry());
    front = await adminFront(integrationRoutes, { deciding, lists: listsOver(store.db) });
  });
  after(async () => {
    await front.server.close();
    await store.close();
  });

  it('link people: “each Modjo user must be associated with a Salesforce user”', async () => {
    const tenant = tenantId('demo');
    const [ann, bob] = [await store.user(tenant, 'ann@example.com'), await store.user(tenant, 'bob@example.com')];
    const told = await front.ask('PUT', '/integrations/salesforce/accounts', {
      key: 'users.manage',
      body: {
        accounts: [
          { value: 'A1', email: 'ANN@example.com' },
          { value: 'X1', label: 'Robot' },
        ],
      },
    });
    expect(told.json).to.deep.equal({
      items: [
        {
          value: 'A1',
          outcome: 'kept',
          account: { tool: 'salesforce', value: 'A1', email: 'ANN@example.com', user: ann.id, by: 'email' },
        },
        { value: 'X1', outcome: 'kept', account: { tool: 'salesforce', value: 'X1', label: 'Robot' } },
      ],
    });
    const own = (id: string) => front.ask('GET', `/users/${id}/integrations`, { key: 'users.read' });
    expect((await own(ann.id)).json).to.deep.equal({
      items: [{ tool: 'salesforce', value: 'A1', email: 'ANN@example.com', status: 'proposed' }],
    });
    const put = await front.ask('PUT', `/users/${bob.id}/integrations/salesforce`, { body: { value: 'A1' } });
    expect(put.json).to.include({ value: 'A1', status: 'linked' });
    expect((await own(ann.id)).json).to.deep.equal({ items: [] });
    const taken = await front.ask('PUT', `/users/${ann.id}/integrations/salesforce`, { body: { value: 'A1' } });
    expect(taken.json).to.include({ code: 'held', status: 409 });
    const listed = await front.ask('GET', '/integrations/salesforce/accounts?filter=by%20eq%20%22hand%22');
    expect((listed.json?.['items'] as object[]).map((each) => ('user' in each ? each.user : ''))).to.deep.equal([
      bob.id,
    ]);
    expect((await front.ask('GET', '/integrations/hubspot/accounts')).json).to.deep.include({ items: [] });
    expect((await front.ask('DELETE', `/users/${bob.id}/integrations/salesforce`)).status).to.equal(204);
    expect((await front.ask('DELETE', '/integrations/salesforce/accounts/A1')).status).to.equal(204);
    expect((await front.ask('DELETE', '/integrations/salesforce/accounts/A1')).status).to.equal(204);
    expect(
      (await front.ask('PUT', '/integrations/Sales%20Force/accounts', { body: { accounts: [] } })).status,
    ).to.equal(400);
  });
});
