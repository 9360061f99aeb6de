import { expect } from 'chai';
import { ScimError, unavailable } from '../../src/scim/errors.ts';
import { call, front, goodToken, until } from './front.ts';

const scimJson = { 'Content-Type': 'application/scim+json' };

describe('http: the log', () => {
  it('has one line per request: id, connection, route, status, duration', async () => {
    const server = await front({ clock: () => 1 });
    const asked: [method: string, path: string, route: string][] = [
      ['PATCH', '/scim/v2/Users/kim@corp.example?attributes=userName', 'PATCH /scim/v2/Users/:id'],
      ['GET', '/scim/v2/Groups/?filter=displayName+eq+%22Ops%22', 'GET /scim/v2/Groups'],
      ['GET', '/scim/v2/Schemas/urn:x', 'GET /scim/v2/Schemas/:id'],
      ['GET', '/scim/v2/Users/1/kim', 'GET /scim/v2/Users/:id/*'],
      ['GET', '/scim/v2/kim', 'GET /scim/v2/:type'],
      ['GET', '/scim/v2/Devices/kim', 'GET /scim/v2/:type/:id'],
      ['GET', '/scim/v2/', 'GET /scim/v2/*'],
      ['GET', '/kim', 'GET *'],
      ['GET', '/health/live?kim', 'GET /health/live'],
    ];
    for (const [method, path] of asked) await call(server.port, method, path, method === 'PATCH' ? { body: '{}' } : {});
    await until(() => server.lines().length === asked.length);
    expect(server.lines().map(({ route }) => route)).to.deep.equal(asked.map(([, , route]) => route));
    const [first] = server.lines();
    expect(first).to.include({ level: 'info', message: 'request', connection: 'c1', status: 200, durationMs: 0 });
    expect(first?.['requestId']).to.match(/^[\da-f-]{36}$/);
    expect(server.logged()).not.to.match(/kim|Ops|urn:x/);
    await server.server.close();
  });

  it('never shows a token, a query, a body or a person, whatever goes wrong', async () => {
    const canary = 'canary.7f3a@corp.example';
    const failures = [
      new Error(canary),
      new ScimError(400, `'${canary}' is wrong`, 'invalidValue'),
      unavailable('away', 5, { cause: new Error(canary, { cause: new Error(canary) }) }),
      Object.assign(new Error(`${canary}\n    at ${canary} (file:1:1)`), { name: canary, code: canary }),
    ];
    for (const failure of failures) {
      const server = await front({ handle: () => Promise.reject(failure) });
      const path = `/scim/v2/Users/${canary}?filter=userName+eq+%22${canary}%22`;
      const headers = { ...scimJson, 'X-Request-Id': canary, 'User-Agent': canary, 'If-Match': canary };
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        await call(server.port, method, path, { headers, body: JSON.stringify({ password: canary }) });
      }
      await call(server.port, 'POST', path, { headers, body: `{"${canary}` });
      await call(server.port, 'GET', path, { headers: { Authorization: `Bearer ${canary}` } });
      await call(server.port, 'GET', `/${canary}?access_token=${canary}`);
      await call(server.port, 'GET', `/scim/v2/Users?access_token=${canary}`);
      await until(() => server.lines().filter(({ message }) => message === 'request').length === 9);
      expect(server.logged()).not.to.contain('canary');
      expect(server.logged()).not.to.contain(goodToken);
      expect(JSON.stringify(server.rows)).not.to.contain('canary');
      await server.server.close();
    }
  });
});
