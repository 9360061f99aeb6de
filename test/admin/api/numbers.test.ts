import { expect } from 'chai';
import { numberRoutes } from '../../../src/admin/api/routes/numbers.ts';
import { tenantId } from '../../../src/domain/tenants.ts';
import { listsOver, portsOver } from '../../../src/protocol.ts';
import { openTestStore, type TestStore } from '../../storage/store.ts';
import { adminFront, type AdminFront } from '../../support/adminFront.ts';
import { testRegistry } from '../../support/schemas.ts';

describe('Numbers in the admin API', function () {
  this.timeout(30_000);
  let store: TestStore;
  let front: AdminFront;

  before(async () => {
    store = await openTestStore();
    front = await adminFront(numberRoutes, {
      deciding: portsOver(store.db, testRegistry()),
      lists: listsOver(store.db),
    });
  });
  after(async () => {
    await front.server.close();
    await store.close();
  });

  it('are added, assigned, linked, displayed, and taken out again', async () => {
    const { id: user } = await store.user(tenantId('demo'), 'ann');
    const add = (number: string, type: string) => front.ask('POST', '/numbers', { body: { number, type } });
    const mobile = await add('06 12 34 56 78', 'mobile');
    expect([mobile.status, mobile.json?.['number'], mobile.headers.etag]).to.deep.equal([201, '+33612345678', '"1"']);
    await add('01 45 67 89 00', 'landline');
    await add('01 45 00 00 00', 'group');
    expect((await add('+33612345678', 'mobile')).json).to.include({ code: 'name-taken', status: 409 });

    const path = `/users/${user}/telephony`;
    const wish = { mobile: '0612345678', landline: '0145678900', linked: { active: true } };
    const put = await front.ask('PUT', path, {
      key: 'numbers.manage',
      body: { ...wish, displayNumbers: ['0145000000'], countryPrefix: '+33' },
    });
    expect(put.json).to.deep.equal({
      mobile: '+33612345678',
      landline: '+33145678900',
      linked: { active: true },
      displayNumbers: ['+33145000000'],
      countryPrefix: '+33',
    });
    expect((await front.ask('GET', path, { key: 'users.read' })).json).to.deep.equal(put.json);
    const held = await front.ask('GET', `/numbers?filter=${encodeURIComponent(`holder eq "${user}"`)}&sort=-name`);
    const items = held.json?.['items'] as { number: string; linked?: object }[];
    expect(items.map(({ number, linked }) => [number, linked])).to.deep.equal([
      ['+33612345678', undefined],
      ['+33145678900', { to: mobile.json?.['id'], active: true }],
    ]);

    const own = `/numbers/${String(mobile.json?.['id'])}`;
    expect((await front.ask('DELETE', own)).json).to.include({ code: 'in-use' });
    expect((await front.ask('PUT', path, { body: {} })).json).to.deep.equal({ displayNumbers: [] });
    expect((await front.ask('GET', own)).json).to.not.have.property('holder');
    expect((await front.ask('DELETE', own, { headers: { 'if-match': '"1"' } })).status).to.equal(412);
    expect((await front.ask('DELETE', own)).status).to.equal(204);
    expect((await front.ask('GET', own)).status).to.equal(404);
  });
});
