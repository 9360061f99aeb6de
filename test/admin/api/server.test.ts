import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { everyPermission } from '../../../src/domain/permissions.ts';
import type { JournalDocument } from '../../../src/storage/documents.ts';
import { clientOf } from '../../support/client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

async function asking(
  server: TestServer,
  key: string,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(server.adminApiUrl + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    json: text === '' ? {} : (JSON.parse(text) as Answer['json']),
  };
}

describe('The admin API of a server', function () {
  this.timeout(60_000);
  let server: TestServer;
  let tenant: string;
  let token: string;
  let key: string;

  before(async () => {
    server = await startTestServer();
    const world = await server.tenant();
    [tenant, token] = [world.tenantId, world.token];
    key = await server.adminKey(tenant);
  });
  after(() => server.stop());

  const ask = (method: string, path: string, body?: object, headers?: Record<string, string>) =>
    asking(server, key, method, path, body, headers);

  /** What a key that was good just now is answered a second after something was done. */
  async function aSecondAfter(text: string, done: () => Promise<unknown>): Promise<unknown> {
    expect((await asking(server, text, 'GET', '/me')).status).to.equal(200);
    await done();
    await sleep(1_000);
    return (await asking(server, text, 'GET', '/me')).json['code'];
  }

  it('says who asks, and what may be done', async () => {
    const { status, json } = await ask('GET', '/me');
    expect([status, json['tenant'], json['permissions']]).to.deep.equal([200, tenant, everyPermission]);
    expect(json['actor']).to.match(/^key:[\da-f-]{36}$/);
  });

  it('takes keys alone, as SCIM takes tokens alone', async () => {
    const refused = await asking(server, token, 'GET', '/me');
    expect([refused.status, refused.json['code']]).to.deep.equal([401, 'unknown-key']);
    const scim = clientOf([server.base], key);
    expect((await scim.request('GET', '/Users')).status).to.equal(401);
    scim.close();
  });

  it('makes keys with no more rights than their makers have, and revokes them within a second', async () => {
    const made = await ask('POST', '/keys', { label: 'small', permissions: ['keys.manage', 'settings.read'] });
    expect(made.status).to.equal(201);
    const { key: small, text } = made.json as { key: { id: string; madeBy: string }; text: string };
    expect(made.headers.get('location')).to.equal(`/admin/v1/keys/${small.id}`);
    expect(small.madeBy).to.equal((await ask('GET', '/me')).json['actor']);
    const more = await asking(server, text, 'POST', '/keys', { label: 'more', permissions: ['settings.manage'] });
    expect([more.status, more.json['code']]).to.deep.equal([403, 'not-allowed']);
    expect((await asking(server, text, 'PATCH', '/settings', {})).status).to.equal(403);
    expect((await asking(server, text, 'GET', '/settings')).status).to.equal(200);

    const shown = await ask('GET', `/keys/${small.id}`);
    expect(JSON.stringify(shown.json)).not.to.contain(text.slice(-70));
    expect(await aSecondAfter(text, () => ask('DELETE', `/keys/${small.id}`))).to.equal('unknown-key');
    expect((await ask('GET', `/keys/${small.id}`)).json['state']).to.equal('revoked');
  });

  it('lists keys page by page', async () => {
    for (const label of ['a', 'b', 'c']) await ask('POST', '/keys', { label, permissions: [] });
    const seen: string[] = [];
    let next: string | undefined = '/keys?limit=2';
    while (next !== undefined) {
      const { items, nextCursor } = (await ask('GET', next)).json as { items: { id: string }[]; nextCursor?: string };
      seen.push(...items.map(({ id }) => id));
      next = nextCursor && `/keys?limit=2&cursor=${nextCursor}`;
    }
    const all = (await ask('GET', '/keys')).json['items'] as { id: string }[];
    expect(seen).to.deep.equal(all.map(({ id }) => id));
    expect(seen).to.have.length.above(3);
  });

  it('lets a key of a person do nothing from when the person is deactivated by SCIM: within a second', async () => {
    const scim = clientOf([server.base], token);
    const ann = await scim.createUser('ann');
    const made = await ask('POST', '/keys', { label: 'hers', permissions: ['users.read'], person: ann });
    const text = String(made.json['text']);
    const me = await asking(server, text, 'GET', '/me');
    expect(me.json).to.deep.include({ actor: `person:${ann}`, person: ann, permissions: [] });
    const deactivate = () => scim.patch(`/Users/${ann}`, [{ op: 'replace', path: 'active', value: false }]);
    expect(await aSecondAfter(text, deactivate)).to.equal('unknown-key');
    scim.close();
  });

  it('changes settings at the version that is demanded, in the name of who asked', async () => {
    const before = await ask('GET', '/settings');
    expect([before.json['seatPolicy'], before.headers.get('etag')]).to.deep.equal(['reject', '"0"']);
    const changed = await ask('PATCH', '/settings', { seatPolicy: 'waitlist' }, { 'if-match': '"0"' });
    expect([changed.status, changed.json['seatPolicy'], changed.headers.get('etag')]).to.deep.equal([
      200,
      'waitlist',
      '"1"',
    ]);
    const late = await ask('PATCH', '/settings', { seatPolicy: 'reject' }, { 'if-match': '"0"' });
    expect([late.status, late.json['code']]).to.deep.equal([412, 'changed']);
    const french = await ask('PATCH', '/settings', { defaultLanguage: 'de-DE' }, { 'accept-language': 'fr' });
    expect([french.status, french.json['code']]).to.deep.equal([409, 'refused']);
    expect(french.json['detail']).to.contain('langues');
    for (const timezone of ['Mars/Olympus', ''])
      expect((await ask('PATCH', '/settings', { timezone })).json['code'], timezone).to.equal('invalid');
    const journal = server.db.collection<JournalDocument>('journal');
    const entry = await journal.findOne({ tenant: changed.json['tenant'] ?? tenant, kind: 'Settings' } as object);
    expect(entry?.connection).to.equal((await ask('GET', '/me')).json['actor']);
    expect(entry?.request).to.equal(changed.headers.get('x-request-id'));
  });

  it('shows its document and a page without a key', async () => {
    const document = await fetch(`${server.adminApiUrl}/openapi.json`);
    expect(((await document.json()) as { servers: unknown }).servers).to.deep.equal([{ url: server.adminApiUrl }]);
    expect((await fetch(`${server.adminApiUrl}/docs/`)).status).to.equal(200);
  });
});

describe('The admin API of a server with a limit of the rate', function () {
  this.timeout(60_000);

  it('has each key wait that asks too much, and a batch pay for its items', async () => {
    const server = await startTestServer({ SCIM_RATE_LIMIT: '1' });
    try {
      const { tenantId } = await server.tenant();
      const key = await server.adminKey(tenantId);
      const items = Array.from({ length: 1_000 }, () => ({ method: 'GET', path: '/me' }));
      const batches = [1, 2, 3].map(() => asking(server, key, 'POST', '/batch', { items }));
      const answers = await Promise.all(batches);
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.json['code']).to.equal('too-many-requests');
      expect(Number(refused?.headers.get('retry-after'))).to.be.above(0);
      const other = await server.adminKey(tenantId);
      expect((await asking(server, other, 'GET', '/me')).status).to.equal(200);
    } finally {
      await server.stop();
    }
  });
});
