import { gzipSync, deflateSync } from 'node:zlib';
import { connect } from 'node:net';
import { expect } from 'chai';
import { call, front, goodToken, raw } from './front.ts';
import type { Front } from './front.ts';

const scimJson = { 'Content-Type': 'application/scim+json' };
const mebibyte = 1024 * 1024;
const nested = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

describe('http: requests', () => {
  let server: Front;
  before(async () => {
    server = await front();
  });
  after(() => server.server.close());
  beforeEach(() => {
    server.handled.length = 0;
    server.rows.length = 0;
  });
  const post = (body: string | Buffer, headers: Record<string, string> = scimJson, path = '/scim/v2/Users') =>
    call(server.port, 'POST', path, { headers, body });

  describe('the address', () => {
    const paths: [address: string, path: string[], query: Record<string, string>][] = [
      ['/Users', ['Users'], {}],
      ['/Users/', ['Users'], {}],
      ['/Users?', ['Users'], {}],
      ['/Users/?&', ['Users'], {}],
      ['/Users?aadOptscim062020', ['Users'], { aadOptscim062020: '' }],
      ['/Users/?aadOptscim062020&count=1&', ['Users'], { aadOptscim062020: '', count: '1' }],
      ['/%55sers/a%2Fb%20c', ['Users', 'a/b c'], {}],
      ['/Users/a+b', ['Users', 'a+b'], {}],
      ['/Users?filter=userName+eq+%22a%2Bb%22', ['Users'], { filter: 'userName eq "a+b"' }],
      ['/Users?filter=a=b', ['Users'], { filter: 'a=b' }],
      ['/Users?filter[$ne]=1', ['Users'], { 'filter[$ne]': '1' }],
      ['/Users?__proto__=1&constructor=2', ['Users'], { ['__proto__']: '1', constructor: '2' }],
      ['/Users;a=b', ['Users;a=b'], {}],
    ];
    for (const [address, path, query] of paths) {
      it(`is decoded once: ${address}`, async () => {
        expect((await call(server.port, 'GET', `/scim/v2${address}`)).status).to.equal(200);
        expect(server.handled[0]?.path).to.deep.equal(path);
        expect(Object.entries(server.handled[0]?.query ?? {})).to.deep.equal(Object.entries(query));
      });
    }

    it('gives no parameter that was not sent', async () => {
      await call(server.port, 'GET', '/scim/v2/Users');
      expect(server.handled[0]?.query['constructor']).to.equal(undefined);
      expect(server.handled[0]?.query['toString']).to.equal(undefined);
    });

    for (const query of [
      'filter=a&filter=b',
      'filter=a&filter=a',
      'a=%',
      'a=%ff',
      '%c3=1',
      'constructor&constructor',
    ]) {
      it(`is refused with 400: ?${query}`, async () => {
        const reply = await call(server.port, 'GET', `/scim/v2/Users?${query}`);
        expect(reply.status).to.equal(400);
        expect(reply.json['scimType']).to.equal('invalidValue');
        expect(server.handled).to.deep.equal([]);
      });
    }

    const nowhere = [
      '/scim',
      '/scim/',
      '/scim/v2',
      '/scim/v2/',
      '/scim/v2//Users',
      '/scim/v2/Users//1',
      '/scim/v3/Users',
    ];
    for (const path of [
      ...nowhere,
      '/scim/v2/Users/%',
      '/scim/v2/Users/%ff',
      '/',
      '/nope',
      '/health',
      '/Health/live',
    ]) {
      it(`names nothing: ${path}`, async () => {
        for (const method of ['GET', 'POST', 'DELETE', 'PUT']) {
          const reply = await call(server.port, method, path);
          expect(reply.status).to.equal(404);
          expect(reply.headers['content-type']).to.equal('application/scim+json; charset=utf-8');
          expect(reply.json['status']).to.equal('404');
        }
        expect(server.handled).to.deep.equal([]);
      });
    }
  });

  describe('methods', () => {
    for (const method of ['OPTIONS', 'TRACE', 'PROPFIND', 'PURGE', 'SEARCH']) {
      it(`answers ${method} with 405 and Allow`, async () => {
        const reply = await call(server.port, method, '/scim/v2/Users');
        expect(reply.status).to.equal(405);
        expect(reply.headers.allow).to.equal('GET, HEAD, POST, PUT, PATCH, DELETE');
      });
    }

    it('HEAD is GET without the body', async () => {
      const reply = await call(server.port, 'HEAD', '/scim/v2/Users/1');
      expect(reply.status).to.equal(200);
      expect(reply.text).to.equal('');
      expect(reply.headers['content-type']).to.equal('application/scim+json; charset=utf-8');
      expect(server.handled[0]?.method).to.equal('GET');
      expect(server.rows).to.deep.equal([]);
    });

    it('hands on who asks, the preconditions and a deadline', async () => {
      const now = Date.now();
      const headers = { ...scimJson, 'If-Match': 'W/"3"', 'If-None-Match': 'W/"4"', 'X-Request-Id': 'mine' };
      const reply = await call(server.port, 'PATCH', '/scim/v2/Users/1', { headers, body: '{"a":1}' });
      const [handled] = server.handled;
      expect(handled).to.deep.include({ method: 'PATCH', ifMatch: 'W/"3"', ifNoneMatch: 'W/"4"', body: { a: 1 } });
      expect(handled?.caller).to.include({
        tenant: 'demo',
        connection: 'c1',
        requestId: reply.headers['x-request-id'],
      });
      expect(handled?.caller.deadline).to.be.within(now + 4_000, now + 5_000);
      expect(reply.headers['x-request-id']).to.match(/^[\da-f-]{36}$/);
    });
  });

  describe('bodies', () => {
    const taken = [
      'application/scim+json',
      'application/json',
      'application/scim+json; charset=utf-8',
      'application/json;charset=UTF-8',
      'Application/JSON; odata=verbose; charset="utf-8"',
      'none',
    ];
    for (const type of taken) {
      it(`are taken as ${type}`, async () => {
        const headers: Record<string, string> = { 'Content-Type': type };
        expect((await post('{"userName":"kim"}', headers)).status).to.equal(200);
        expect(server.handled[0]?.body).to.deep.equal({ userName: 'kim' });
      });
    }

    const otherTypes = [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'application/jsonx',
      'application/json; charset=utf-16',
      'application/scim+json; charset=iso-8859-1',
      'multipart/form-data; boundary=x',
      '',
    ];
    for (const type of otherTypes) {
      it(`are refused with 415 as '${type}'`, async () => {
        const reply = await post('{}', { 'Content-Type': type });
        expect(reply.status).to.equal(415);
        expect(reply.json).to.include({ status: '415' }).and.not.to.have.property('scimType');
        expect(server.handled).to.deep.equal([]);
      });
    }

    const junk: [title: string, body: string | Buffer][] = [
      ['broken JSON', '{"userName":'],
      ['text', 'kim@corp.example'],
      ['white space', '  '],
      ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
      ['33 levels', nested(33)],
      ['33 levels of arrays', `${'['.repeat(33)}${']'.repeat(33)}`],
      ['50,000 levels', nested(50_000)],
      ['400,000 opening brackets', '['.repeat(400_000)],
      ['500,000 levels of arrays', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
      ['the key __proto__', '{"name":{"__proto__":{"a":1}}}'],
      ['the key __proto__ in disguise', '{"\\u005f_proto__":{"a":1}}'],
      ['the key __PROTO__', '{"__PROTO__":1}'],
      ['the key constructor', '{"Operations":[{"value":{"constructor":{"prototype":{"a":1}}}}]}'],
      ['the key prototype', '{"prototype":1}'],
      ['a number beyond all', '{"a":1e999}'],
    ];
    for (const [title, body] of junk) {
      it(`are refused with 400 invalidSyntax: ${title}`, async () => {
        const reply = await post(body);
        expect(reply.status).to.equal(400);
        expect(reply.json['scimType']).to.equal('invalidSyntax');
        expect(reply.text.length).to.be.below(400);
        expect(server.handled).to.deep.equal([]);
        expect(({} as Record<string, unknown>)['a']).to.equal(undefined);
      });
    }

    it('may be nested 32 deep', async () => {
      expect((await post(nested(32))).status).to.equal(200);
    });

    it('of duplicate keys have the last one', async () => {
      await post('{"a":1,"a":2}');
      expect(server.handled[0]?.body).to.deep.equal({ a: 2 });
    });

    it('may begin with a byte order mark', async () => {
      await post('\ufeff{"a":1}');
      expect(server.handled[0]?.body).to.deep.equal({ a: 1 });
    });

    it('may be missing: what that means is the operation’s to say', async () => {
      await post('', {});
      await call(server.port, 'DELETE', '/scim/v2/Users/1', { headers: scimJson });
      expect(server.handled.map((request) => 'body' in request)).to.deep.equal([false, false]);
    });

    it('of GET and DELETE are not looked at', async () => {
      for (const method of ['GET', 'DELETE']) {
        const reply = await call(server.port, method, '/scim/v2/Users/1', {
          headers: { 'Content-Type': 'text/plain', 'Content-Length': '4' },
          body: 'junk',
        });
        expect(reply.status).to.equal(200);
      }
      expect(server.handled.map((request) => 'body' in request)).to.deep.equal([false, false]);
    });

    const sized = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    const sizes: [path: string, bytes: number, status: number][] = [
      ['/scim/v2/Users', mebibyte, 200],
      ['/scim/v2/Users', mebibyte + 1, 413],
      ['/scim/v2/Groups', 8 * mebibyte, 200],
      ['/scim/v2/Groups/1', 8 * mebibyte, 200],
      ['/scim/v2/Groups', 8 * mebibyte + 1, 413],
      ['/scim/v2/Other', mebibyte + 1, 413],
    ];
    for (const [path, bytes, status] of sizes) {
      it(`of ${String(bytes)} bytes to ${path} are answered ${String(status)}`, async () => {
        const chunked = { ...scimJson, 'Transfer-Encoding': 'chunked' };
        for (const headers of [scimJson, chunked]) {
          const reply = await post(sized(bytes), headers, path);
          expect(reply.status).to.equal(status);
          if (status === 413) expect(reply.json).not.to.have.property('scimType');
        }
      });
    }

    it('that never end are cut off', async () => {
      const head = `POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: ${goodToken}\r\nTransfer-Encoding: chunked\r\n\r\n`;
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
      const answer = await new Promise<string>((resolve) => {
        let text = '';
        const socket = connect(server.port, '127.0.0.1', () => {
          socket.write(head);
          const more = setInterval(() => socket.write(chunk), 2);
          socket.on('close', () => {
            clearInterval(more);
            resolve(text);
          });
        });
        socket.on('data', (data) => (text += data.toString('utf8')));
        socket.on('error', () => undefined);
      });
      expect(answer).to.match(/^HTTP\/1\.1 413 /);
    });

    for (const [encoding, pack] of [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
    ] as const) {
      it(`may be compressed with ${encoding}, within the same limit`, async () => {
        const headers = { ...scimJson, 'Content-Encoding': encoding };
        expect((await post(pack('{"a":1}'), headers)).status).to.equal(200);
        expect(server.handled[0]?.body).to.deep.equal({ a: 1 });
        expect((await post(pack(sized(mebibyte)), headers)).status).to.equal(200);
        expect((await post(pack(sized(mebibyte + 1)), headers)).status).to.equal(413);
        expect((await post(pack(Buffer.alloc(64 * mebibyte)), headers)).status).to.equal(413);
        expect((await post(pack('{"a":1}').subarray(0, 12), headers)).status).to.equal(400);
        expect((await post('{"a":1}', headers)).status).to.equal(400);
      });
    }

    for (const encoding of ['br', 'zstd', 'gzip, gzip', 'gz']) {
      it(`compressed with ${encoding} are refused with 415`, async () => {
        expect((await post('{}', { ...scimJson, 'Content-Encoding': encoding })).status).to.equal(415);
      });
    }

    it('keep the connection usable after a refusal', async () => {
      const one = (body: string, close: string) =>
        `POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: ${goodToken}\r\nContent-Length: ${String(body.length)}\r\n${close}\r\n${body}`;
      const answers = await raw(server.port, one('{', '') + one('{}', 'Connection: close\r\n'));
      expect(answers.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 400', 'HTTP/1.1 200']);
    });
  });
});
