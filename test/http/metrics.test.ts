import { expect } from 'chai';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { management } from '../../src/http/metrics.ts';
import { listen } from '../../src/http/server.ts';
import type { Answered } from '../../src/http/metrics.ts';
import type { Ready } from '../../src/http/health.ts';
import type { RunningServer } from '../../src/http/server.ts';
import { call, front, until } from './front.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('HTTP: what is told of requests', () => {
  it('is what they asked and what became of them, with nothing that the client made up', async () => {
    const told: Answered[] = [];
    const here = await front({ observe: (answered) => told.push(answered) });
    try {
      await call(here.port, 'GET', '/scim/v2/Users/ann@corp.example?filter=secret');
      await call(here.port, 'GET', '/scim/v2/Users', { headers: { Authorization: 'Bearer bad' } });
      await call(here.port, 'GET', '/ann@corp.example');
      await until(() => told.length === 3);
    } finally {
      await here.server.close();
    }
    expect(told.map(({ seconds, ...rest }) => ({ ...rest, timed: seconds >= 0 && seconds < 5 }))).to.deep.equal([
      { method: 'GET', route: '/scim/v2/Users/:id', status: 200, connection: 'c1', timed: true },
      { method: 'GET', route: '/scim/v2/Users', status: 401, timed: true },
      { method: 'GET', route: '*', status: 404, timed: true },
    ]);
  });

  it('is no status where the client was gone before there was one', async () => {
    const told: Answered[] = [];
    const here = await front({
      observe: (answered) => told.push(answered),
      handle: () => new Promise(() => undefined),
    });
    const controller = new AbortController();
    const asking = fetch(`${here.url}/scim/v2/Users`, {
      headers: { Authorization: 'Bearer scim_good' },
      signal: controller.signal,
    }).catch(() => undefined);
    await until(() => here.handled.length === 1);
    controller.abort();
    await asking;
    await until(() => told.length === 1);
    await here.server.close();
    expect(told[0]).to.not.have.property('status');
  });
});

describe('HTTP: the management port', () => {
  let server: RunningServer;
  let port: number;
  let ready: Ready = { status: 'ready' };
  let text = (): Promise<string> => Promise.resolve('a 1\n');

  before(async () => {
    const metrics = { contentType: 'text/plain; version=0.0.4', text: () => text() };
    const app = management({ metrics, ready: () => ready, log: silent, clock: Date.now });
    server = await listen(app, { host: '127.0.0.1', port: 0, drainMs: 100 });
    port = Number(new URL(server.url).port);
  });
  after(() => server.close());

  it('shows metrics to whoever asks', async () => {
    const { status, headers, text: body } = await call(port, 'GET', '/metrics', { headers: { Authorization: 'none' } });
    expect({ status, body, type: headers['content-type'] }).to.deep.equal({
      status: 200,
      body: 'a 1\n',
      type: 'text/plain; version=0.0.4',
    });
  });

  it('answers probes', async () => {
    expect((await call(port, 'GET', '/health/live')).status).to.equal(200);
    expect((await call(port, 'GET', '/health/ready')).status).to.equal(200);
    ready = { status: 'waiting', reason: 'shutting down' };
    expect((await call(port, 'GET', '/health/ready')).status).to.equal(503);
  });

  it('serves nothing else, and is only read', async () => {
    expect((await call(port, 'GET', '/scim/v2/Users')).status).to.equal(404);
    const { status, headers } = await call(port, 'POST', '/metrics');
    expect({ status, allow: headers.allow }).to.deep.equal({ status: 405, allow: 'GET, HEAD' });
  });

  it('tells nothing of what fails', async () => {
    text = () => Promise.reject(new Error('the secret'));
    const { status, text: body } = await call(port, 'GET', '/metrics');
    expect(status).to.equal(500);
    expect(body).to.not.include('secret');
  });

  it('says which settings to change where something else listens', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = (other.address() as AddressInfo).port;
    const refusal = await listen(() => undefined, {
      host: '127.0.0.1',
      port: taken,
      settings: 'METRICS_PORT or METRICS_HOST',
    }).catch((cause: unknown) => cause);
    other.close();
    expect(String(refusal)).to.include(
      `127.0.0.1:${taken}: something else listens there. Set METRICS_PORT or METRICS_HOST`,
    );
  });
});
