import { expect } from 'chai';
import { scim } from '../../src/scim/handle.ts';
import { scopes } from '../../src/domain/connections.ts';
import { testCaller } from '../support/callers.ts';
import { exchange } from '../support/exchange.ts';
import { memoryProtocol } from '../support/memoryProtocol.ts';

describe('Handling a request', () => {
  it('answers discovery, whatever the scopes', async () => {
    const send = exchange();
    const caller = testCaller({ scopes: new Set() });
    for (const place of ['ServiceProviderConfig', 'Schemas', 'ResourceTypes', 'ResourceTypes/User', 'Schemas/']) {
      expect((await send('GET', `/${place}`, { caller })).status, place).to.equal(200);
    }
  });

  it('answers what is nowhere with 404', async () => {
    const send = exchange();
    for (const place of [
      '',
      'Nowhere',
      'users',
      '%55sers',
      'Users/1/2',
      'Users//1',
      'Users/1/',
      'Schemas/1/2',
      '__proto__',
      'constructor',
    ]) {
      const { status, body } = await send('GET', `/${place}`);
      expect([status, body['status']], place).to.deep.equal([404, '404']);
      expect(body['detail'], place).to.be.a('string').and.not.equal('');
    }
  });

  it('tolerates a slash at the end', async () => {
    expect((await exchange()('GET', '/Users/')).status).to.equal(200);
  });

  it('says which methods a place has', async () => {
    const send = exchange();
    for (const [method, place, allow] of [
      ['PUT', '/Users', 'GET, POST'],
      ['DELETE', '/Groups', 'GET, POST'],
      ['PATCH', '/Groups', 'GET, POST'],
      ['POST', '/Users/1', 'GET, PUT, PATCH, DELETE'],
      ['POST', '/Schemas', 'GET'],
      ['DELETE', '/ServiceProviderConfig', 'GET'],
    ] as const) {
      const { status, headers } = await send(method, place);
      expect([status, headers['Allow']], `${method} ${place}`).to.deep.equal([405, allow]);
    }
  });

  it('demands the scope of the type and of what is done', async () => {
    const send = exchange();
    for (const [method, place, scope] of [
      ['GET', '/Users', 'users:read'],
      ['GET', '/Users/1', 'users:read'],
      ['POST', '/Users', 'users:write'],
      ['PUT', '/Users/1', 'users:write'],
      ['PATCH', '/Groups/1', 'groups:write'],
      ['DELETE', '/Groups/1', 'groups:write'],
      ['GET', '/Groups', 'groups:read'],
      ['GET', '/Roles', 'roles:read'],
      ['POST', '/Roles/.search', 'roles:read'],
      ['GET', '/Entitlements/1', 'entitlements:read'],
      ['GET', '/Entities/1', 'entities:read'],
      ['PATCH', '/Entities/1', 'entities:write'],
    ] as const) {
      const others = testCaller({ scopes: new Set(scopes.filter((other) => other !== scope)) });
      const { status, body } = await send(method, place, { caller: others });
      expect(status, `${method} ${place}`).to.equal(403);
      expect(body['detail']).to.contain(`'${scope}'`);
      expect((await send(method, place, { caller: testCaller({ scopes: new Set([scope]) }) })).status).to.not.equal(
        403,
      );
    }
  });

  it('tells what the dialect repaired, in answers and in refusals', async () => {
    const send = exchange();
    const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'ann', active: 'True' };
    const created = await send('POST', '/Users', { body });
    expect([created.status, [...created.repaired]]).to.deep.equal([201, [['stringScalars', 1]]]);
    const again = await send('POST', '/Users', { body });
    expect([again.status, [...again.repaired]]).to.deep.equal([409, [['stringScalars', 1]]]);
    expect((await send('GET', '/Users')).repaired.size).to.equal(0);
  });

  it('ignores query parameters that it does not know', async () => {
    expect((await exchange()('GET', '/Users?aadOptscim062020=&x=y')).status).to.equal(200);
  });

  it('hands on what is no refusal', async () => {
    const defect = new TypeError('boom');
    const handle = scim(
      memoryProtocol(() => {
        throw defect;
      }),
    );
    const answer = handle({ method: 'GET', path: ['Users'], query: {}, caller: testCaller() });
    expect(
      await answer.then(
        () => undefined,
        (error: unknown) => error,
      ),
    ).to.equal(defect);
  });
});
