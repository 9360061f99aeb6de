import { expect } from 'chai';
import { protocolOver } from '../../src/protocol.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { closeOldEdges, type ClosingDocument } from '../../src/storage/closings.ts';
import { keyOf, type EdgeDocument, type ResourceDocument } from '../../src/storage/documents.ts';
import { testCaller } from '../support/callers.ts';
import { testRegistry } from '../support/schemas.ts';
import { openTestStore, type TestStore } from './store.ts';
import type { Json, ScimRequest } from '../../src/scim/types.ts';

const size = 12_000;

describe('A crowd that joins at once', function () {
  this.timeout(120_000);
  let store: TestStore;
  let handle: ReturnType<typeof protocolOver>;
  let tenant: TenantId;
  let users: string[];

  before(async () => {
    store = await openTestStore();
    handle = protocolOver(store.db, testRegistry(), 'http://127.0.0.1');
  });
  after(() => store.close());
  beforeEach(async () => {
    tenant = store.tenant();
    users = await people(size);
  });

  /** So many users, past the server. */
  async function people(count: number): Promise<string[]> {
    const { id } = await store.user(tenant);
    const resources = store.db.collection<ResourceDocument>('resources');
    const template = await resources.findOne({ _id: id });
    if (!template) throw new Error('no user');
    const copies = Array.from({ length: count }, (_, at) => {
      const name = `copy ${at}`;
      return { ...template, _id: `${id.slice(0, 24)}${String(at).padStart(12, '0')}`, name, key: keyOf('User', name) };
    });
    await resources.insertMany(copies);
    return copies.map((copy) => copy._id);
  }

  async function ask(method: ScimRequest['method'], path: string[], members?: readonly string[]) {
    const body: Json = { displayName: 'crowd', members: (members ?? []).map((value) => ({ value })) };
    const caller = testCaller({ tenant, deadline: Date.now() + 60_000 });
    const query = { excludedAttributes: 'members' };
    const answer = await handle({ method, path, query, caller, ...(members && { body }) });
    return { status: answer.status, id: String((answer.body as { id?: string } | undefined)?.id) };
  }

  const edgesOf = (group: string) => store.db.collection<EdgeDocument>('edges').find({ tenant, group });

  it('is in as a whole, and each edge begins when the group did', async () => {
    const { id, status } = await ask('POST', ['Groups'], users);
    expect(status).to.equal(201);
    expect(await store.members(tenant, id)).to.have.length(size);
    await closeOldEdges(store.db, tenant, () => true);
    const { created } = await store.stateOf(tenant, 'Group', id);
    for await (const edge of edgesOf(id)) {
      expect(edge.from).to.deep.equal(created);
      expect(edge).not.to.have.property('staged');
    }
    expect(await store.db.collection('closings').countDocuments({ tenant })).to.equal(0);
  });

  it('takes the place of another crowd at one instant', async () => {
    const { id } = await ask('POST', ['Groups'], users.slice(0, 11_000));
    const others = users.slice(11_000);
    expect((await ask('PUT', ['Groups', id], others)).status).to.equal(200);
    expect(await store.members(tenant, id)).to.have.members(others);
    expect((await ask('PUT', ['Groups', id], users)).status).to.equal(200);
    await closeOldEdges(store.db, tenant, () => true);
    const { modified } = await store.stateOf(tenant, 'Group', id);
    const [ended, begun] = [new Set<number>(), new Set<number>()];
    for await (const { to, from } of edgesOf(id)) {
      if (to) ended.add(to.getTime());
      else begun.add(from.getTime());
    }
    expect([...ended]).to.include(modified.getTime());
    expect([...begun]).to.include(modified.getTime());
  });

  it('leaves no orphan of those who are removed meanwhile', async () => {
    const going = users.slice(0, 40);
    const [made] = await Promise.all([
      ask('POST', ['Groups'], users),
      ...going.map(async (user, at) => {
        await new Promise((resolve) => setTimeout(resolve, at * 25));
        expect((await ask('DELETE', ['Users', user])).status).to.equal(204);
      }),
    ]);
    expect(made.status).to.equal(201);
    const members = await store.members(tenant, made.id);
    expect(members).to.have.length(size - going.length);
    expect(members).not.to.include.members(going.slice(0, 1));
  });

  it('that nobody took up is taken away, and one that is being taken up is left', async () => {
    const { id, generation } = await store.group(tenant);
    const staged = generation + 7;
    const edge = {
      tenant,
      group: id,
      generation: staged,
      member: users[0] ?? '',
      type: 'User' as const,
      from: new Date(),
    };
    const note = { tenant, group: id, staged };
    await store.db.collection('edges').insertOne({ ...edge, live: true, staged: true });
    await store.db.collection('closings').insertOne({ ...note, at: new Date(Date.now() + 60_000) });
    await closeOldEdges(store.db, tenant, () => true);
    expect(await edgesOf(id).toArray()).to.have.length(1);
    await store.db
      .collection<ClosingDocument>('closings')
      .updateOne({ tenant, group: id }, { $set: { at: new Date(0) } });
    await closeOldEdges(store.db, tenant, () => true);
    expect(await edgesOf(id).toArray()).to.deep.equal([]);
    expect(await store.db.collection('closings').countDocuments({ tenant })).to.equal(0);
  });
});
