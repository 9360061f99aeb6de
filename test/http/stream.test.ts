import { connect } from 'node:net';
import { expect } from 'chai';
import { unavailable } from '../../src/scim/errors.ts';
import { call, front, goodToken, until } from './front.ts';
import type { Body, Json } from '../../src/scim/types.ts';
import type { Front } from './front.ts';

const answering = (body: () => Body) =>
  front({ handle: () => Promise.resolve({ status: 200, headers: { ETag: 'W/"1"' }, body: body() }) });

/** Members in chunks of a thousand, with how many were asked for and whether the source was let go. */
function source(count: number, failAt = Infinity) {
  const state = { given: 0, isReleased: false };
  async function* chunks(): AsyncGenerator<Json[]> {
    try {
      while (state.given < count) {
        await new Promise(setImmediate);
        if (state.given >= failAt) throw new Error('the cursor of kim@corp.example is lost');
        const from = state.given;
        state.given += Math.min(1_000, count - from);
        yield Array.from({ length: state.given - from }, (_, i) => ({
          value: `member-${String(from + i)}`,
          type: 'User',
        }));
      }
    } finally {
      state.isReleased = true;
    }
  }
  return { state, chunks: chunks() };
}

/** Sends a GET and gives the socket, which reads nothing until it is told to. */
function lazyClient(port: number) {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(
      `GET /scim/v2/Groups/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: ${goodToken}\r\n\r\n`,
    );
  });
  socket.pause();
  return socket;
}

describe('http: bodies that are still coming', () => {
  let server: Front | undefined;
  afterEach(() => server?.server.close());

  const bodies: [title: string, body: () => Body, json: Json][] = [
    ['an empty array', () => ({ members: source(0).chunks, id: '1' }), { members: [], id: '1' }],
    [
      'one chunk between others',
      () => ({ id: '1', members: source(2).chunks, meta: { a: null } }),
      {
        id: '1',
        members: [
          { value: 'member-0', type: 'User' },
          { value: 'member-1', type: 'User' },
        ],
        meta: { a: null },
      },
    ],
    [
      'empty chunks',
      () => ({
        members: (async function* () {
          yield* [[], ['a'], [], ['b', 'c'], []] as Json[][];
          await Promise.resolve();
        })(),
      }),
      { members: ['a', 'b', 'c'] },
    ],
    [
      'resources whose own arrays are still coming',
      () => ({
        totalResults: 3,
        Resources: (async function* () {
          yield [{ id: '1', members: source(1).chunks }, { id: '2' }];
          yield [{ id: '3', members: source(0).chunks }];
          await Promise.resolve();
        })(),
      }),
      {
        totalResults: 3,
        Resources: [{ id: '1', members: [{ value: 'member-0', type: 'User' }] }, { id: '2' }, { id: '3', members: [] }],
      },
    ],
    ['nothing at all', () => ({}), {}],
  ];
  for (const [title, body, json] of bodies) {
    it(`are whole JSON: ${title}`, async () => {
      server = await answering(body);
      const reply = await call(server.port, 'GET', '/scim/v2/Groups/1');
      expect(reply.json).to.deep.equal(json);
      expect(reply.headers['content-type']).to.equal('application/scim+json; charset=utf-8');
      expect(reply.headers['content-length']).to.equal(String(Buffer.byteLength(reply.text)));
    });
  }

  it('keep every element of many chunks, in order', async () => {
    server = await answering(() => ({ members: source(5_500).chunks, displayName: 'Ops' }));
    const { json, headers } = await call(server.port, 'GET', '/scim/v2/Groups/1');
    const members = json['members'] as { value: string }[];
    expect(members).to.have.length(5_500);
    expect(members.every(({ value }, index) => value === `member-${String(index)}`)).to.equal(true);
    expect(json['displayName']).to.equal('Ops');
    expect(headers['transfer-encoding']).to.equal('chunked');
  });

  it('of a million elements do not fill the memory', async () => {
    const { state, chunks } = source(1_000_000);
    server = await answering(() => ({ members: chunks }));
    const before = process.memoryUsage.rss();
    let peak = before;
    let size = 0;
    const socket = lazyClient(server.port);
    socket.on('data', (data) => {
      size += data.length;
      peak = Math.max(peak, process.memoryUsage.rss());
    });
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
    expect(state.given).to.equal(1_000_000);
    expect(size).to.be.above(39_000_000);
    expect(peak - before).to.be.below(120_000_000);
  });

  it('come no faster than the client reads', async () => {
    const { state, chunks } = source(1_000_000);
    server = await answering(() => ({ members: chunks }));
    const socket = lazyClient(server.port);
    await until(() => state.given > 0);
    let last = -1;
    await until(() => {
      const isStill = last === state.given;
      last = state.given;
      return isStill && state.given > 1_000;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(state.given).to.be.below(300_000);
    socket.destroy();
    await until(() => state.isReleased);
    expect(state.given).to.be.below(300_000);
  });

  it('are an error answer when the source fails at once', async () => {
    server = await answering(() => ({
      id: '1',
      // eslint-disable-next-line require-yield -- a source that fails before it gives anything
      members: (async function* (): AsyncGenerator<Json[]> {
        await Promise.resolve();
        throw unavailable('The database is away', 15);
      })(),
    }));
    const reply = await call(server.port, 'GET', '/scim/v2/Groups/1');
    expect(reply.status).to.equal(503);
    expect(reply.json['status']).to.equal('503');
    expect(reply.headers).not.to.have.property('etag');
  });

  it('are cut when the source fails midway, so that nobody takes a part for the whole', async () => {
    const { state, chunks } = source(100_000, 50_000);
    server = await answering(() => ({ members: chunks }));
    const socket = lazyClient(server.port);
    let text = '';
    socket.on('data', (data) => (text += data.toString('utf8')));
    socket.on('error', () => undefined);
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
    expect(text)
      .to.contain('member-100')
      .and.not.match(/\r\n0\r\n\r\n$/);
    expect(state.isReleased).to.equal(true);
    expect(server.logged()).not.to.contain('kim');
    expect(server.lines().some(({ level }) => level === 'error')).to.equal(true);
  });

  it('are let go for HEAD', async () => {
    const { state, chunks } = source(1_000_000);
    server = await answering(() => ({ members: chunks }));
    const reply = await call(server.port, 'HEAD', '/scim/v2/Groups/1');
    expect(reply.status).to.equal(200);
    expect(reply.headers.etag).to.equal('W/"1"');
    await until(() => state.isReleased);
    expect(state.given).to.be.below(10_000);
  });
});
