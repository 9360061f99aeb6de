import { connect } from 'node:net';
import { expect } from 'chai';
import { uniqueness, unavailable } from '../../src/scim/errors.ts';
import { call, front, goodToken, until } from './front.ts';
import type { Front } from './front.ts';

describe('http: answers', () => {
  const servers: Front[] = [];
  const serve = async (...args: Parameters<typeof front>) => {
    const server = await front(...args);
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(({ server }) => server.close()));
  });

  it('carry the status and headers of the operation', async () => {
    const headers = { Location: 'https://scim.corp.example/scim/v2/Users/1', ETag: 'W/"1"' };
    const server = await serve({ handle: () => Promise.resolve({ status: 201, headers, body: { id: '1' } }) });
    const reply = await call(server.port, 'POST', '/scim/v2/Users', { body: '{}' });
    expect(reply.status).to.equal(201);
    expect(reply.headers).to.include({ location: headers.Location, etag: headers.ETag });
    expect(reply.headers).to.include({
      'content-type': 'application/scim+json; charset=utf-8',
      'content-length': '10',
    });
    expect(reply.headers['cache-control']).to.equal('no-store');
    expect(reply.headers['x-content-type-options']).to.equal('nosniff');
    expect(reply.headers['strict-transport-security']).to.match(/max-age/);
    expect(reply.headers).not.to.have.property('x-powered-by');
    expect(reply.json).to.deep.equal({ id: '1' });
  });

  it('without a body have no type and no text', async () => {
    for (const status of [204, 304]) {
      const server = await serve({ handle: () => Promise.resolve({ status, headers: { ETag: 'W/"2"' } }) });
      const reply = await call(server.port, 'DELETE', '/scim/v2/Users/1');
      expect(reply.status).to.equal(status);
      expect(reply.text).to.equal('');
      expect(reply.headers).not.to.have.property('content-type');
      expect(reply.headers.etag).to.equal('W/"2"');
    }
  });

  it('are SCIM Errors when the operation refuses', async () => {
    const server = await serve({ handle: () => Promise.reject(uniqueness("userName 'kim' is taken")) });
    const reply = await call(server.port, 'POST', '/scim/v2/Users', { body: '{}' });
    expect(reply.status).to.equal(409);
    expect(reply.json).to.deep.equal({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '409',
      scimType: 'uniqueness',
      detail: `userName 'kim' is taken [request ${String(reply.headers['x-request-id'])}]`,
    });
  });

  it('pass an outage through with its Retry-After', async () => {
    const server = await serve({ handle: () => Promise.reject(unavailable('The database is away', 15)) });
    const reply = await call(server.port, 'GET', '/scim/v2/Users');
    expect(reply.status).to.equal(503);
    expect(reply.headers['retry-after']).to.equal('15');
  });

  it('hide a defect behind one opaque 500, and its message from the log', async () => {
    const server = await serve({
      handle: () => {
        throw Object.assign(new TypeError('kim@corp.example is not a function'), { code: 'E_ODD' });
      },
    });
    const reply = await call(server.port, 'GET', '/scim/v2/Users');
    expect(reply.status).to.equal(500);
    expect(reply.json['status']).to.equal('500');
    expect(reply.text).not.to.contain('kim');
    const line = server.lines().find(({ level }) => level === 'error');
    expect(line).to.include({ error: 'TypeError(E_ODD)', requestId: reply.headers['x-request-id'] });
    expect(line?.['stack']).to.match(/^ +at .*answers\.test\.ts/);
    expect(server.logged()).not.to.contain('kim');
  });

  it('are opaque 500s also when something else than an error is thrown', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is the case tried
    const server = await serve({ handle: () => Promise.reject('kim') });
    expect((await call(server.port, 'GET', '/scim/v2/Users')).status).to.equal(500);
    expect(server.logged()).not.to.contain('kim');
  });

  it('are 503 when the operation misses its deadline; what comes later is discarded', async () => {
    let finish = (): void => undefined;
    let isReleased = false;
    async function* members() {
      try {
        yield* Array.from({ length: 10 }, () => Array<string>(1_000).fill('a long enough member'));
      } finally {
        isReleased = true;
      }
    }
    const server = await serve({
      handle: () =>
        new Promise((resolve) => {
          finish = () => {
            resolve({ status: 200, headers: {}, body: { members: members() } });
          };
        }),
      patience: { dueMs: 30, graceMs: 10 },
    });
    const reply = await call(server.port, 'PATCH', '/scim/v2/Users/1', { body: '{}' });
    expect(reply.status).to.equal(503);
    expect(reply.headers['retry-after']).to.match(/^\d+$/);
    finish();
    await until(() => isReleased);
    expect(server.logged()).to.contain('after the deadline');
    expect(server.rows.map(({ status }) => status)).to.deep.equal([503]);
  });

  it('of a late failure leave the process alone', async () => {
    let fail = (): void => undefined;
    const server = await serve({
      handle: () =>
        new Promise((_, reject) => {
          fail = () => {
            reject(new Error('late'));
          };
        }),
      patience: { dueMs: 10, graceMs: 10 },
    });
    expect((await call(server.port, 'GET', '/scim/v2/Users')).status).to.equal(503);
    fail();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await call(server.port, 'GET', '/nope')).status).to.equal(404);
  });

  it('to a client that hung up are still worked out, and recorded', async () => {
    let isDone = false;
    const server = await serve({
      handle: async () => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        isDone = true;
        return { status: 204, headers: {} };
      },
    });
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(`DELETE /scim/v2/Users/1 HTTP/1.1\r\nHost: a\r\nAuthorization: ${goodToken}\r\n\r\n`);
    });
    await until(() => server.handled.length === 1);
    socket.destroy();
    await until(() => isDone && server.rows.length === 1);
    expect(server.rows[0]).to.include({ status: 204, operation: 'DELETE', resourceType: 'User' });
    await until(() => server.lines().some(({ aborted }) => aborted === true));
  });

  it('let pages of the named origins in, and of no other', async () => {
    const origin = 'https://scimvalidator.microsoft.com';
    const server = await serve({ corsOrigins: [origin] });
    const preflight = { Authorization: 'none', Origin: origin, 'Access-Control-Request-Method': 'PATCH' };
    const allowed = await call(server.port, 'OPTIONS', '/scim/v2/Users/1', { headers: preflight });
    expect(allowed.status).to.equal(204);
    expect(allowed.headers['access-control-allow-origin']).to.equal(origin);
    expect(allowed.headers['access-control-allow-methods']).to.contain('PATCH');
    const reply = await call(server.port, 'GET', '/scim/v2/Users', {
      headers: { Origin: origin, Authorization: 'none' },
    });
    expect(reply.status).to.equal(401);
    expect(reply.headers['access-control-allow-origin']).to.equal(origin);
    const other = await call(server.port, 'OPTIONS', '/scim/v2/Users', {
      headers: { ...preflight, Origin: 'https://evil.example' },
    });
    expect(other.status).to.equal(401);
    expect(other.headers).not.to.have.property('access-control-allow-origin');
  });
});
