import { expect } from 'chai';
import { clientOf, type Answer, type Client } from '../support/client.ts';
import { exampleOf, methods, places, type Method } from '../support/routes.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** What a token may do that has only a scope for the tenant's own types; everything else asks for another scope. */
const open: Readonly<Record<string, readonly number[]>> = {
  'GET /ServiceProviderConfig': [200],
  'GET /ResourceTypes': [200],
  'GET /ResourceTypes/{id}': [404],
  'GET /Schemas': [200],
  'GET /Schemas/{id}': [404],
  'GET /Devices': [200],
  'GET /Devices/{id}': [404],
  'POST /Devices/.search': [200],
  // Nobody makes himself.
  'POST /Me': [501],
  // Looks only where it may: what the example asks for, no type there has.
  'POST /.search': [400],
  // Each operation is refused by itself.
  'POST /Bulk': [200],
};

describe('Every route', function () {
  this.timeout(60_000);
  let server: TestServer;
  let asker: Client;
  let myself: Client;
  let nobody: Client;

  before(async () => {
    server = await startTestServer();
    const world = await server.tenant({ schemas: ['badge', 'device'], scopes: ['custom:read'], connections: 'two' });
    const other = clientOf([server.base], world.token2 ?? '');
    const user = await other.createUser('ann');
    other.close();
    asker = clientOf([server.base], world.token);
    myself = clientOf([server.base], (await world.tokenFor?.(user)) ?? '');
    nobody = clientOf([server.base], '');
  });
  after(async () => {
    for (const { close } of [asker, myself, nobody]) close();
    await server.stop();
  });

  const ask = (client: Client, method: Method, path: string): Promise<Answer> =>
    client.request(method, path.replace('{id}', 'x'), method === 'GET' ? undefined : exampleOf(path, method));

  for (const path of places)
    for (const method of methods) {
      it(`asks for a token: ${method} ${path}`, async () => {
        expect((await ask(nobody, method, path)).status).to.equal(401);
      });

      it(`asks for a scope, or is open on purpose: ${method} ${path}`, async () => {
        const { status, headers } = await ask(path === '/Me' ? myself : asker, method, path);
        const allow = String(headers['allow']).split(', ');
        if (status === 405) expect(allow).not.to.include(method);
        else expect(status).to.be.oneOf(open[`${method} ${path}`] ?? [403]);
      });
    }

  it('that is open is there', () => {
    const all = places.flatMap((path) => methods.map((method) => `${method} ${path}`));
    expect(all).to.include.members(Object.keys(open));
  });

  it('that leads to another refuses there what is not for the token', async () => {
    const { body } = await ask(asker, 'POST', '/Bulk');
    const statuses = (body['Operations'] as { status: string }[]).map(({ status }) => status);
    expect(statuses).to.have.length.of.at.least(1);
    expect(new Set(statuses)).to.deep.equal(new Set(['403']));
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
    const found = await asker.request('POST', '/.search', { schemas });
    expect(found.body['totalResults']).to.equal(0);
  });
});
