import { expect } from 'chai';
import { extraRoutes } from '../../../src/admin/api/routes/extra.ts';
import { integrationRoutes } from '../../../src/admin/api/routes/integrations.ts';
import { accessRoutes } from '../../../src/admin/api/routes/userAccess.ts';
import { removalRoutes } from '../../../src/admin/api/routes/userRemoval.ts';
import { rightsRoutes } from '../../../src/admin/api/routes/userRights.ts';
import { userRoutes } from '../../../src/admin/api/routes/users.ts';
import { directRoutes } from '../../../src/admin/api/routes/usersDirect.ts';
import { faultsOf } from '../../../src/admin/api/validate.ts';
import { tenantId } from '../../../src/domain/tenants.ts';
import { listsOver } from '../../../src/protocol.ts';
import { connections } from '../../../src/storage/connections.ts';
import { creditLedger } from '../../../src/storage/creditLedger.ts';
import { holders } from '../../../src/storage/holders.ts';
import { adminFront, type AdminFront } from '../../support/adminFront.ts';
import { openOrganization, type Organization } from './organization.ts';

const routes = [
  ...userRoutes,
  ...directRoutes,
  ...accessRoutes,
  ...removalRoutes,
  ...rightsRoutes,
  ...extraRoutes,
  ...integrationRoutes,
];
const password = 'correct horse battery staple';

