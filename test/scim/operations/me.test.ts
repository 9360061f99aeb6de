import { expect } from 'chai';
import { testCaller } from '../../support/callers.ts';
import { exchange } from '../../support/exchange.ts';

const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];

describe('/Me', () => {
  it('is the user that the token stands for, with the place that the user always has', async () => {
    const send = exchange();
    const { body } = await send('POST', '/Users', { body: { schemas, userName: 'ann' } });
    const user = body['id'] as string;
    const caller = testCaller({ user });
    for (const place of ['/Me', '/Me/']) {
      const { status, headers, body: me } = await send('GET', place, { caller });
      expect([status, me['id']]).to.deep.equal([200, user]);
      expect(headers['Location']).to.match(new RegExp(`/Users/${user}$`));
    }
    const put = await send('PUT', '/Me', { caller, body: { schemas, userName: 'ann', title: 'Lead' } });
    expect([put.status, put.outcome?.id, put.outcome?.resourceType]).to.deep.equal([200, user, 'User']);
    expect((await send('DELETE', '/Me', { caller })).status).to.equal(204);
    for (const method of ['GET', 'DELETE'] as const)
      expect((await send(method, '/Me', { caller })).status, method).to.equal(404);
  });

  it('needs the scopes that the user would need', async () => {
    const caller = testCaller({ user: '1', scopes: new Set(['groups:read', 'groups:write']) });
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'] as const)
      expect((await exchange()(method, '/Me', { caller })).status, method).to.equal(403);
  });

  it('is nobody for a token that stands for nobody, and nobody is made there', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
      expect((await exchange()(method, '/Me')).status, method).to.equal(501);
    const caller = testCaller({ user: '1' });
    expect((await exchange()('POST', '/Me', { caller, body: { schemas, userName: 'ann' } })).status).to.equal(501);
  });

  it('has nothing below it', async () => {
    expect((await exchange()('GET', '/Me/emails', { caller: testCaller({ user: '1' }) })).status).to.equal(404);
  });
});
