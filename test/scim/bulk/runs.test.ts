import { expect } from 'chai';
import { unavailable } from '../../../src/scim/errors.ts';
import { scim } from '../../../src/scim/handle.ts';
import { limits } from '../../../src/scim/limits.ts';
import type { Protocol } from '../../../src/scim/ports.ts';
import type {
  Caller,
  Chunks,
  Handled,
  Json,
  JsonObject,
  Operated,
  ResourceStore,
  ScimRequest,
} from '../../../src/scim/types.ts';
import { urns } from '../../../src/scim/urns.ts';
import { testCaller } from '../../support/callers.ts';
import { memoryProtocol } from '../../support/memoryProtocol.ts';
import { memoryStores } from '../../support/memoryStore.ts';

const user = (bulkId: string, userName = bulkId): JsonObject => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName },
});
const retitled = (id: string, title: string): JsonObject => ({
  method: 'PATCH',
  path: `/Users/${id}`,
  data: { schemas: [urns.patch], Operations: [{ op: 'replace', path: 'title', value: title }] },
});
const removed = (id: string): JsonObject => ({ method: 'DELETE', path: `/Users/${id}` });

/** The protocol over memory stores; what each creation does is up to `before`. */
function serving(before: (caller: Caller) => Promise<void> = () => Promise.resolve(), change: Partial<Protocol> = {}) {
  const stores = memoryStores();
  const protocol = {
    ...memoryProtocol((type) => {
      const store = stores(type);
      const create: ResourceStore['create'] = async (caller, ...rest) => {
        await before(caller);
        return store.create(caller, ...rest);
      };
      return { ...store, create };
    }),
    ...change,
  };
  const handle = scim(protocol);
  const begin = (operations: Json[], more: Partial<ScimRequest> = {}, message: JsonObject = {}) => {
    const body = { schemas: [urns.bulkRequest], Operations: operations, ...message };
    return handle({ method: 'POST', path: ['Bulk'], query: {}, caller: testCaller(), body, ...more });
  };
  const results = async (...asked: Parameters<typeof begin>) => all(await begin(...asked));
  const users = async () => {
    const { body } = await handle({ method: 'GET', path: ['Users'], query: {}, caller: testCaller() });
    return (body as { Resources: JsonObject[] }).Resources.map(({ userName, title }) => title ?? userName);
  };
  return { begin, results, users };
}

const entries = ({ body = {} }: Handled) => (body as { Operations: Chunks<JsonObject> }).Operations;

async function all(handled: Handled): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for await (const chunk of entries(handled)) found.push(...chunk);
  return found;
}

