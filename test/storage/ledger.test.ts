import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Change } from '../../src/domain/changes.ts';
import { ScimError } from '../../src/scim/errors.ts';
import type { Run } from '../../src/scim/ports.ts';
import type { Caller, Json } from '../../src/scim/types.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { connect, type Database } from '../../src/storage/connect.ts';
import { ledger } from '../../src/storage/ledger.ts';
import { testCaller } from '../support/callers.ts';
import { creating, newState, removing, renaming } from '../support/changes.ts';
import { openTestStore, type TestStore } from './store.ts';

const body = { schemas: ['bulk'], Operations: [{ method: 'POST', data: { userName: 'ann', password: 'secret-1' } }] };

describe('The ledger of Bulks', function () {
  this.timeout(30_000);
  let store: TestStore;
  let caller: Caller;
  const opened: Run[] = [];
  before(async () => {
    store = await openTestStore();
  });
  after(() => store.close());
  beforeEach(() => {
    caller = testCaller({ tenant: randomUUID() });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((run) => run.close()));
  });

  const open = async (key: string, sent: Json = body, by = caller, kept = ledger(store.db)): Promise<Run> => {
    const run = await kept.open(by, key, sent);
    opened.push(run);
    return run;
  };

  /** How it was refused. */
  const refused = (promise: Promise<Run>) =>
    promise.then(
      () => 'opened',
      (error: unknown) => {
        if (!(error instanceof ScimError)) throw error;
        return [error.status, error.rule, error.headers['Retry-After']];
      },
    );

  const partOf = ({ id }: Run, index: number, change: Change): Change => ({
    ...change,
    entry: { ...change.entry, order: { ...change.entry.order, part: { run: id, index } } },
  });

  it('begins with nothing done, and goes on with what was written and noted', async () => {
    const tenant = tenantId(caller.tenant);
    const [ann, bob, eve] = [
      await store.user(tenant),
      await store.user(tenant),
      newState(tenant, 'User', 'eve', new Date()),
    ];
    const first = await open('key');
    expect(first.done.size).to.equal(0);
    const refusal = { status: 404, body: { detail: 'User x does not exist', schemas: ['urn:error'] } };
    await store.commit(partOf(first, 0, creating(eve)));
    await first.note(1, { refusal });
    await store.commit(partOf(first, 2, renaming(ann, 'anna')));
    await store.commit(partOf(first, 3, removing(bob)));
    await first.note(4, { id: 'same', version: 7 });
    await first.note(0, { refusal });
    await first.close();
    const second = await open('key');
    expect(second.id).to.equal(first.id);
    expect([...second.done].sort(([a], [b]) => a - b)).to.deep.equal([
      [0, { id: eve.id, version: 1 }],
      [1, { refusal }],
      [2, { id: ann.id, version: 2 }],
      [3, { id: bob.id }],
      [4, { id: 'same', version: 7 }],
    ]);
  });

  it('keeps what was noted first', async () => {
    const run = await open('key');
    await run.note(0, { id: 'a' });
    await run.note(0, { id: 'b' });
    await run.close();
    expect((await open('key')).done.get(0)).to.deep.equal({ id: 'a' });
  });

  it('takes a body for the same, in whatever order its keys came, and refuses another', async () => {
    await (await open('key')).close();
    const turned = {
      Operations: [{ data: { password: 'secret-1', userName: 'ann' }, method: 'POST' }],
      schemas: ['bulk'],
    };
    await (await open('key', turned)).close();
    for (const other of [
      { ...body, failOnErrors: 1 },
      { ...body, Operations: [] },
      { ...body, schemas: 'bulk' },
    ])
      expect(await refused(open('key', other))).to.deep.equal([409, 'key-reused', undefined]);
    expect(await refused(open('other key', { ...body, failOnErrors: 1 }))).to.equal('opened');
  });

  it('refuses another body while the first is under way, too', async () => {
    await open('key');
    expect(await refused(open('key', []))).to.deep.equal([409, 'key-reused', undefined]);
  });

  it('keeps keys apart by connection and by tenant', async () => {
    const first = await open('key');
    await first.note(0, { id: 'a' });
    for (const by of [testCaller({ ...caller, connection: 'entra' }), testCaller({ tenant: randomUUID() })]) {
      const run = await open('key', { ...body, failOnErrors: 1 }, by);
      expect(run.id).not.to.equal(first.id);
      expect(run.done.size).to.equal(0);
    }
  });

  it('lets nobody else in while a run is under way, for longer than a lease lasts', async () => {
    const brief = ledger(store.db, 0.6);
    const run = await open('key', body, caller, brief);
    for (let turn = 0; turn < 4; turn += 1) {
      expect(await refused(open('key', body, caller, brief))).to.deep.equal([409, 'bulk-under-way', '1']);
      await sleep(300);
    }
    await run.close();
    expect(await refused(open('key'))).to.equal('opened');
  });

  it('says in whole seconds when to come back', async () => {
    await open('key');
    expect(await refused(open('key'))).to.deep.equal([409, 'bulk-under-way', '10']);
  });

  describe('of several processes', () => {
    let databases: Database[];
    beforeEach(async () => {
      databases = await Promise.all([connect(store.uri), connect(store.uri)]);
    });
    afterEach(async () => {
      await Promise.all(databases.map((db) => db.close()));
    });

    it('lets exactly one of those in who come at the same moment', async () => {
      for (let round = 0; round < 10; round += 1) {
        const attempts = Array.from({ length: 8 }, (_, at) => {
          const db = databases[at % 2];
          if (!db) throw new Error('no database');
          return ledger(db).open(caller, `key ${round}`, body);
        });
        const outcomes = await Promise.allSettled(attempts);
        const runs = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
        expect(runs).to.have.lengthOf(1);
        await Promise.all(runs.map((run) => run.close()));
      }
    });

    it('lets another go on once the lease of one that died is over, and the dead do no harm', async () => {
      const [dying, other] = databases;
      if (!dying || !other) throw new Error('no database');
      const dead = await ledger(dying, 0.6).open(caller, 'key', body);
      await dead.note(3, { id: 'a' });
      await dying.close();
      await sleep(700);
      const run = await ledger(other).open(caller, 'key', body);
      expect([run.id, run.done.get(3)]).to.deep.equal([dead.id, { id: 'a' }]);
      await dead.close();
      expect(await refused(open('key'))).to.deep.equal([409, 'bulk-under-way', '10']);
      await run.close();
    });
  });

  it('forgets after a day, and holds neither key nor body', async () => {
    const run = await open('my-own-key');
    await run.note(0, { id: 'a' });
    for (const name of ['bulks', 'bulkNotes']) {
      const indexes = await store.db.collection(name).indexes();
      expect(indexes.find(({ key }) => 'created' in key)?.expireAfterSeconds).to.equal(86_400);
      const rows = await store.db.collection(name).find({ tenant: caller.tenant }).toArray();
      expect(rows).to.have.lengthOf(1);
      for (const { created } of rows) expect(Date.now() - (created as Date).getTime()).to.be.within(-5_000, 30_000);
      expect(JSON.stringify(rows)).not.to.match(/secret-1|my-own-key|ann/);
    }
  });

  it('asks for one tenant in every command', async () => {
    const db = await connect(store.uri, { monitorCommands: true });
    const filters: { tenant?: unknown }[] = [];
    db.getClient().on('commandStarted', ({ command }: { command: Record<string, unknown> }) => {
      const updates = (command['updates'] ?? []) as readonly { q: object }[];
      const all = [command['filter'], command['query'], ...updates.map(({ q }) => q)];
      filters.push(...all.flatMap((filter) => (filter === undefined ? [] : [filter as object])));
    });
    for (let round = 0; round < 2; round += 1) {
      const run = await ledger(db).open(caller, 'key', body);
      await run.note(round, { id: 'a' });
      await run.close();
    }
    await db.close();
    expect(filters).to.have.length.at.least(8);
    for (const filter of filters) expect(filter.tenant).to.equal(caller.tenant);
  });
});
