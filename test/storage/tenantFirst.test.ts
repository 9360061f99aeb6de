import { expect } from 'chai';
import mongoose from 'mongoose';
import type { Token } from '../../src/domain/tokens.ts';
import type { Connection } from '../../src/domain/connections.ts';
import { rateOf } from '../../src/domain/rate.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { connections } from '../../src/storage/connections.ts';
import { people } from '../../src/storage/people.ts';
import { provisioningLog } from '../../src/storage/provisioningLog.ts';
import { quirkCounts, quirkTally } from '../../src/storage/quirkTally.ts';
import { rates } from '../../src/storage/rates.ts';
import { tokens } from '../../src/storage/tokens.ts';
import { site } from '../support/administration.ts';
import type { Site } from '../support/administration.ts';

const acme = tenantId('acme');
const createdAt = new Date();

const connection: Connection = {
  id: 'c1',
  tenant: acme,
  name: 'okta',
  kind: 'okta',
  dialect: 'lenient',
  scopes: ['users:read'],
  adopt: 'none',
  options: [],
  paused: false,
  createdAt,
  createdBy: 'test',
};

const token = (selector: string): Token => ({
  selector,
  tenant: acme,
  connection: 'c1',
  digest: '00',
  scopes: ['users:read'],
  createdAt,
  createdBy: 'test',
  expiresAt: new Date(createdAt.getTime() + 1_000_000),
  lastUsedAt: undefined,
  revokedAt: undefined,
});

interface Sent {
  readonly name: string;
  readonly filters: readonly object[];
}

describe('storage: the tenant comes first', () => {
  let here: Site;
  let db: mongoose.Connection;
  let sent: Sent[];

  before(async () => {
    here = await site();
    db = await mongoose.createConnection(here.uri, { monitorCommands: true, bufferCommands: false }).asPromise();
    db.getClient().on('commandStarted', ({ commandName, command }) => {
      const {
        filter,
        query,
        updates = [],
        deletes = [],
      } = command as Record<string, object | undefined> & {
        updates?: { q: object }[];
        deletes?: { q: object }[];
      };
      const one = filter ?? query;
      const filters = [...(one ? [one] : []), ...updates.map(({ q }) => q), ...deletes.map(({ q }) => q)];
      if (filters.length > 0 || commandName === 'aggregate') sent.push({ name: commandName, filters });
    });
  });

  beforeEach(() => {
    sent = [];
  });

  after(async () => {
    await db.close();
    await here.drop();
  });

  it('in every filter but the look-up of a token', async () => {
    const [c, t, log] = [connections(db), tokens(db), provisioningLog(db, () => undefined)];
    await c.add(acme, connection, token('t1'));
    await t.add(acme, token('t2'));
    await t.used(acme, 't1', createdAt, 60_000);
    expect(await t.list(acme, 'c1', 10)).to.have.length(2);
    await t.revoke(acme, 't2', createdAt);
    expect(await c.find(acme, 'c1')).to.deep.equal(connection);
    expect(await c.named(acme, 'OKTA')).to.deep.equal(connection);
    expect(await c.list(acme, 10)).to.deep.equal([connection]);
    await c.pause(acme, 'c1');
    await c.resume(acme, 'c1');
    await c.set(acme, 'c1', { options: [] });
    expect(await people(db).find(acme, 'ann')).to.equal(undefined);
    const tally = quirkTally(db, (cause) => {
      throw cause;
    });
    tally.count(acme, 'c1', new Map([['bareValues', 1]]), createdAt);
    await tally.stop();
    expect(await quirkCounts(db).read(acme, 'c1')).to.have.length(1);
    await log.read(acme, 'c1', {
      limit: 1,
      outcome: 'failed',
      resourceId: 'u',
      requestId: 'r',
      before: `0-${'0'.repeat(24)}`,
    });
    await rates(db, rateOf(10))(acme, 'c1', { holder: 'a', left: 0, cost: 1, ahead: 0, paid: 0 });
    await log.stop();
    const filters = sent.flatMap((command) => command.filters);
    expect(filters).to.have.length.greaterThan(10);
    for (const filter of filters)
      expect((filter as { tenant?: unknown }).tenant, JSON.stringify(filter)).to.equal('acme');
    expect(sent.filter(({ name }) => name === 'aggregate')).to.deep.equal([]);
    await t.find('t1');
    expect(sent.filter(({ name }) => name === 'aggregate')).to.have.length(1);
  });

  it('in every index but the one that lets rows expire', async () => {
    const others: string[] = [];
    for (const name of ['connections', 'tokens', 'provisioningLog', 'quirkTally'])
      for (const { key } of await db.collection(name).indexes())
        if (Object.keys(key)[0] !== 'tenant') others.push(`${name} ${Object.keys(key).join(' ')}`);
    expect(others).to.deep.equal([
      'connections _id',
      'tokens _id',
      'provisioningLog _id',
      'provisioningLog time',
      'quirkTally _id',
    ]);
  });

  it('another tenant reads, changes and ends nothing', async () => {
    const globex = tenantId('globex');
    const [c, t] = [connections(db), tokens(db)];
    const before = await t.find('t1');
    expect(await c.find(globex, 'c1')).to.equal(undefined);
    expect(await c.named(globex, 'okta')).to.equal(undefined);
    expect(await c.list(globex, 10)).to.deep.equal([]);
    expect(await c.pause(globex, 'c1')).to.equal(undefined);
    expect(await c.set(globex, 'c1', { dialect: 'strict' })).to.equal(undefined);
    expect(await quirkCounts(db).read(globex, 'c1')).to.deep.equal([]);
    expect(await t.list(globex, 'c1', 10)).to.deep.equal([]);
    expect(await t.revoke(globex, 't1', createdAt)).to.equal(undefined);
    await t.used(globex, 't1', new Date(createdAt.getTime() + 120_000), 60_000);
    expect(await t.find('t1')).to.deep.equal(before);
  });

  it('a tenant that got lost on the way finds nothing, rather than everything', async () => {
    const lost = undefined as never;
    const [c, t] = [connections(db), tokens(db)];
    expect(await c.list(lost, 10)).to.deep.equal([]);
    expect(await c.find(lost, 'c1')).to.equal(undefined);
    expect(await t.list(lost, 'c1', 10)).to.deep.equal([]);
    expect(await t.revoke(lost, 't1', createdAt)).to.equal(undefined);
  });

  it('an operator in place of a value is refused or finds nothing', async () => {
    const injected = { $ne: null } as never;
    const [c, t] = [connections(db), tokens(db)];
    const outcomes = await Promise.allSettled([
      c.find(acme, injected),
      c.list(injected, 10),
      t.list(acme, injected, 10),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') expect(outcome.value ?? []).to.deep.equal([]);
    expect(outcomes).to.have.length(3);
  });
});