describe('Users, over the admin API', function () {
  this.timeout(60_000);
  let org: Organization;
  let front: AdminFront;
  before(async () => {
    org = await openOrganization();
    org.begin({}, tenantId('demo'));
    const { db } = org.store;
    front = await adminFront(routes, {
      ...org.ports,
      lists: listsOver(db),
      holders: holders(db),
      creditLedger: creditLedger(db),
      connections: connections(db),
    });
  });
  after(async () => {
    await front.server.close();
    await org.close();
  });

  type Json = Readonly<Record<string, unknown>>;
  const ask = async (method: string, path: string, body?: unknown, options: Json = {}) => {
    const answer = await front.ask(method, path, { body, ...options });
    return { ...answer, json: answer.json ?? {}, code: answer.json?.['code'] };
  };
  const made = async (userName: string, more: Json = {}): Promise<string> => {
    const { json, status } = await ask('POST', '/users', { userName, ...more });
    expect(status, JSON.stringify(json)).to.equal(201);
    return String(json['id']);
  };
  /** Asks for the next page, if there is one. */
  const cursorOf = ({ nextCursor }: Json & { readonly nextCursor?: unknown }): string =>
    typeof nextCursor === 'string' ? `&cursor=${encodeURIComponent(nextCursor)}` : '';
  /** What the route says that it answers with that status. */
  const fits = (method: string, path: string, status: 200 | 201, body: unknown) => {
    const schema = routes.find((route) => route.method === method && route.path === path)?.answers[status]?.schema;
    expect(schema && faultsOf(schema)(body), `${method} ${path}`).to.deep.equal([]);
  };

  it('are created, shown and changed as the routes say', async () => {
    await org.entity('Acme');
    await org.pool('premium', 5);
    const said = {
      userName: 'alice@example.com',
      givenName: 'Alice',
      familyName: 'Martin',
      license: 'premium',
      entities: [{ entity: 'Acme', role: 'Approver' }],
    };
    const creation = await ask('POST', '/users', said);
    const id = String(creation.json['id']);
    expect([creation.status, creation.headers.etag, creation.headers.location]).to.deep.equal([
      201,
      '"1"',
      `/admin/v1/users/${id}`,
    ]);
    fits('POST', '/users', 201, creation.json);
    const read = await ask('GET', `/users/${id}`);
    expect(read.json).to.deep.equal(creation.json);
    const etag = { headers: { 'if-match': '"1"' } };
    const change = await ask('PATCH', `/users/${id}`, { title: 'Rep', givenName: null, license: null }, etag);
    expect([change.status, change.headers.etag, change.json['licenses']]).to.deep.equal([200, '"2"', []]);
    expect(change.json).to.include({ title: 'Rep' }).and.not.to.have.property('givenName');
    fits('PATCH', '/users/{id}', 200, change.json);
    const late = await ask('PATCH', `/users/${id}`, { title: 'Lead' }, etag);
    expect([late.status, late.code]).to.deep.equal([412, 'changed']);
    expect((await ask('PATCH', `/users/${id}`, {})).code).to.equal('invalid');
    expect((await ask('PATCH', `/users/${id}`, { status: 'active' })).code).to.equal('invalid');
    expect((await ask('GET', '/users/nobody')).status).to.equal(404);
  });

  it('“You can see: name and email, primary role, status, which entities they belong to”', async () => {
    const entity = await org.entity('Listed');
    const [invited, prepared, admin, off] = [
      await made('invited@listed.example', { entities: [{ entity: 'Listed', role: 'Clerk' }] }),
      await made('prepared@listed.example', { begins: 'prepared' }),
      await made('admin@listed.example', { primaryRole: 'admin' }),
      await made('off@listed.example'),
    ];
    await ask('POST', `/users/${off}/deactivate`);
    const only = `filter=${encodeURIComponent('userName ew "@listed.example"')}`;
    const listed = async (more: string) => {
      const { json, status } = await ask('GET', `/users?${only}&${more}`);
      expect(status, JSON.stringify(json)).to.equal(200);
      fits('GET', '/users', 200, json);
      return json['items'] as { id: string; entities: unknown; email: string }[];
    };
    const ids = async (more: string) => (await listed(more)).map(({ id }) => id);
    expect(await ids('sort=userName')).to.deep.equal([admin, invited, off, prepared]);
    expect(await ids('sort=-userName')).to.deep.equal([prepared, off, invited, admin]);
    expect(await ids('status=invited&sort=userName')).to.deep.equal([admin, invited]);
    expect(await ids('status=prepared')).to.deep.equal([prepared]);
    expect(await ids('status=deactivated')).to.deep.equal([off]);
    expect(await ids('status=active')).to.deep.equal([]);
    expect(await ids('primaryRole=admin')).to.deep.equal([admin]);
    expect(await ids('primaryRole=user&status=invited')).to.deep.equal([invited]);
    expect(await ids('entity=Listed')).to.deep.equal([invited]);
    const [shown] = await listed(`entity=${entity}`);
    expect(shown).to.deep.include({
      email: 'invited@listed.example',
      entities: [{ id: entity, name: 'Listed', role: 'Clerk' }],
    });
    expect((await ask('GET', '/users?role=nothing')).status).to.equal(404);
    // By one thing alone they are found without looking at the others, who are of the same mind.
    const prep = await ask('GET', '/users?status=prepared&limit=1');
    expect(prep.json).to.deep.include({ total: 1 }).and.not.to.have.property('nextCursor');
    const first = await ask('GET', '/users?status=invited&limit=1');
    const second = await ask('GET', `/users?status=invited${cursorOf(first.json)}`);
    const found = [first, second].flatMap(({ json }) => (json['items'] as { id: string }[]).map(({ id }) => id));
    expect(found).to.include.members([invited, admin]).and.to.have.length(Number(first.json['total']));
    expect((await ask('GET', '/users?primaryRole=admin&cursor=x')).code).to.equal('invalid');
    // By cursor: each once, in the order that was asked for.
    const pages: string[] = [];
    let cursor = '';
    do {
      const { json } = await ask('GET', `/users?${only}&sort=userName&limit=1${cursor}`);
      pages.push(...(json['items'] as { id: string }[]).map(({ id }) => id));
      cursor = cursorOf(json);
    } while (cursor !== '');
    expect(pages).to.deep.equal([admin, invited, off, prepared]);
  });

  it('are created directly, and shown for the record, also as CSV, without their passwords', async () => {
    await org.role('=Seller', ['calls.access']);
    const users = [
      { userName: 'direct1@example.com', givenName: 'Ann', password, roles: ['=Seller'] },
      { userName: '+33611111111', displayName: 'Bob', password },
    ];
    const csv = await front.ask('POST', '/users/direct', { body: { users }, headers: { accept: 'text/csv' } });
    const rows = csv.text.split('\r\n');
    expect([csv.status, rows[0]]).to.deep.equal([
      200,
      'id,userName,displayName,primaryRole,roles,licenses,teams,status',
    ]);
    expect(rows[1]).to.match(/^[\w-]+,direct1@example\.com,Ann,user,'=Seller,,,active$/);
    expect(rows).to.have.length(4);
    expect(csv.text).not.to.contain(password);
    const again = await front.ask('POST', '/users/direct', { body: { users } });
    expect([again.status, again.json?.['code']]).to.deep.equal([409, 'name-taken']);
    const third = [{ userName: 'direct3@example.com', password }];
    const lines = await front.ask('POST', '/users/direct', { body: { users: third } });
    fits('POST', '/users/direct', 200, JSON.parse(lines.text));
    const six = Array.from({ length: 6 }, (_, at) => ({ userName: `six${String(at)}@example.com`, password }));
    expect((await ask('POST', '/users/direct', { users: six })).code).to.equal('invalid');
    const short = [{ userName: 'short@example.com', password: 'short' }];
    expect((await ask('POST', '/users/direct', { users: short })).code).to.equal('invalid');
  });

  it('have their access managed “without the need for user permission”', async () => {
    await org.entity('Access');
    const id = await made('access@example.com');
    const act = async (method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => {
      const { status, json } = await ask(method, `/users/${id}${path}`, body);
      expect(status, `${path} ${JSON.stringify(json)}`).to.equal(200);
      return json;
    };
    expect(await act('PUT', '/password', { password })).to.have.property('sessionsSince');
    expect(await org.password(id)).to.match(/^\$argon2id\$/);
    await act('DELETE', '/credentials');
    expect(await org.password(id)).to.equal(undefined);
    await act('POST', '/end-sessions');
    expect((await act('POST', '/deactivate'))['status']).to.equal('deactivated');
    expect((await act('POST', '/reactivate'))['status']).to.equal('invited');
    expect((await act('PUT', '/entities/Access', { role: 'Clerk' }))['entities']).to.have.length(1);
    expect((await act('DELETE', '/entities/Access'))['entities']).to.deep.equal([]);
    const denied = await ask('PUT', `/users/${id}/entities/Access`, { role: 'Clerk' }, { key: 'users.manage' });
    expect([denied.status, denied.code]).to.deep.equal([403, 'not-allowed']);
  });

  it('are out of reach as administrators, whichever route is asked', async () => {
    const id = await made('boss@example.com', { primaryRole: 'admin' });
    const asks = [
      ['PATCH', '', { title: 'x' }],
      ['PUT', '/extra', { Badge: '1' }],
      ['PUT', '/integrations/salesforce', { value: 'S1' }],
      ['DELETE', '/integrations/salesforce', undefined],
      ['PUT', '/password', { password }],
      ['DELETE', '/credentials', undefined],
      ['POST', '/end-sessions', undefined],
      ['POST', '/deactivate', undefined],
      ['DELETE', '', undefined],
    ] as const;
    for (const [method, path, body] of asks) {
      const { status, code } = await ask(method, `/users/${id}${path}`, body, { key: 'users.manage' });
      expect([status, code], `${method} ${path}`).to.deep.equal([403, 'administrator-out-of-reach']);
    }
    expect((await ask('PUT', `/users/${id}/extra`, { Badge: '1' })).status).to.equal(200);
    expect((await ask('PUT', '/users/nobody/extra', {})).status).to.equal(404);
  });

  it('are removed once the effects were told and confirmed: “Confirm the removal.”', async () => {
    const id = await made('gone@example.com');
    const dry = await ask('DELETE', `/users/${id}`);
    fits('DELETE', '/users/{id}', 200, dry.json);
    expect(dry.json['dryRun']).to.deep.include({ user: { id, userName: 'gone@example.com' }, teams: [] });
    const team = await org.team('Late');
    await ask('PATCH', `/users/${id}`, { teams: [team.id] });
    const confirm = (token: unknown) => ask('DELETE', `/users/${id}?confirmation=${encodeURIComponent(String(token))}`);
    expect((await confirm(dry.json['confirmation'])).code).to.equal('confirmation-outdated');
    const again = await ask('DELETE', `/users/${id}`);
    expect((await confirm(again.json['confirmation'])).status).to.equal(204);
    expect((await ask('GET', `/users/${id}`)).status).to.equal(404);
  });

  it('tell why they may do what they may', async () => {
    const id = await made('why@example.com', { permissions: ['audit.read'] });
    const all = await ask('GET', `/users/${id}/explain`, undefined, { headers: { 'accept-language': 'fr' } });
    fits('GET', '/users/{id}/explain', 200, all.json);
    const [one] = all.json['items'] as { permission: string; status: string; why: string }[];
    expect(one).to.include({ permission: 'audit.read', status: 'invited' });
    expect(one?.why).to.contain('n’a aucun droit').and.to.contain('invité');
    const none = await ask('GET', `/users/${id}/explain?permission=keys.manage`);
    expect(none.json['items']).to.have.length(1);
    expect((await ask('GET', `/users/${id}/explain?permission=bogus`)).code).to.equal('invalid');
  });

  it('appoint the first Primary Admin, once', async () => {
    const first = await ask('POST', '/primary-admin', { userName: 'root@example.com', password });
    expect([first.status, first.json['primaryRole']]).to.deep.equal([201, 'primary-admin']);
    const second = await ask('POST', '/primary-admin', { userName: 'other@example.com' });
    expect([second.status, second.code]).to.deep.equal([409, 'refused']);
    const removal = await ask('DELETE', `/users/${String(first.json['id'])}`);
    expect([removal.status, removal.code]).to.deep.equal([409, 'last-primary-admin']);
  });

  it('come in batches of a thousand, each with a result of its own: seats are given as long as there are some', async () => {
    const pool = await org.pool('batch', 600);
    const before = await org.users();
    const items = Array.from({ length: 1_000 }, (_, at) => ({
      method: 'POST',
      path: '/users',
      body: { userName: `batch${String(at)}@example.com`, license: 'batch', begins: 'prepared' },
    }));
    const { status, json } = await ask('POST', '/batch', { items });
    expect(status).to.equal(200);
    const results = json['items'] as { status: number; problem?: { code: string } }[];
    const codes = results.map((result) => result.problem?.code ?? String(result.status));
    expect(codes).to.have.length(1_000);
    expect(codes.filter((code) => code === '201')).to.have.length(600);
    expect(codes.filter((code) => code === 'seats-exhausted')).to.have.length(400);
    expect([await org.users(), await org.seats(pool)]).to.deep.equal([before + 600, 600]);
  });
});
