import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import mongoose from 'mongoose';
import { access } from '../../src/admin/access.ts';
import type { AccessPorts, Authentication } from '../../src/admin/access.ts';
import { createConnection, listConnections, pause, resume, setConnection } from '../../src/admin/connections.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { createToken, listTokens, revokeToken } from '../../src/admin/tokens.ts';
import { tokenFormat } from '../../src/credentials/tokens.ts';
import { keyOf } from '../../src/storage/documents.ts';
import { tokens } from '../../src/storage/tokens.ts';
import { site } from '../support/administration.ts';
import type { Process, Site } from '../support/administration.ts';

const choice = { tenant: 'acme', connection: 'okta' };

describe('admin/access', () => {
  let here: Site;
  let one: Process;
  let other: Process;
  let finds: string[];
  let uses: number;
  let clock: number;
  let ports: AccessPorts;
  let token: string;
  let watched: mongoose.Connection | undefined;

  /** As a server has it, with look-ups counted and a clock that the test moves. */
  const counted = (): AccessPorts => ({
    tokens: {
      find: (selector) => {
        finds.push(selector);
        return one.ports.tokens.find(selector);
      },
      used: (...given) => {
        uses += 1;
        return one.ports.tokens.used(...given);
      },
    },
    tokenFormat,
    now: () => new Date(Date.now() + clock),
    elapsed: () => clock,
    onUnnoted: (cause) => {
      throw cause;
    },
  });

  /** As a server has it. */
  const real = ({ ports: { tokens } }: Process): Authentication =>
    access({ ...counted(), tokens, now: () => new Date(), elapsed: () => performance.now() });

  before(async () => {
    here = await site();
    [one, other] = await Promise.all([here.process(), here.process()]);
    await createTenant(one.ports, 'acme');
    await createTenant(one.ports, 'globex');
  });

  after(async () => {
    await Promise.all([one.close(), other.close(), watched?.close()]);
    await here.drop();
  });

  beforeEach(async () => {
    finds = [];
    uses = 0;
    clock = 0;
    ports = counted();
    await one.db.collection('connections').deleteMany({});
    await one.db.collection('tokens').deleteMany({});
    const wish = { kind: 'okta', dialect: 'strict', scopes: ['users:read', 'groups:read'], adopt: 'userName' } as const;
    ({ token } = await createConnection(one.ports, { ...wish, tenant: 'acme', name: 'okta' }));
  });

  it('tells who presents a token: tenant, connection, dialect, scopes, adoption', async () => {
    const { token: narrow } = await createToken(one.ports, { ...choice, scopes: ['groups:read'] });
    const [tenant] = await one.ports.tenants.list('', 1);
    const { authenticate } = access(ports);
    const found = await authenticate(narrow);
    expect(found).to.deep.include({ connectionName: 'okta', paused: false });
    expect(found?.caller).to.deep.include({ tenant: tenant?.id, dialect: 'strict', adopts: true });
    expect([...(found?.caller.scopes ?? [])]).to.deep.equal(['groups:read']);
    expect((await authenticate(token))?.caller.scopes).to.deep.equal(new Set(['users:read', 'groups:read']));
  });

  it('costs one look-up when cold, however many bring it at once, and none when warm', async () => {
    const { authenticate } = access(ports);
    const all = await Promise.all(Array.from({ length: 50 }, () => authenticate(token)));
    expect(all.every((found) => found?.connectionName === 'okta')).to.equal(true);
    clock = 899;
    for (let n = 0; n < 50; n += 1) expect(await authenticate(token)).to.equal(all[0]);
    expect(finds).to.have.length(1);
    clock = 900;
    await authenticate(token);
    expect(finds).to.have.length(2);
  });

  it('a warm token costs MongoDB no command, a cold one a single one', async () => {
    watched = await mongoose.createConnection(here.uri, { monitorCommands: true }).asPromise();
    const commands: string[] = [];
    watched.getClient().on('commandStarted', ({ commandName }) => commands.push(commandName));
    const { authenticate, settled } = access({ ...ports, tokens: tokens(watched) });
    await authenticate(token);
    await settled();
    expect(commands.splice(0)).to.deep.equal(['aggregate', 'update']); // The second notes the use, behind the request.
    for (let n = 0; n < 10; n += 1) expect(await authenticate(token)).to.be.an('object');
    await settled();
    expect(commands.splice(0)).to.deep.equal([]);
    clock = 900;
    await authenticate(token);
    await settled();
    expect(commands.splice(0)).to.deep.equal(['aggregate']);
  });

  it('does not look up what can be no token, and an unknown one not again and again', async () => {
    const { authenticate } = access(ports);
    for (const text of ['', 'non-token', 'Bearer', token.slice(1), `${token} `, token.toUpperCase()])
      expect(await authenticate(text)).to.equal(undefined);
    expect(finds).to.deep.equal([]);
    const unknown = tokenFormat.issue().text;
    for (let n = 0; n < 10; n += 1) expect(await authenticate(unknown)).to.equal(undefined);
    expect(finds).to.have.length(1);
  });

  it('the right selector with another secret opens nothing, warm or cold', async () => {
    const [, selector = ''] = token.split('_');
    const digest = tokenFormat.issue().digest;
    const forged = access({ ...ports, tokenFormat: { ...tokenFormat, parse: () => ({ selector, digest }) } });
    expect(await forged.authenticate('any')).to.equal(undefined);
    expect(await forged.authenticate('any')).to.equal(undefined);
    expect(finds).to.have.length(1);
  });

  it('unknown tokens, however many, do not fill the memory', async () => {
    let asked = 0;
    const { authenticate } = access({
      ...ports,
      tokens: { ...ports.tokens, find: () => Promise.resolve(void (asked += 1)) },
      tokenFormat: { parse: (text) => ({ selector: text, digest: '' }), same: () => true },
    });
    for (let n = 0; n < 30_000; n += 1) await authenticate(`t${String(n)}`);
    expect(asked).to.equal(30_000);
    await authenticate('t29999');
    expect(asked, 'the latest are kept').to.equal(30_000);
    await authenticate('t0');
    expect(asked, 'the oldest are not').to.equal(30_001);
  });

  it('expires to the instant, from memory too', async () => {
    const { authenticate } = access(ports);
    expect(await authenticate(token)).to.be.an('object');
    const year = 365 * 86_400_000;
    const late = access({ ...ports, now: () => new Date(Date.now() + year + 1) });
    expect(await late.authenticate(token)).to.equal(undefined);
    const instants = [new Date(Date.now() + year - 60_000), new Date(Date.now() + year + 1)];
    const turning = access({ ...ports, now: () => instants.shift() ?? new Date() });
    expect(await turning.authenticate(token)).to.be.an('object');
    expect(await turning.authenticate(token)).to.equal(undefined);
  });

  it('revoked, it is refused within a second by every process, warm as it is', async () => {
    const [here1, here2] = [real(one), real(other)];
    for (const { authenticate } of [here1, here2]) expect(await authenticate(token)).to.be.an('object');
    const [listed] = await listTokens(one.ports, choice);
    await revokeToken(one.ports, { tenant: 'acme', id: listed?.id ?? '' });
    const revoked = performance.now();
    const lastAccepted = async ({ authenticate }: Authentication) => {
      let last = revoked;
      while (performance.now() - revoked < 1_300) {
        const began = performance.now();
        if (await authenticate(token)) last = began;
        await sleep(5);
      }
      return last - revoked;
    };
    const lasts = await Promise.all([here1, here2].map(lastAccepted));
    for (const last of lasts) expect(last).to.be.lessThan(1_000);
    await Promise.all([here1.settled(), here2.settled()]);
  });

  it('paused, its connection is seen paused within a second by every process, and running again after', async () => {
    const [here1, here2] = [real(one), real(other)];
    for (const { authenticate } of [here1, here2]) expect((await authenticate(token))?.paused).to.equal(false);
    await pause(one.ports, choice);
    await sleep(950);
    for (const { authenticate } of [here1, here2]) expect((await authenticate(token))?.paused).to.equal(true);
    await resume(other.ports, choice);
    await sleep(950);
    for (const { authenticate } of [here1, here2]) expect((await authenticate(token))?.paused).to.equal(false);
    await Promise.all([here1.settled(), here2.settled()]);
  });

  it('its connection changed, it is read and allowed anew within a second by every process', async () => {
    const [here1, here2] = [real(one), real(other)];
    for (const { authenticate } of [here1, here2])
      expect((await authenticate(token))?.caller).to.deep.include({ dialect: 'strict', options: new Set() });
    const change = { ...choice, dialect: 'lenient', scopes: ['users:read', 'users:write'], adopt: 'none' } as const;
    await setConnection(one.ports, { ...change, options: ['interop'], without: [] });
    await sleep(950);
    for (const { authenticate } of [here1, here2])
      expect((await authenticate(token))?.caller).to.deep.include({
        dialect: 'lenient',
        // No more than the token was made with.
        scopes: new Set(['users:read']),
        adopts: false,
        options: new Set(['interop']),
      });
    await Promise.all([here1.settled(), here2.settled()]);
  });

  it('that stands for a user, says for whom', async () => {
    await one.db.collection<{ _id: string }>('resources').insertOne({
      _id: 'ann-1',
      ...{ tenant: (await listConnections(one.ports, 'acme'))[0]?.tenant, type: 'User', key: keyOf('User', 'ann') },
    });
    const { authenticate, settled } = real(one);
    const standing = await createToken(one.ports, { ...choice, user: 'Ann' });
    expect((await authenticate(standing.token))?.caller).to.include({ user: 'ann-1' });
    await settled();
  });

  it('a look-up that began too long before a request does not answer it', async () => {
    const answers: ((found: undefined) => void)[] = [];
    const { authenticate } = access({
      ...ports,
      tokens: { ...ports.tokens, find: () => new Promise((resolve) => answers.push(resolve)) },
    });
    const early = authenticate(token);
    clock = 2_000;
    const late = authenticate(token);
    await sleep(0);
    expect(answers, 'one look-up at a time').to.have.length(1);
    answers[0]?.(undefined);
    await early;
    await sleep(0);
    expect(answers, 'then one of its own').to.have.length(2);
    answers[1]?.(undefined);
    expect(await late).to.equal(undefined);
  });

  it('where the store cannot say, neither can this: it rejects, and asks again at the next request', async () => {
    let away = true;
    const { authenticate } = access({
      ...ports,
      tokens: {
        ...ports.tokens,
        find: (selector) => (away ? Promise.reject(new Error('away')) : ports.tokens.find(selector)),
      },
    });
    const outcomes = await Promise.allSettled([authenticate(token), authenticate(token)]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    away = false;
    expect(await authenticate(token)).to.be.an('object');
  });

  it("a token whose connection is not its tenant's opens nothing", async () => {
    const globex = await one.ports.tenants.named('globex');
    await one.db.collection('tokens').updateMany({}, { $set: { tenant: globex?.id } });
    expect(await access(ports).authenticate(token)).to.equal(undefined);
  });

  it('notes its use once a minute at most, behind the request, across processes', async () => {
    const { authenticate, settled } = access(ports);
    const lastUsed = async () => (await listTokens(one.ports, choice))[0]?.lastUsedAt?.getTime() ?? 0;
    for (clock = 0; clock < 59_000; clock += 500) await authenticate(token);
    await settled();
    expect(uses).to.equal(1);
    const first = await lastUsed();
    expect(first).to.be.greaterThan(0);
    const { authenticate: elsewhere, settled: settledElsewhere } = access(ports);
    await elsewhere(token);
    await settledElsewhere();
    expect([uses, await lastUsed()]).to.deep.equal([1, first]);
    clock = 61_000;
    await authenticate(token);
    await settled();
    expect(uses).to.equal(2);
    expect(await lastUsed()).to.be.greaterThan(first + 59_000);
  });

  it('a use that cannot be noted is told, and fails no request', async () => {
    const told: unknown[] = [];
    const { authenticate, settled } = access({
      ...ports,
      tokens: { ...ports.tokens, used: () => Promise.reject(new Error('away')) },
      onUnnoted: (cause) => told.push(cause),
    });
    expect(await authenticate(token)).to.be.an('object');
    await settled();
    expect(told).to.have.length(1);
  });
});
