import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { forbidden, ScimError } from '../../src/scim/errors.ts';
import { limits } from '../../src/scim/limits.ts';
import { refused } from '../../src/scim/refused.ts';
import { call, front, goodToken, until } from './front.ts';
import type { Chunks, Entry, Handled, Operated, ScimRequest } from '../../src/scim/types.ts';
import type { Front } from './front.ts';

const operations = '{"Operations":[]}';

/** Entries that come when they are let, with what was asked for and whether they were let go. */
function entries(chunks: readonly (readonly Entry[])[]) {
  const state = { asked: 0, isReleased: false };
  const waiting: (() => void)[] = [];
  let allowed = 0;
  async function* source(): AsyncGenerator<readonly Entry[]> {
    try {
      yield [];
      for (const chunk of chunks) {
        state.asked += 1;
        if (state.asked > allowed) await new Promise<void>((resolve) => waiting.push(resolve));
        yield chunk;
      }
    } finally {
      state.isReleased = true;
    }
  }
  const body = source();
  return {
    state,
    /** Begun, as `bulk` begins it. */
    body: async (): Promise<Chunks<Entry>> => {
      await body.next();
      return body;
    },
    allow(count: number) {
      allowed += count;
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

const answering = (
  handled: (request: ScimRequest) => Promise<Chunks<Entry>>,
  patience = { dueMs: 4_000, graceMs: 500 },
) =>
  front({
    patience,
    handle: async (request) => ({
      status: 200,
      headers: {},
      body: { schemas: ['x'], Operations: await handled(request) },
    }),
  });

/** Sends a Bulk and gives what has come so far. */
function reading(port: number) {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(
      `POST /scim/v2/Bulk HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: ${goodToken}\r\n` +
        `Content-Length: ${String(operations.length)}\r\n\r\n${operations}`,
    );
  });
  let text = '';
  socket.on('data', (data) => (text += data.toString('utf8')));
  socket.on('error', () => undefined);
  return { socket, text: () => text };
}

describe('http: a Bulk', () => {
  let server: Front | undefined;
  afterEach(() => server?.server.close());

  it('is answered at once, each result as soon as it is there', async () => {
    const source = entries([[{ status: '201' }], [], [{ status: '204' }]]);
    server = await answering(source.body);
    const { text } = reading(server.port);
    await until(() => text().includes('HTTP/1.1 200') && text().includes('"Operations":'));
    expect(text()).to.not.contain('"201"');
    source.allow(1);
    await until(() => text().includes('"201"'));
    expect(text()).to.not.contain('"204"');
    source.allow(1);
    await until(() => source.state.asked === 3);
    source.allow(1);
    await until(() => text().endsWith('0\r\n\r\n'));
  });

  it('may take longer than a request, as long as it goes on', async () => {
    const source = entries([[{ status: '201' }], [], [], [{ status: '204' }]]);
    server = await answering(source.body, { dueMs: 40, graceMs: 10 });
    const answer = call(server.port, 'POST', '/scim/v2/Bulk', { body: operations });
    for (let step = 0; step < 4; step += 1) {
      await pause(40);
      source.allow(1);
    }
    const { status, json } = await answer;
    expect([status, json]).to.deep.equal([200, { schemas: ['x'], Operations: [{ status: '201' }, { status: '204' }] }]);
  });

  it('says that it goes on where no result can be told yet', async () => {
    const source = entries([[], [{ status: '201' }]]);
    server = await answering(source.body);
    const { text } = reading(server.port);
    await until(() => source.state.asked === 1);
    const before = text().length;
    source.allow(1);
    await until(() => text().length > before);
    expect(text()).to.not.contain('201');
    source.allow(1);
    await until(() => text().includes('201'));
  });

  it('ends with the operation that is under way when the client hangs up', async () => {
    const source = entries([[{ status: '201' }], [{ status: '202' }], [{ status: '204' }], [{ status: '204' }]]);
    server = await answering(source.body);
    const { socket, text } = reading(server.port);
    source.allow(1);
    await until(() => text().includes('201'));
    await until(() => source.state.asked === 2);
    socket.destroy();
    await pause(20);
    expect(source.state.isReleased).to.equal(false);
    source.allow(1);
    await until(() => source.state.isReleased);
    expect(source.state.asked).to.equal(2);
  });

  it('is let go of when it could only begin after the deadline', async () => {
    const source = entries([[{ status: '201' }]]);
    server = await answering(
      async () => {
        await pause(60);
        return source.body();
      },
      { dueMs: 10, graceMs: 10 },
    );
    const { status } = await call(server.port, 'POST', '/scim/v2/Bulk', { body: operations });
    expect(status).to.equal(503);
    await until(() => source.state.isReleased);
    expect(source.state.asked).to.equal(0);
  });

  it('shows resources whose own arrays are still coming', async () => {
    async function* members() {
      yield [{ value: '1' }];
      yield [{ value: '2' }];
      await Promise.resolve();
    }
    const source = entries([[{ status: '200', response: { id: 'g', members: members() } }, { status: '204' }]]);
    source.allow(1);
    server = await answering(source.body);
    const { json } = await call(server.port, 'POST', '/scim/v2/Bulk', { body: operations });
    expect(json['Operations']).to.deep.equal([
      { status: '200', response: { id: 'g', members: [{ value: '1' }, { value: '2' }] } },
      { status: '204' },
    ]);
  });

  it('may have a body as large as is advertised, and no larger', async () => {
    server = await front();
    const sized = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;
    const send = (bytes: number) => call(server?.port ?? 0, 'POST', '/scim/v2/Bulk', { body: sized(bytes) });
    expect((await send(limits.bulkBodyBytes)).status).to.equal(200);
    const { status, json } = await send(limits.bulkBodyBytes + 1);
    expect([status, json['scimType']]).to.deep.equal([413, undefined]);
    expect(json['detail']).to.contain('8 MiB');
  });

  it('hands on its Idempotency-Key', async () => {
    server = await front();
    await call(server.port, 'POST', '/scim/v2/Bulk', { body: operations, headers: { 'Idempotency-Key': '"a-1"' } });
    await call(server.port, 'POST', '/scim/v2/Bulk', { body: operations });
    expect(server.handled.map(({ idempotencyKey }) => idempotencyKey)).to.deep.equal(['"a-1"', undefined]);
  });

  it('leaves a row of each operation in the provisioning log, and counts what was repaired', async () => {
    const id = '3d1f6a52-7c1b-4f0e-9a54-2b1d6bb3f0c1';
    const repaired = new Map([['stringScalars', 1] as const]);
    const done: Handled = {
      status: 201,
      headers: {},
      repaired,
      outcome: { resourceType: 'User', id, refusedMembers: [] },
    };
    const told = (index: number, method: Operated['method'], path: string[], handled: Handled): Operated => ({
      index,
      method,
      path,
      began: 4_000,
      handled,
    });
    const defect = new ScimError(500, 'Something went wrong', undefined, { cause: new Error('kim') });
    const counted: unknown[] = [];
    server = await front({
      clock: () => 5_000,
      repairs: (_, each) => counted.push(...each),
      handle: async ({ onOperation }) => {
        onOperation?.(told(0, 'POST', ['Users'], done));
        onOperation?.(
          told(1, 'DELETE', ['Groups', id], refused(forbidden('no', { rule: 'owned-elsewhere' }), { repaired })),
        );
        onOperation?.(told(2, 'PUT', ['Users', 'kim'], refused(defect, { repaired: new Map() })));
        return Promise.resolve({ status: 200, headers: {}, body: { Operations: [] } });
      },
    });
    const { headers } = await call(server.port, 'POST', '/scim/v2/Bulk', { body: operations });
    const common = { requestId: headers['x-request-id'], tenant: 'demo', connection: 'c1', durationMs: 1_000 };
    expect(server.rows.map(({ time: _, ...row }) => row)).to.deep.equal([
      {
        ...common,
        part: 0,
        operation: 'POST',
        resourceType: 'User',
        resourceId: id,
        status: 201,
        repaired: { stringScalars: 1 },
        refusedMembers: [],
      },
      {
        ...common,
        part: 1,
        operation: 'DELETE',
        resourceType: 'Group',
        resourceId: id,
        status: 403,
        rule: 'owned-elsewhere',
        repaired: { stringScalars: 1 },
        refusedMembers: [],
      },
      { ...common, part: 2, operation: 'PUT', resourceType: 'User', status: 500, repaired: {}, refusedMembers: [] },
    ]);
    expect(counted).to.deep.equal([...repaired, ...repaired]);
    const logged = server.lines().find(({ level }) => level === 'error');
    expect(logged).to.include({ requestId: headers['x-request-id'] });
    expect(server.logged()).to.not.contain('kim');
  });

  it('that is refused as a whole has one row, and a search that went well none', async () => {
    server = await front({
      handle: ({ path }) =>
        path[0] === 'Bulk'
          ? Promise.reject(new ScimError(413, 'Too many'))
          : Promise.resolve({ status: 200, headers: {}, body: {} }),
    });
    await call(server.port, 'POST', '/scim/v2/Bulk', { body: operations });
    await call(server.port, 'POST', '/scim/v2/.search', { body: '{}' });
    await call(server.port, 'POST', '/scim/v2/Users/.search', { body: '{}' });
    expect(server.rows.map(({ operation, status }) => [operation, status])).to.deep.equal([['POST', 413]]);
  });

  it('is known by its route, as searches and oneself are', async () => {
    server = await front();
    for (const place of ['Bulk', '.search', 'Users/.search', 'Me', 'Bulk/x']) {
      await call(server.port, 'POST', `/scim/v2/${place}`, { body: '{}' });
    }
    const routes = server.lines().flatMap(({ route }) => (route === undefined ? [] : [route]));
    expect(routes).to.deep.equal([
      'POST /scim/v2/Bulk',
      'POST /scim/v2/.search',
      'POST /scim/v2/Users/.search',
      'POST /scim/v2/Me',
      'POST /scim/v2/Bulk/:id',
    ]);
  });
});
