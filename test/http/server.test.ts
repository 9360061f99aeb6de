import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { expect } from 'chai';
import { readBody } from '../../src/http/body.ts';
import { listen } from '../../src/http/server.ts';
import { call, front, goodToken, raw, until } from './front.ts';
import type { Ready } from '../../src/http/health.ts';
import { ScimError } from '../../src/scim/errors.ts';

const certificate = {
  cert: readFileSync(new URL('./localhost.crt', import.meta.url), 'utf8'),
  key: readFileSync(new URL('./localhost.key', import.meta.url), 'utf8'),
};

const get = `GET /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: ${goodToken}\r\n`;

describe('http: probes', () => {
  it('tell without a token whether the server runs and whether it can serve', async () => {
    let state: Ready = { status: 'waiting', reason: 'starting' };
    const server = await front({ ready: () => state });
    const probe = (path: string) => call(server.port, 'GET', path, { headers: { Authorization: 'none' } });
    expect((await probe('/health/live')).json).to.deep.equal({ status: 'live' });
    const waiting = await probe('/health/ready');
    expect(waiting.status).to.equal(503);
    expect(waiting.json).to.deep.equal({ status: 'waiting', reason: 'starting' });
    state = { status: 'ready' };
    expect((await probe('/health/ready')).status).to.equal(200);
    const posted = await call(server.port, 'POST', '/health/ready');
    expect(posted.status).to.equal(405);
    expect(posted.headers.allow).to.equal('GET, HEAD');
    expect(posted.json['status']).to.equal('405');
    expect((await probe('/health/other')).status).to.equal(404);
    await server.server.close();
  });
});

describe('http: the server', () => {
  const malformed: [title: string, text: string, status: number][] = [
    ['what is not HTTP', 'hello\r\n\r\n', 400],
    ['a space in the address', 'GET /scim/v2/Users?filter=userName eq "kim" HTTP/1.1\r\n\r\n', 400],
    ['headers above 16 KiB', `${get}X-Long: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['two lengths', 'POST /scim/v2/Users HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}', 400],
    [
      'a length beside chunks',
      'POST /scim/v2/Users HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
      400,
    ],
  ];
  for (const [title, text, status] of malformed) {
    it(`answers ${title} with a SCIM Error`, async () => {
      const server = await front();
      const answer = await raw(server.port, text);
      expect(answer).to.match(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
      expect(answer)
        .to.match(/X-Request-Id: [\da-f-]{36}/)
        .and.contain('Content-Type: application/scim+json');
      expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).to.include({ status: String(status) });
      expect(server.handled).to.deep.equal([]);
      await server.server.close();
    });
  }

  it('serves requests without Host or User-Agent, and whatever they expect', async () => {
    const server = await front();
    const answer = await raw(
      server.port,
      `GET /scim/v2/Users HTTP/1.1\r\nAuthorization: ${goodToken}\r\nExpect: miracles\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).to.match(/^HTTP\/1\.1 200 /);
    await server.server.close();
  });

  it('takes a filter of 4 kB, percent-encoded', async () => {
    const server = await front();
    const filter = `userName eq "${'é'.repeat(2_000)}"`;
    const reply = await call(server.port, 'GET', `/scim/v2/Users?filter=${encodeURIComponent(filter)}`);
    expect(reply.status).to.equal(200);
    expect(server.handled[0]?.query['filter']).to.equal(filter);
    await server.server.close();
  });

  it('speaks HTTPS with a certificate, from TLS 1.2 on', async () => {
    const server = await listen((_, response) => response.end('hello'), {
      host: '127.0.0.1',
      port: 0,
      tls: certificate,
    });
    expect(server.url).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
    const ask = (versions: object) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { rejectUnauthorized: false, agent: false, ...versions };
        tlsRequest(server.url, options, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .on('error', reject)
          .end();
      });
    expect(await ask({ maxVersion: 'TLSv1.2' })).to.equal(200);
    expect(await ask({ minVersion: 'TLSv1.3' })).to.equal(200);
    const old = await ask({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }).catch((error: unknown) => error);
    expect(old).to.be.instanceOf(Error);
    await server.close();
  });

  it('says why it cannot listen', async () => {
    const first = await front();
    const second = await listen(() => undefined, { host: '127.0.0.1', port: first.port }).catch(
      (error: unknown) => error,
    );
    expect(second).to.include({ code: 'EADDRINUSE' });
    await first.server.close();
  });

  it('stops accepting, finishes what runs and closes idle connections', async () => {
    let finish = (): void => undefined;
    const server = await front({
      handle: () =>
        new Promise((resolve) => {
          finish = () => {
            resolve({ status: 200, headers: {}, body: { ok: true } });
          };
        }),
    });
    const idle = connect(server.port, '127.0.0.1');
    const running = raw(server.port, `${get}\r\n`);
    await until(() => server.handled.length === 1);
    const closing = server.server.close();
    expect(server.server.close()).to.equal(closing);
    await new Promise((resolve) => idle.on('close', resolve).resume());
    const late = await raw(server.port, `${get}\r\n`).catch((error: unknown) => error);
    expect(late).to.include({ code: 'ECONNREFUSED' });
    finish();
    expect(await running).to.match(/^HTTP\/1\.1 200 [^]*\{"ok":true\}$/);
    await closing;
  });

  it('cuts what does not finish in time', async () => {
    const server = await front({ handle: () => new Promise(() => undefined) }, 50);
    const running = raw(server.port, `${get}\r\n`);
    await until(() => server.handled.length === 1);
    await server.server.close();
    expect(await running).to.equal('');
  });

  it('cuts 200 sockets that never finish their headers, and serves others meanwhile', async function () {
    this.timeout(30_000);
    const server = await front();
    let cut = 0;
    let answers = '';
    for (let index = 0; index < 200; index++) {
      const socket = connect(server.port, '127.0.0.1', () => socket.write(get));
      socket.on('data', (data) => (answers += data.toString('utf8')));
      socket.on('error', () => undefined);
      socket.on('close', () => cut++);
    }
    const began = Date.now();
    while (cut < 200 && Date.now() - began < 14_000) {
      expect((await call(server.port, 'GET', '/scim/v2/Users')).status).to.equal(200);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(cut).to.equal(200);
    expect(answers).to.match(/^HTTP\/1\.1 408 /);
    await server.server.close();
  });
});