const statuses = (results: readonly JsonObject[]) => results.map(({ status }) => status);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('scim: a Bulk as it runs', () => {
  it('does nothing that nobody waits for', async () => {
    const { begin, users } = serving();
    const reading = entries(await begin([user('a'), removed('x'), user('b'), user('c')]))[Symbol.asyncIterator]();
    expect(await users()).to.deep.equal([]);
    const first = await reading.next();
    expect(statuses((first.value ?? []) as JsonObject[])).to.deep.equal(['201']);
    await reading.return?.();
    await turn();
    expect(await users()).to.deep.equal(['a']);
  });

  it('finishes what is begun when nobody waits any more', async () => {
    let go = (): void => undefined;
    const { begin, users } = serving(() => new Promise<void>((resolve) => (go = resolve)));
    const reading = entries(await begin([user('a'), removed('x'), user('b')]))[Symbol.asyncIterator]();
    const next = reading.next();
    await turn();
    const gone = reading.return?.();
    go();
    await Promise.all([next, gone]);
    expect(await users()).to.deep.equal(['a']);
  });

  it('tells a result before the next operation is begun, and holds back what is out of order', async () => {
    const { begin } = serving();
    const chunks: string[][] = [];
    const waits = { ...removed('bulkId:c'), bulkId: 'w' };
    for await (const chunk of entries(await begin([user('a'), waits, removed('x'), user('c')]))) {
      chunks.push(chunk.map(({ method, status }) => `${method as string} ${status as string}`));
    }
    expect(chunks).to.deep.equal([['POST 201'], [], [], ['DELETE 204', 'DELETE 404', 'POST 201'], []]);
  });

  it('has no more under way at once than the limit, and no more than may fail', async () => {
    const most = async (message: JsonObject) => {
      let [now, peak] = [0, 0];
      const { results } = serving(async () => {
        peak = Math.max(peak, (now += 1));
        await turn();
        now -= 1;
      });
      const operations = Array.from({ length: 50 }, (_, index) => user(`user-${String(index)}`));
      expect(await results(operations, {}, message)).to.have.lengthOf(50);
      return peak;
    };
    expect(await most({})).to.equal(limits.bulkAbreast);
    expect(await most({ failOnErrors: 3 })).to.equal(3);
    expect(await most({ failOnErrors: 1 })).to.equal(1);
  });

  it('gives each operation the time that the request would have had, from its own start', async () => {
    let now = 1_000;
    const callers: Caller[] = [];
    const before = (caller: Caller) => {
      callers.push(caller);
      now += 3_000;
      return Promise.resolve();
    };
    const { results } = serving(before, { clock: () => now });
    await results([user('a'), removed('x'), user('b')], { caller: testCaller({ deadline: 5_000 }) });
    expect(callers.map(({ deadline }) => deadline)).to.deep.equal([5_000, 8_000]);
    expect(callers.map(({ part }) => part)).to.deep.equal([
      { run: 'request-1', index: 0 },
      { run: 'request-1', index: 2 },
    ]);
  });

  it('takes nothing of that time for what comes before the first operation', async () => {
    let now = 1_000;
    const callers: Caller[] = [];
    const { results } = serving((caller) => Promise.resolve(void callers.push(caller)), {
      clock: () => now,
      ledger: {
        open: () => {
          now += 3_500;
          return Promise.resolve({
            id: 'run-1',
            done: new Map(),
            note: () => Promise.resolve(),
            close: () => Promise.resolve(),
          });
        },
      },
    });
    await results([user('a')], { caller: testCaller({ deadline: 5_000 }), idempotencyKey: 'k' });
    expect(callers.map(({ deadline, part }) => [deadline, part?.run])).to.deep.equal([[8_500, 'run-1']]);
  });

  it('answers a defect in one operation as an opaque 500, tells why, and goes on', async () => {
    const defect = new TypeError('kim');
    let calls = 0;
    const { results } = serving(() => ((calls += 1) === 1 ? Promise.reject(defect) : Promise.resolve()));
    const told: Operated[] = [];
    const found = await results([user('a'), removed('x'), user('b')], { onOperation: (each) => told.push(each) });
    expect(statuses(found)).to.deep.equal(['500', '404', '201']);
    expect(JSON.stringify(found)).to.not.contain('kim');
    expect(told[0]?.handled.refusal?.cause).to.equal(defect);
  });

  it('says of an outage that it is one', async () => {
    const outage = () => unavailable('The database cannot be reached', 15);
    const { results } = serving(() => Promise.reject(new Error('gone')), { outage });
    expect(statuses(await results([user('a')]))).to.deep.equal(['503']);
  });

  it('tells of each operation as of a request of its own', async () => {
    const { results } = serving();
    const told: Operated[] = [];
    const operations = [user('a'), user('b', 'A'), removed('x'), { method: 'GET' }, removed('bulkId:nobody')];
    await results(operations, { onOperation: (operated) => told.push(operated) });
    const shown = ({ index, method, path, handled }: Operated) => [index, method, ...path.slice(0, 1), handled.status];
    expect(told.map(shown)).to.deep.equal([
      [0, 'POST', 'Users', 201],
      [1, 'POST', 'Users', 409],
      [2, 'DELETE', 'Users', 404],
      [3, 'POST', 400],
      [4, 'DELETE', 'Users', 400],
    ]);
    expect(told[0]?.handled.outcome).to.include({ resourceType: 'User' });
  });

  describe('with an Idempotency-Key', () => {
    const idempotencyKey = 'key-1';

    it('repeats its answer when it is sent again, and does nothing twice', async () => {
      const { results, users } = serving();
      const operations = [
        user('a'),
        user('b', 'A'),
        retitled('bulkId:a', 'Dr'),
        retitled('bulkId:a', 'Dr'),
        retitled('bulkId:a', 'Prof'),
        { method: 'POST', path: '/Groups', bulkId: 'g', data: { displayName: 'g', members: [{ value: 'bulkId:a' }] } },
        removed('bulkId:nobody'),
        { method: 'DELETE', path: '/Groups/bulkId:g' },
        { method: 'PUT', path: '/Users/bulkId:a', data: { userName: 'a', title: 'Sir' } },
      ];
      const first = await results(operations, { idempotencyKey });
      expect(statuses(first)).to.deep.equal(['201', '409', '200', '200', '200', '201', '400', '204', '200']);
      const told: Operated[] = [];
      const second = await results(operations, { idempotencyKey, onOperation: (each) => told.push(each) });
      expect(second).to.deep.equal(first);
      expect(await users()).to.deep.equal(['Sir']);
      // What was never tried is looked at again.
      expect(told.map(({ handled }) => handled.status)).to.deep.equal([400]);
    });

    it('goes on where it broke off', async () => {
      const { begin, results, users } = serving();
      const operations = [user('a'), removed('x'), user('b'), retitled('bulkId:a', 'Dr')];
      const reading = entries(await begin(operations, { idempotencyKey }))[Symbol.asyncIterator]();
      await reading.next();
      await reading.next();
      await reading.return?.();
      const told: Operated[] = [];
      const again = await results(operations, { idempotencyKey, onOperation: (each) => told.push(each) });
      expect(statuses(again)).to.deep.equal(['201', '404', '201', '200']);
      expect(told.map(({ method }) => method)).to.deep.equal(['POST', 'PATCH']);
      expect(await users()).to.have.members(['Dr', 'b']);
    });

    it('lets nobody else go on meanwhile, also while nobody has read anything, and afterwards again', async () => {
      const { begin, results } = serving();
      const unread = await begin([user('a')], { idempotencyKey });
      const meanwhile = await begin([user('a')], { idempotencyKey });
      expect([meanwhile.status, meanwhile.headers['Retry-After']]).to.deep.equal([409, '5']);
      await entries(unread)[Symbol.asyncIterator]().return?.();
      expect(statuses(await results([user('a')], { idempotencyKey }))).to.deep.equal(['201']);
    });

    it('refuses another body', async () => {
      const { begin, results } = serving();
      await results([user('a')], { idempotencyKey });
      expect((await begin([user('b')], { idempotencyKey })).status).to.equal(409);
      expect((await begin([user('b')], { idempotencyKey: 'key-2' })).status).to.equal(200);
    });

    it('tries again what may pass, and what failed because of it', async () => {
      let isAway = true;
      const away = () => Promise.reject(unavailable('Too busy', 5));
      const { results } = serving(() => (isAway ? away() : Promise.resolve()));
      const operations = [user('a'), retitled('bulkId:a', 'Dr')];
      expect(statuses(await results(operations, { idempotencyKey }))).to.deep.equal(['503', '400']);
      isAway = false;
      expect(statuses(await results(operations, { idempotencyKey }))).to.deep.equal(['201', '200']);
    });

    it('refuses a key that is none', async () => {
      const { begin } = serving();
      for (const key of ['', 'a b', 'é', 'x'.repeat(256), 'a\tb']) {
        expect((await begin([user('a')], { idempotencyKey: key })).status, key).to.equal(400);
      }
      expect((await begin([user('a')], { idempotencyKey: '~'.repeat(255) })).status).to.equal(200);
    });

    it('repeats a ring that was made, and one that was refused', async () => {
      const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
      const managed = (bulkId: string, by: string, userName = bulkId): JsonObject => ({
        ...user(bulkId),
        data: { userName, [enterprise]: { manager: { value: `bulkId:${by}` } } },
      });
      const operations = [managed('a', 'b'), managed('b', 'a'), managed('c', 'd', 'A'), managed('d', 'c')];
      const { results, users } = serving();
      const first = await results(operations, { idempotencyKey });
      expect(statuses(first)).to.deep.equal(['201', '201', '409', '400']);
      expect(await results(operations, { idempotencyKey })).to.deep.equal(first);
      expect(await users()).to.have.members(['a', 'b']);
    });
  });

  it('closes its run also where a result cannot be kept, and gives no answer that looks whole', async () => {
    let closed = 0;
    const run = {
      id: 'run-1',
      done: new Map(),
      note: () => Promise.reject(new Error('the database is away')),
      close: () => Promise.resolve(void (closed += 1)),
    };
    const { results } = serving(undefined, { ledger: { open: () => Promise.resolve(run) } });
    const failure = await results([removed('x')], { idempotencyKey: 'k' }).catch((error: unknown) => error);
    expect(failure).to.be.an('error').with.property('message', 'the database is away');
    expect(closed).to.equal(1);
  });
});
