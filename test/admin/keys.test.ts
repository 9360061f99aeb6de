import { expect } from 'chai';
import { createKey, endKey, listKeys } from '../../src/admin/operatorKeys.ts';
import { keyAccess, type KeyAccessPorts } from '../../src/admin/keyAccess.ts';
import { makeKey, revokeKey } from '../../src/admin/keys.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { keyFormat } from '../../src/credentials/keys.ts';
import { DomainError } from '../../src/domain/errors.ts';
import { everyPermission, type Permission } from '../../src/domain/permissions.ts';
import type { Person } from '../../src/domain/person.ts';
import type { NewState } from '../../src/domain/changes.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import type { JournalDocument, ResourceDocument } from '../../src/storage/documents.ts';
import { site, type Process, type Site } from '../support/administration.ts';

describe('Keys of the admin API', () => {
  let here: Site;
  let one: Process;
  let tenant: TenantId;
  let made = 0;
  let elapsed: number;
  let finds: number;
  let used: number;

  before(async () => {
    here = await site();
    one = await here.process();
  });
  after(async () => {
    await one.close();
    await here.drop();
  });
  beforeEach(async () => {
    made += 1;
    [elapsed, finds, used] = [0, 0, 0];
    ({ id: tenant } = await createTenant(one.ports, `tenant ${made}`));
  });

  const commission = () => ({
    tenant,
    order: { connection: 'key:maker', request: 'request-1' },
    deadline: Date.now() + 10_000,
  });

  const everything = { permissions: new Set(everyPermission) };

  const make = (permissions: readonly Permission[], more: { person?: string; expiresAt?: Date } = {}) =>
    makeKey(one.ports, commission(), everything, { label: 'test', permissions, ...more });

  const ports = (more: Partial<KeyAccessPorts> = {}): KeyAccessPorts => ({
    keys: {
      find: (...asked) => {
        finds += 1;
        return one.ports.keys.find(...asked);
      },
      used: (...asked) => {
        used += 1;
        return one.ports.keys.used(...asked);
      },
    },
    keyFormat,
    now: () => new Date(),
    elapsed: () => elapsed,
    onUnnoted: (cause) => {
      throw cause;
    },
    ...more,
  });

  async function person(what: Partial<Person>): Promise<string> {
    const id = one.ports.newId();
    await put({
      id,
      tenant,
      kind: 'User',
      owner: undefined,
      name: `user ${id}`,
      externalIds: {},
      attributes: { userName: `user ${id}` },
      person: { status: 'active', primaryRole: 'user', grants: [], ...what },
    });
    return id;
  }

  async function role(permissions: readonly Permission[]): Promise<string> {
    const id = one.ports.newId();
    await one.db.collection<ResourceDocument>('resources').insertOne({
      ...{ _id: id, tenant, type: 'Role', name: id, key: `Role:${id}`, version: 1, revision: 1, generation: 1 },
      ...{ created: new Date(), modified: new Date(), revised: new Date(), attributes: { permissions }, fold: {} },
    });
    return id;
  }

  const put = ({ ...creates }: NewState) =>
    one.ports.deciding.work.commit(
      {
        tenant,
        creates,
        relies: [],
        entry: {
          order: commission().order,
          operation: 'create',
          kind: creates.kind,
          resource: creates.id,
          differences: [],
        },
      },
      Date.now() + 10_000,
    );

  const ending = async (work: Promise<unknown>): Promise<unknown> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof DomainError) return error.violation;
      throw error;
    }
  };

  it('tell who presents them, from memory while that is fresh, with one command for all who ask at once', async () => {
    const { key, text } = await make(['users.read', 'teams.read']);
    const { authenticate, settled } = keyAccess(ports());
    const found = await Promise.all([authenticate(text), authenticate(text), authenticate(text)]);
    for (const one of found) {
      expect(one?.tenant).to.equal(tenant);
      expect(one?.actor).to.deep.equal({
        name: `key:${key.id}`,
        key: key.id,
        permissions: new Set(['users.read', 'teams.read']),
      });
    }
    expect(finds).to.equal(1);
    elapsed = 899;
    await authenticate(text);
    expect(finds).to.equal(1);
    elapsed = 900;
    await authenticate(text);
    expect(finds).to.equal(2);
    await settled();
    expect(used, 'once a minute').to.equal(1);
    const [kept] = await one.ports.keys.list(tenant, undefined, 1);
    expect(Date.now() - (kept?.lastUsedAt?.getTime() ?? 0)).to.be.below(10_000);
    expect(kept?.key.version, 'being used is no change').to.equal(1);
  });

  it('are refused where they are unknown, of another tenant, misspelt or of another secret', async () => {
    const { text } = await make(['users.read']);
    const { authenticate } = keyAccess(ports());
    const other = await createTenant(one.ports, `other ${made}`);
    expect(await authenticate(text.replace(tenant, other.id))).to.equal(undefined);
    expect(await authenticate(keyFormat.issue(tenant).text)).to.equal(undefined);
    expect(finds).to.equal(1);
    for (const wrong of ['', 'rck_', text.slice(0, -1), `${text}x`, text.toUpperCase(), `scim_${text}`])
      expect(await authenticate(wrong), wrong).to.equal(undefined);
    expect(finds, 'what cannot be a key is not looked up').to.equal(1);
    // The selector is public; whoever knows it still lacks the secret.
    const forged = {
      ...ports(),
      keyFormat: { ...keyFormat, parse: () => keyFormat.parse(text) && { ...parsed(text), digest: '00'.repeat(32) } },
    };
    expect(await keyAccess(forged).authenticate(text)).to.equal(undefined);
    expect(finds).to.equal(2);
  });

  const parsed = (text: string) => {
    const credential = keyFormat.parse(text);
    if (!credential) throw new Error('no key');
    return credential;
  };

  it('keep a digest alone, which no read shows', async () => {
    const { key, text } = await make(['users.read']);
    const document = await one.db.collection<ResourceDocument>('resources').findOne({ _id: key.id });
    expect(document?.password).to.equal(parsed(text).digest);
    const secret = text.split('_').at(-1) ?? '';
    expect(JSON.stringify(document)).not.to.contain(secret);
    const state = await one.ports.deciding.states.read(tenant, 'ApiKey', key.id);
    const history = await one.db.collection('journal').find({ tenant }).toArray();
    for (const shown of [state, await one.ports.keys.list(tenant, undefined, 9), history])
      expect(JSON.stringify(shown)).not.to.contain(parsed(text).digest).and.not.contain(secret);
  });

  it('end: revoked within a second, expired at once', async () => {
    const { key, text } = await make(['users.read'], { expiresAt: new Date(Date.now() + 60_000) });
    const { authenticate } = keyAccess(ports());
    expect(await authenticate(text)).not.to.equal(undefined);
    const later = () => new Date(Date.now() + 61_000);
    expect(await keyAccess(ports({ now: later })).authenticate(text), 'expired').to.equal(undefined);
    await revokeKey(one.ports, commission(), key.id, new Date());
    elapsed = 900;
    expect(await authenticate(text), 'revoked').to.equal(undefined);
    const again = await revokeKey(one.ports, commission(), key.id, new Date(0));
    expect(again.revokedAt?.getTime(), 'it stays as it was').to.be.above(0);
    const entries = await one.db.collection<JournalDocument>('journal').find({ tenant, kind: 'ApiKey' }).toArray();
    expect(entries.map(({ operation, connection }) => [operation, connection])).to.deep.equal([
      ['create', 'key:maker'],
      ['revise', 'key:maker'],
    ]);
    expect(await ending(revokeKey(one.ports, commission(), 'bogus', new Date()))).to.include({ rule: 'unknown' });
  });

  it('that are bound to a person allow no more than the person may now, and nothing without the person', async () => {
    const held = await role(['teams.read', 'teams.manage']);
    const ann = await person({
      grants: [
        { what: 'permission', id: 'users.read', origins: [{ by: 'hand' }] },
        { what: 'role', id: held, origins: [{ by: 'hand' }] },
      ],
    });
    const { text } = await make(['users.read', 'teams.read', 'roles.manage'], { person: ann });
    const actor = async () => (await keyAccess(ports()).authenticate(text))?.actor;
    const now = await actor();
    expect(now).to.deep.include({ name: `person:${ann}`, person: ann });
    expect([...(now?.permissions ?? [])]).to.have.members(['users.read', 'teams.read']);
    const set = (what: object) => one.db.collection<ResourceDocument>('resources').updateOne({ _id: ann }, what);
    await set({ $set: { 'person.primaryRole': 'primary-admin' } });
    expect([...((await actor())?.permissions ?? [])]).to.have.members(['users.read', 'teams.read', 'roles.manage']);
    await set({ $set: { 'person.status': 'deactivated' } });
    expect(await actor(), 'deactivated').to.equal(undefined);
    await one.db.collection<ResourceDocument>('resources').deleteOne({ _id: ann });
    expect(await actor(), 'removed').to.equal(undefined);
  });

  it('can do no more than who makes them, and act as nobody else', async () => {
    const [ann, bob] = [await person({}), await person({})];
    const maker = { person: ann, permissions: new Set<Permission>(['users.read', 'keys.manage']) };
    const making = (permissions: readonly Permission[], who?: string, by: Parameters<typeof makeKey>[2] = maker) =>
      ending(
        makeKey(one.ports, commission(), by, { label: 'x', permissions, ...(who !== undefined && { person: who }) }),
      );
    expect(await making(['users.read', 'roles.manage'])).to.deep.equal({
      rule: 'not-allowed',
      permission: 'roles.manage',
    });
    expect(await making(['users.read'], bob)).to.deep.equal({ rule: 'not-allowed', permission: 'admins.manage' });
    expect(await making(['users.read'], ann)).to.have.property('text');
    expect(await making(['users.read'])).to.have.property('text');
    expect(await making(['users.read'], bob, everything)).to.have.property('text');
    expect(await making([], 'nobody', everything)).to.deep.equal({ rule: 'unknown', type: 'User', id: 'nobody' });
  });

  it('are made, listed and ended by the operator, who has the machine', async () => {
    const named = `tenant ${made}`;
    const first = await createKey(one.ports, { tenant: named, label: 'all' });
    expect(first.permissions).to.deep.equal(everyPermission);
    expect(first).to.include({ state: 'live', madeBy: 'test', adminApiUrl: one.ports.adminApiUrl });
    const ann = await person({});
    const own = await createKey(one.ports, {
      tenant: named,
      label: 'own',
      permissions: ['users.read'],
      user: ann,
      days: 2,
    });
    expect(own).to.include({ person: ann });
    expect(Date.parse(own.expiresAt ?? '') - Date.parse(own.createdAt)).to.be.within(2 * 86_390_000, 2 * 86_400_000);
    expect((await keyAccess(ports()).authenticate(first.key))?.actor.key).to.equal(first.id);
    expect((await endKey(one.ports, { tenant: named, id: first.id })).state).to.equal('revoked');
    expect((await listKeys(one.ports, named)).map(({ id, state }) => [id, state])).to.have.deep.members([
      [first.id, 'revoked'],
      [own.id, 'live'],
    ]);
    const refused = async (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: unknown) => String(error),
      );
    expect(await ending(endKey(one.ports, { tenant: named, id: 'bogus' }))).to.include({ rule: 'unknown' });
    expect(await refused(createKey(one.ports, { tenant: named, label: 'x', user: 'bogus' }))).to.contain('no user');
    expect(await refused(createKey(one.ports, { tenant: named, label: 'x', days: 0 }))).to.contain('whole days');
    const permissions = ['users.read', 'bogus'];
    expect(await refused(createKey(one.ports, { tenant: named, label: 'x', permissions }))).to.contain('bogus');
  });
});
