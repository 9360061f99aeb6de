import { expect } from 'chai';
import { historyRoutes } from '../../../src/admin/api/routes/history.ts';
import type { Person } from '../../../src/domain/person.ts';
import { tenantId } from '../../../src/domain/tenants.ts';
import { connections } from '../../../src/storage/connections.ts';
import type { ResourceDocument } from '../../../src/storage/documents.ts';
import { history } from '../../../src/storage/history.ts';
import { keys } from '../../../src/storage/keys.ts';
import { tokens } from '../../../src/storage/tokens.ts';
import { openTestStore, type TestStore } from '../../storage/store.ts';
import { adminFront, type AdminAnswer, type AdminFront } from '../../support/adminFront.ts';
import { memberOf, moving, removing, renaming } from '../../support/changes.ts';

interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly query: Readonly<Record<string, unknown>>;
  readonly generatedAt: string;
  readonly count: number;
  readonly nextCursor?: string;
  readonly total?: number;
}

describe('The history in the admin API', function () {
  this.timeout(30_000);
  const tenant = tenantId('demo');
  let store: TestStore;
  let front: AdminFront;
  let group: string;
  let users: string[];
  let then: string;

  before(async () => {
    store = await openTestStore();
    const { db } = store;
    front = await adminFront(historyRoutes, {
      ...{ history: history(db), connections: connections(db), tokens: tokens(db), keys: keys(db) },
    });
    const states = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => store.user(tenant, name)));
    users = states.map(({ id }) => id).sort();
    const made = await store.group(
      tenant,
      'Sales',
      states.map(({ id }) => memberOf(id)),
    );
    group = made.id;
    await new Promise((resolve) => setTimeout(resolve, 5));
    then = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const [first] = states;
    if (!first) throw new Error('nobody');
    await store.commit(moving(tenant, made, { leaves: [first.id] }));
    await store.commit(renaming(first, 'renamed'));
  });
  after(async () => {
    await front.server.close();
    await store.close();
  });

  const pageOf = ({ status, json }: AdminAnswer): Page => {
    expect(status).to.equal(200);
    return json as unknown as Page;
  };
  const get = async (path: string): Promise<Page> => pageOf(await front.ask('GET', `/history${path}`));

  it('pages of members as of one instant, whoever comes or goes between them, and their number on the last', async () => {
    const path = `/groups/${group}/members`;
    const first = await get(`${path}?limit=2`);
    expect(first).to.include({ count: 2 }).and.to.not.have.property('total');
    const leaver = users.at(-1) ?? '';
    const joins = first.items.some(({ id }) => id === leaver) ? [] : [leaver];
    await store.commit(moving(tenant, await store.stateOf(tenant, 'Group', group), { leaves: joins }));
    const items = [...first.items];
    let last = first;
    while (last.nextCursor !== undefined) {
      last = await get(`${path}?limit=2&cursor=${last.nextCursor}`);
      items.push(...last.items);
      expect(last.generatedAt).to.equal(first.generatedAt);
      expect(last.query).to.deep.equal(first.query);
    }
    expect(last).to.include({ total: 4, count: 4 });
    expect(items).to.have.length(4);
    const before = await get(`${path}?at=${then}`);
    expect(before.items.map(({ id }) => id)).to.deep.equal(users);
    expect(before).to.include({ total: 5 });
    expect(before.query).to.deep.include({ at: then, group: { id: group, kind: 'Group', name: 'Sales' } });
    expect((await get(`${path}?at=2020-01-01`)).total).to.equal(0);
  });

  it('all rows, and how many they are, as CSV or as objects on lines, where Accept asks for them', async () => {
    const rows = (accept: string, more = '') =>
      front.ask('GET', `/history/groups/${group}/members?at=${then}${more}`, { headers: { accept } });
    const csv = await rows('text/csv');
    expect(csv.headers['content-type']).to.contain('text/csv');
    const lines = csv.text.split('\r\n');
    expect(lines[0]).to.equal('\uFEFFid,kind,name,since,until,via');
    expect(lines).to.have.length(8);
    expect(lines[6]).to.match(/^# count: 5,/);
    expect((await rows('text/csv', '&separator=%3B')).text).to.contain('\uFEFFid;kind;');
    const objects = (await rows('application/x-ndjson')).text.trimEnd().split('\n');
    expect(objects.map((line) => (JSON.parse(line) as { id?: string }).id)).to.deep.equal([...users, undefined]);
    expect(JSON.parse(objects.at(-1) ?? '')).to.include({ count: 5 });
    expect((await rows('*/*')).headers['content-type']).to.contain('application/json');
  });

  it('who held what, and who was an administrator', async () => {
    const [holder = ''] = users;
    const resources = store.db.collection<ResourceDocument>('resources');
    const state = await resources.findOne({ _id: group });
    if (!state) throw new Error('no group');
    const role = { ...state, _id: '8d0f7c9e-2a54-4c8e-9d8a-0f6f4d2f7b11', type: 'Role', name: 'R', key: 'Role:r' };
    await resources.insertOne(role);
    const person: Person = {
      ...{ status: 'active', primaryRole: 'user' },
      grants: [{ what: 'role', id: role._id, name: 'R', origins: [{ by: 'hand' }] }],
    };
    await resources.updateOne({ _id: holder }, { $set: { person, held: [`role:${role._id}`, 'admin'] } });
    const holders = await get(`/roles/${role._id}/members`);
    expect(holders.items).to.have.length(1);
    expect(holders.items[0]).to.deep.include({ id: holder, roles: ['R'], origins: [{ by: 'hand' }] });
    expect((await get('/administrators')).items.map(({ id }) => id)).to.deep.equal([holder]);
    expect((await get('/administrators?at=2020-01-01')).items).to.deep.equal([]);
  });

  it('lives and people, also of who is removed', async () => {
    const gone = await store.user(tenant, 'gone');
    await store.commit(removing(gone));
    const { items } = await get(`/users/${gone.id}/timeline?order=oldest&limit=1`);
    expect(items[0]).to.deep.include({ event: 'create', by: 'okta' });
    const [newest] = (await get(`/users/${gone.id}/timeline`)).items;
    expect(newest).to.include({ event: 'remove' });
    const was = await front.ask('GET', `/history/users/${gone.id}?at=${gone.created.toISOString()}`);
    expect(was.json).to.have.nested.property('state.name', 'gone');
    expect((await front.ask('GET', `/history/users/${gone.id}`)).json).to.not.have.property('state');
  });

  it('changes, accounts outside SCIM and tokens', async () => {
    const { items, total } = await get(`/changes?from=${then}&kind=User&limit=1`);
    expect(total).to.equal(undefined);
    expect(items).to.have.length(1);
    expect(items[0]).to.include({ kind: 'User', operation: 'revise', name: 'renamed' });
    expect((await get('/accounts-outside-scim')).items).to.deep.equal([]);
    expect((await get('/tokens')).items).to.deep.equal([]);
  });

  it('notes who read what', async () => {
    await front.ask('GET', `/history/groups/${group}/members?at=${then}`, { key: 'audit.read' });
    const { items } = await get('/changes?operation=read&by=key%3Aaudit.read');
    expect(items).to.have.length(1);
    expect(items[0]).to.deep.include({ kind: 'History', by: 'key:audit.read' });
    expect(JSON.stringify(items[0]?.['differences'])).to.contain(group).and.to.contain(then);
  });

  it('refuses what cannot be answered, and says where', async () => {
    const path = `/history/groups/${group}/members`;
    const paths = async (query: string) => {
      const { status, json } = await front.ask('GET', `${path}?${query}`);
      return [status, json?.['code'], (json?.['errors'] as { path: string }[] | undefined)?.[0]?.path];
    };
    for (const at of ['yesterday', '2026-02-30', '2026-03-01T10:00'])
      expect(await paths(`at=${at}`), at).to.deep.equal([400, 'invalid', '/query/at']);
    expect(await paths('cursor=bogus')).to.deep.equal([400, 'invalid', '/query/cursor']);
    const { nextCursor = '' } = await get(`/groups/${group}/members?limit=1`);
    expect(await paths(`cursor=${nextCursor}&at=${then}`)).to.deep.equal([400, 'invalid', '/query/cursor']);
    expect((await paths('at=2999-01-01')).slice(0, 2)).to.deep.equal([409, 'refused']);
    expect((await front.ask('GET', '/history/groups/nobody/members')).status).to.equal(404);
    expect((await front.ask('GET', '/history/changes?from=2026-02-01&to=2026-01-01')).status).to.equal(409);
    for (const { path: each } of historyRoutes)
      expect((await front.ask('GET', each.replace('{id}', group), { key: 'users.read,users.manage' })).status).to.equal(
        403,
      );
  });

  it('answers pages in a batch, whatever that is asked for', async () => {
    const items = [{ method: 'GET', path: `/history/groups/${group}/members?at=${then}` }];
    const { json } = await front.ask('POST', '/batch', { body: { items }, headers: { accept: 'text/csv' } });
    expect(json).to.have.nested.property('items[0].body.total', 5);
  });
});
