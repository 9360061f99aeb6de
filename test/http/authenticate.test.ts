import { expect } from 'chai';
import { unavailable } from '../../src/scim/errors.ts';
import { call, front, goodToken, pausedToken, raw } from './front.ts';
import type { Front } from './front.ts';

const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

describe('http: authentication', () => {
  let server: Front;
  before(async () => {
    server = await front();
  });
  after(() => server.server.close());
  beforeEach(() => {
    server.handled.length = 0;
    server.asked.length = 0;
    server.rows.length = 0;
  });

  const accepted: [title: string, header: string][] = [
    ['a bearer token', `Bearer ${goodToken}`],
    ['the scheme in any letter case', `bEARER ${goodToken}`],
    ['the token alone, as in Okta’s HTTP Header mode', goodToken],
  ];
  for (const [title, header] of accepted) {
    it(`takes ${title}`, async () => {
      const reply = await call(server.port, 'GET', '/scim/v2/Users', { headers: { Authorization: header } });
      expect(reply.status).to.equal(200);
      expect(server.asked).to.deep.equal([goodToken]);
    });
  }

  const refused: [title: string, header: string][] = [
    ['no Authorization header', 'none'],
    ['an empty header', ''],
    ['an empty token', 'Bearer '],
    ['the scheme alone', 'Bearer'],
    ['an unknown token', 'Bearer scim_bad'],
    ['an unknown token alone', 'non-token'],
    ['another scheme', 'Basic a2ltOnNlY3JldA=='],
    ['another scheme with a good token', `Token ${goodToken}`],
    ['two tokens', `Bearer ${goodToken} ${goodToken}`],
    ['a token and more', `${goodToken} ${goodToken}`],
  ];
  for (const [title, header] of refused) {
    it(`answers ${title} with 401`, async () => {
      const reply = await call(server.port, 'GET', '/scim/v2/Users', { headers: { Authorization: header } });
      expect(reply.status).to.equal(401);
      expect(reply.headers['www-authenticate']).to.match(/^Bearer /);
      expect(reply.headers['content-type']).to.equal('application/scim+json; charset=utf-8');
      expect(reply.json).to.include({ status: '401' });
      expect(reply.json['schemas']).to.deep.equal([errorSchema]);
      expect(reply.json['detail']).to.match(/\[request [\da-f-]{36}\]$/);
      expect(server.handled).to.deep.equal([]);
      expect(server.rows).to.deep.equal([]);
    });
  }

  it('never looks an empty token up', async () => {
    for (const header of ['', 'Bearer', 'Bearer   ']) {
      await call(server.port, 'GET', '/scim/v2/Users', { headers: { Authorization: header } });
    }
    expect(server.asked).to.deep.equal([]);
  });

  const inQuery = [
    `access_token=${goodToken}`,
    `access_token=${goodToken}&access_token=other`,
    `access%5Ftoken=${goodToken}`,
    `ACCESS_TOKEN=${goodToken}`,
    'access_token',
  ];
  for (const query of inQuery) {
    it(`answers a token in the query with 400: ?${query}`, async () => {
      for (const header of ['none', `Bearer ${goodToken}`]) {
        const reply = await call(server.port, 'GET', `/scim/v2/Users?${query}`, { headers: { Authorization: header } });
        expect(reply.status).to.equal(400);
        expect(reply.text).not.to.contain(goodToken);
      }
      expect(server.asked).to.deep.equal([]);
      expect(server.handled).to.deep.equal([]);
    });
  }

  for (const body of [{ access_token: goodToken }, { access_token: { $ne: null } }]) {
    it(`takes no token from a body: ${JSON.stringify(body)}`, async () => {
      const types = ['application/json', 'application/scim+json', 'application/x-www-form-urlencoded'];
      for (const type of types) {
        const reply = await call(server.port, 'POST', '/scim/v2/Users', {
          headers: { Authorization: 'none', 'Content-Type': type },
          body: type.includes('json') ? JSON.stringify(body) : `access_token=${goodToken}`,
        });
        expect(reply.status).to.equal(401);
      }
      expect(server.asked).to.deep.equal([]);
      expect(server.handled).to.deep.equal([]);
    });
  }

  it('answers before a body has come', async () => {
    const head =
      'POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n';
    const began = Date.now();
    const answer = await raw(server.port, `${head}{"half":`);
    expect(answer).to.match(/^HTTP\/1\.1 401 /);
    expect(Date.now() - began, 'the unread body does not hold the socket').to.be.below(4_000);
  });

  const odd = [
    '/scim/v2/%55sers',
    '/scim/v2/Users;a=b',
    '/scim/v2/Users.',
    '/scim/v2//Users',
    '/scim//v2/Users',
    '//scim/v2/Users',
    '/./scim/v2/Users',
    '/scim/v2/../v2/Users',
    '/scim/v2/Users/%2e%2e/Users',
    '/%73cim/v2/Users',
    '/SCIM/v2/Users',
    '/scim/V2/Users',
    '/scim;/v2/Users',
    '/scim%2Fv2/Users',
    '/scim/v2/Users%00',
    '/scim/v2/Users/%',
    '/scim\\v2\\Users',
    '/health/../scim/v2/Users',
    '/health/live/../../scim/v2/Users',
    'http://other.example/scim/v2/Users',
    'http://other.example//scim/v2/Users',
  ];
  for (const path of odd) {
    it(`serves nothing without a token at ${path}`, async () => {
      for (const method of ['GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE']) {
        const reply = await call(server.port, method, path, { headers: { Authorization: 'none' } });
        expect(reply.status, method).to.be.oneOf([401, 404]);
      }
      expect(server.handled).to.deep.equal([]);
    });
  }

  it('answers 503 while the connection is paused, and notes it', async () => {
    const reply = await call(server.port, 'POST', '/scim/v2/Users', {
      headers: { Authorization: `Bearer ${pausedToken}` },
      body: '{}',
    });
    expect(reply.status).to.equal(503);
    expect(reply.headers['retry-after']).to.match(/^\d+$/);
    expect(server.handled).to.deep.equal([]);
    expect(server.rows.map(({ status, connection }) => ({ status, connection }))).to.deep.equal([
      { status: 503, connection: 'c1' },
    ]);
  });

  it('answers an outage of the token store with its 503, and a defect with 500: never with 401', async () => {
    const outages: [error: Error, status: number][] = [
      [unavailable('The database cannot be reached', 15), 503],
      [new Error('boom'), 500],
    ];
    for (const [error, status] of outages) {
      const failing = await front({ authenticate: () => Promise.reject(error) });
      const reply = await call(failing.port, 'GET', '/scim/v2/Users');
      expect(reply.status).to.equal(status);
      expect(reply.headers['retry-after']).to.equal(status === 503 ? '15' : undefined);
      await failing.server.close();
    }
  });

  it('answers 503 when the token store does not answer', async () => {
    const hanging = await front({
      authenticate: () => new Promise(() => undefined),
      patience: { dueMs: 20, graceMs: 10 },
    });
    const reply = await call(hanging.port, 'GET', '/scim/v2/Users');
    expect(reply.status).to.equal(503);
    await hanging.server.close();
  });
});