describe('http: slow bodies', () => {
  let server: Server;
  const outcomes: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      const settle = (outcome: string) => {
        outcomes.push(outcome);
        response.end(outcome);
      };
      readBody(request, 10_000, { windowMs: 60, bytes: 100 }).then(
        () => {
          settle('read');
        },
        (error: unknown) => {
          settle(error instanceof ScimError ? String(error.status) : 'defect');
        },
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());
  beforeEach(() => (outcomes.length = 0));

  const dribble = (bytes: number) => {
    const { port } = server.address() as AddressInfo;
    const outgoing = httpRequest({ host: '127.0.0.1', port, method: 'POST', agent: false });
    outgoing.on('error', () => undefined).on('response', (answer) => answer.resume());
    outgoing.write('[');
    const timer = setInterval(() => outgoing.write(' '.repeat(bytes)), 10);
    return {
      end: () => {
        clearInterval(timer);
        outgoing.end(']');
      },
    };
  };

  it('are cut with 408', async () => {
    const slow = dribble(1);
    await until(() => outcomes.length === 1);
    expect(outcomes).to.deep.equal(['408']);
    slow.end();
  });

  it('that keep the pace are read to the end', async () => {
    const steady = dribble(100);
    await new Promise((resolve) => setTimeout(resolve, 300));
    steady.end();
    await until(() => outcomes.length === 1);
    expect(outcomes).to.deep.equal(['read']);
  });

  it('that break off are given up', async () => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{');
      setTimeout(() => socket.destroy(), 10);
    });
    await until(() => outcomes.length === 1);
    expect(outcomes).to.deep.equal(['400']);
  });
});
