import { expect } from 'chai';
import { extraRoutes } from '../../../src/admin/api/routes/extra.ts';
import { tenantId } from '../../../src/domain/tenants.ts';
import { portsOver } from '../../../src/protocol.ts';
import { openTestStore, type TestStore } from '../../storage/store.ts';
import { adminFront, type AdminFront } from '../../support/adminFront.ts';
import { testRegistry } from '../../support/schemas.ts';

describe('Extra information in the admin API', function () {
  this.timeout(30_000);
  let store: TestStore;
  let front: AdminFront;

  before(async () => {
    store = await openTestStore();
    front = await adminFront(extraRoutes, { deciding: portsOver(store.db, testRegistry()) });
  });
  after(async () => {
    await front.server.close();
    await store.close();
  });

  it('is said and shown: “Add extra information (optional).”', async () => {
    const { id } = await store.user(tenantId('demo'), 'ann');
    const path = `/users/${id}/extra`;
    const put = await front.ask('PUT', path, { key: 'users.manage', body: { Badge: '4711' } });
    expect([put.status, put.json, put.headers.etag]).to.deep.equal([200, { Badge: '4711' }, '"2"']);
    expect((await front.ask('PUT', path, { body: { Badge: '4711' } })).headers.etag).to.equal('"2"');
    expect((await front.ask('GET', path, { key: 'users.read' })).json).to.deep.equal({ Badge: '4711' });
    expect((await front.ask('PUT', path, { body: { a: '1', A: '2' } })).json).to.include({ code: 'invalid' });
    expect((await front.ask('PUT', path, { body: { a: 1 } })).json).to.include({ code: 'invalid' });
    const stale = await front.ask('PUT', path, { body: {}, headers: { 'if-match': '"1"' } });
    expect(stale.status).to.equal(412);
    expect((await front.ask('GET', '/users/nobody/extra')).status).to.equal(404);
  });
});
