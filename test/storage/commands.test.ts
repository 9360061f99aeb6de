import { expect } from 'chai';
import type mongoose from 'mongoose';
import { protocolOver } from '../../src/protocol.ts';
import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/schema.ts';
import { testCaller } from '../support/callers.ts';
import { testRegistry } from '../support/schemas.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';
import type { Json, ScimRequest } from '../../src/scim/types.ts';
import { commandsSent } from './commandsSent.ts';

describe('Store commands per operation, one client alone', () => {
  let database: TestDatabase;
  let db: mongoose.Connection;
  let handle: ReturnType<typeof protocolOver>;
  let sent: string[];

  before(async () => {
    database = await freshDatabase();
    db = await connect(database.uri, { monitorCommands: true });
    await migrate(db);
    sent = commandsSent(db);
    handle = protocolOver(db, testRegistry(), 'http://127.0.0.1');
  });
  after(async () => {
    await db.close();
    await database.drop();
  });

  async function ask(method: ScimRequest['method'], path: string, body?: Json, query: Record<string, string> = {}) {
    sent.length = 0;
    const caller = testCaller({ deadline: Date.now() + 60_000 });
    const segments = path.split('/').slice(1);
    const answer = await handle({ method, path: segments, query, caller, ...(body !== undefined && { body }) });
    const { id, nextCursor = '' } = (answer.body ?? {}) as { id?: string; nextCursor?: string };
    return { id: String(id), nextCursor, status: answer.status, commands: [...sent] };
  }
  const patch = (path: string, ...operations: Json[]) => ask('PATCH', path, { Operations: operations });
  const adding = (...ids: string[]): Json => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });

  it('create: 3, state, journal and commit', async () => {
    const { status, commands } = await ask('POST', '/Users', {
      userName: 'create',
      emails: [{ value: 'a@b.example' }],
    });
    expect(status).to.equal(201);
    expect(commands).to.deep.equal(['insert resources', 'insert journal', 'commitTransaction 1']);
  });

  it('GET: 1, with the groups that a user is in', async () => {
    const { id } = await ask('POST', '/Users', { userName: 'read' });
    await ask('POST', '/Groups', { displayName: 'read', members: [{ value: id }] });
    const { status, commands } = await ask('GET', `/Users/${id}`);
    expect(status).to.equal(200);
    expect(commands).to.deep.equal(['aggregate resources']);
  });

  it('GET of a group: 2 with members, at one instant; 1 without', async () => {
    const { id } = await ask('POST', '/Groups', { displayName: 'members' });
    expect((await ask('GET', `/Groups/${id}`)).commands).to.deep.equal(['find resources', 'find edges']);
    const without = await ask('GET', `/Groups/${id}`, undefined, { excludedAttributes: 'members' });
    expect(without.commands).to.deep.equal(['find resources']);
  });

  it('list: 2, a third for a count, 1 by name, and an edge only where members or groups are shown', async () => {
    for (const [path, query, count] of [
      ['/Users', {}, 2],
      ['/Users', { count: '1' }, 2],
      ['/Users', { filter: 'userName eq "read"' }, 1],
      ['/Users', { filter: 'active eq true', count: '1' }, 3],
      ['/Users', { sortBy: 'name.familyName', count: '1' }, 3],
      ['/Groups', {}, 2],
      ['/Groups', { filter: 'displayName eq "members"' }, 2],
    ] as const) {
      const { status, commands } = await ask('GET', path, undefined, query);
      expect(status).to.equal(200);
      expect(commands, `${path} ${JSON.stringify(query)}: ${commands.join(', ')}`).to.have.lengthOf(count);
    }
    // With members, the group itself is read at their snapshot too, not together with what others look up.
    const named = await ask('GET', '/Groups', undefined, { filter: 'displayName eq "members"' });
    expect(named.commands).to.deep.equal(['aggregate resources', 'find edges']);
    const { commands } = await ask('GET', '/Groups', undefined, { excludedAttributes: 'members' });
    expect(commands.filter((command) => command.endsWith('edges'))).to.deep.equal([]);
  });

  it('a page by cursor: 1, the page with the total; 2 with members or groups, or with a filter', async () => {
    for (let at = 0; at < 3; at += 1) await ask('POST', '/Users', { userName: `cursor ${at}` });
    const crawled = { cursor: '', count: '1', excludedAttributes: 'groups' };
    // Once in a process the secret is read that cursors are sealed with.
    await ask('GET', '/Users', undefined, crawled);
    for (const sortBy of ['', 'id', 'userName', 'meta.lastModified']) {
      const query = { ...crawled, sortBy };
      const first = await ask('GET', '/Users', undefined, query);
      expect(first.commands, sortBy).to.deep.equal(['aggregate resources']);
      const { commands, status } = await ask('GET', '/Users', undefined, { ...query, cursor: first.nextCursor });
      expect([status, commands]).to.deep.equal([200, ['aggregate resources']]);
    }
    for (const path of ['/Users', '/Groups']) {
      const { commands } = await ask('GET', path, undefined, { cursor: '', count: '1' });
      expect(commands, `${path}: ${commands.join(', ')}`).to.have.lengthOf(2);
    }
    const whole = await ask('GET', '/Users', undefined, { ...crawled, count: '1000' });
    expect(whole.commands).to.deep.equal(['aggregate resources']);
    const found = await ask('GET', '/Users', undefined, {
      ...crawled,
      filter: 'userName sw "cursor"',
      sortBy: 'userName',
    });
    expect(found.commands).to.deep.equal(['aggregate resources', 'aggregate resources']);
  });

  it('a page of 100 with its groups and the total: 2, whatever lies behind it', async () => {
    const people = Array.from({ length: 120 }, (_, at) => ask('POST', '/Users', { userName: `page ${at}` }));
    const members = (await Promise.all(people)).map(({ id }) => ({ value: id }));
    await ask('POST', '/Groups', { displayName: 'page', members });
    const { commands } = await ask('GET', '/Users', undefined, { count: '100' });
    expect(commands).to.deep.equal(['aggregate resources', 'aggregate edges']);
  });

  it('PATCH of a user: 5, one read, state, history, journal and commit', async () => {
    const { id } = await ask('POST', '/Users', { userName: 'patch' });
    const { status, commands } = await patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
    expect(status).to.equal(200);
    expect(commands).to.deep.equal([
      'aggregate resources',
      'update resources',
      'insert history',
      'insert journal',
      'commitTransaction 1',
    ]);
  });

  it('PATCH that changes nothing: the read alone', async () => {
    const { id } = await ask('POST', '/Users', { userName: 'no-op' });
    expect((await patch(`/Users/${id}`, { op: 'replace', value: { active: true } })).commands).to.deep.equal([
      'aggregate resources',
    ]);
  });

  it('member add and member removal: 5, one read, versions, edge, journal and commit', async () => {
    const user = await ask('POST', '/Users', { userName: 'member' });
    const { id } = await ask('POST', '/Groups', { displayName: 'group' });
    const added = await patch(`/Groups/${id}`, adding(user.id));
    expect(added.status).to.equal(204);
    expect(added.commands).to.deep.equal([
      'aggregate resources',
      'update resources',
      'insert edges',
      'insert journal',
      'commitTransaction 1',
    ]);
    expect((await patch(`/Groups/${id}`, adding(user.id))).commands).to.deep.equal(['aggregate resources']);
    const removed = await patch(`/Groups/${id}`, { op: 'remove', path: `members[value eq "${user.id}"]` });
    expect(removed.commands).to.deep.equal([
      'aggregate resources',
      'update resources',
      'update edges',
      'insert journal',
      'commitTransaction 1',
    ]);
  });

  for (const n of [20, 80])
    it(`${n} member adds at once: 2 reads alone, then 3 commands a read and 4 a commit, however many share them`, async () => {
      const users: string[] = [];
      for (let at = 0; at < n; at += 1) users.push((await ask('POST', '/Users', { userName: `batch ${n} ${at}` })).id);
      const { id } = await ask('POST', '/Groups', { displayName: `batch ${n}` });
      sent.length = 0;
      const body = (user: string) => ({ Operations: [adding(user)] });
      const caller = testCaller({ deadline: Date.now() + 60_000 });
      await Promise.all(
        users.map((user) => handle({ method: 'PATCH', path: ['Groups', id], query: {}, caller, body: body(user) })),
      );
      const times = (command: string) => sent.filter((each) => each === command).length;
      const [alone, edges, commits] = [times('aggregate resources'), times('find edges'), times('commitTransaction 1')];
      expect(alone).to.equal(2);
      expect(times('find resources')).to.equal(2 * edges);
      expect(sent).to.have.lengthOf(alone + 3 * edges + 4 * commits);
      expect(edges + commits).to.be.at.most(8);
    });
});
