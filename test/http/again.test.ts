import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, front, goodToken, pausedToken, raw, until, type Front } from './front.ts';
import type { Answered } from '../../src/http/metrics.ts';
import type { Spend } from '../../src/http/rate.ts';

describe('HTTP: who was refused for its rate a moment ago', () => {
  let here: Front | undefined;
  afterEach(async () => {
    await here?.server.close();
    here = undefined;
  });

  /** A front that refuses everybody, for so long. */
  async function open(forMs: number) {
    const observed: Answered[] = [];
    let spent = 0;
    const spend: Spend = async () => {
      spent += 1;
      return { status: 'refused', retryAfterSeconds: 2, forMs };
    };
    const opened = await front({ spend, observe: (answered) => observed.push(answered) });
    here = opened;
    return { ...opened, observed, spent: () => spent };
  }

  /** What two answers differ in. */
  const own = ['date', 'x-request-id'];

  it('is refused with the same answer, and nobody is asked', async () => {
    const { port, asked, handled, spent } = await open(60_000);
    const first = await call(port, 'GET', '/scim/v2/Users');
    const second = await call(port, 'POST', '/scim/v2/Users', { body: '{}' });
    expect(second.status).to.equal(429);
    const shared = ({ headers }: typeof first) => Object.entries(headers).filter(([name]) => !own.includes(name));
    expect(Object.fromEntries(shared(second))).to.deep.equal(Object.fromEntries(shared(first)));
    expect(second.headers['x-request-id']).to.not.equal(first.headers['x-request-id']);
    expect(second.json).to.deep.equal({
      ...first.json,
      detail: `This connection asks too much: try again in 2 s [request ${String(second.headers['x-request-id'])}]`,
    });
    expect([asked.length, spent(), handled.length]).to.deep.equal([1, 1, 0]);
  });

  it('is logged and counted as anybody else', async () => {
    const { port, lines, observed } = await open(60_000);
    for (let times = 0; times < 2; times += 1) await call(port, 'GET', '/scim/v2/Users?filter=x');
    await until(() => lines().length === 2);
    const [first, second] = lines();
    expect(second).to.have.all.keys(Object.keys(first ?? {}));
    expect(second).to.deep.include({ route: 'GET /scim/v2/Users', connection: 'c1', status: 429 });
    const counted = { method: 'GET', route: '/scim/v2/Users', connection: 'c1', status: 429 };
    expect(observed.map(({ seconds: _, ...rest }) => rest)).to.deep.equal([counted, counted]);
  });

  it('is the same with the word Bearer and without', async () => {
    const { port, asked } = await open(60_000);
    for (const Authorization of [goodToken, `Bearer ${goodToken}`, goodToken])
      expect((await call(port, 'GET', '/scim/v2/Users', { headers: { Authorization } })).status).to.equal(429);
    expect(asked).to.have.length(1);
  });

  it('gets no body for a HEAD', async () => {
    const { port } = await open(60_000);
    for (let times = 0; times < 2; times += 1) {
      const { status, text } = await call(port, 'HEAD', '/scim/v2/Users');
      expect([status, text]).to.deep.equal([429, '']);
    }
  });

  it('keeps its connection, though nobody reads what it sends', async () => {
    const { port } = await open(60_000);
    await call(port, 'GET', '/scim/v2/Users');
    const body = JSON.stringify({ userName: 'x'.repeat(10_000) });
    const post = (connection: string) =>
      `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${goodToken}\r\n` +
      `Content-Length: ${body.length}\r\nConnection: ${connection}\r\n\r\n${body}`;
    const text = await raw(port, post('keep-alive') + post('keep-alive') + post('close'));
    expect(text.match(/HTTP\/1\.1 429 /g)).to.have.length(3);
  });

  it('is let in again by whoever decides it once the moment is over', async () => {
    const { port, spent } = await open(20);
    await call(port, 'GET', '/scim/v2/Users');
    await sleep(60);
    await call(port, 'GET', '/scim/v2/Users');
    expect(spent()).to.equal(2);
  });

  it('is nobody else, and only at the addresses of SCIM', async () => {
    const { port } = await open(60_000);
    await call(port, 'GET', '/scim/v2/Users');
    const status = async (path: string, token: string) =>
      (await call(port, 'GET', path, { headers: { Authorization: `Bearer ${token}` } })).status;
    expect(await status('/scim/v2/Users', pausedToken)).to.equal(503);
    expect(await status('/scim/v2/Users', 'bad')).to.equal(401);
    expect(await status('/scim/v2/Users', `${goodToken} `)).to.equal(429);
    expect(await status('/health/ready', goodToken)).to.equal(200);
    expect(await status('/elsewhere', goodToken)).to.equal(404);
  });
});
