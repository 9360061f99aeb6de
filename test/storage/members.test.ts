import { expect } from 'chai';
import type { TenantId } from '../../src/domain/tenants.ts';
import type { Members } from '../../src/provisioning/ports.ts';
import { directory } from '../../src/storage/directory.ts';
import { fillGroup } from '../support/largeGroups.ts';
import { testType } from '../support/schemas.ts';
import { memberOf, moving, removing } from '../support/changes.ts';
import { openTestStore, type TestStore } from './store.ts';

describe('The members of groups, as they are read', function () {
  this.timeout(30_000);
  let store: TestStore;
  let tenant: TenantId;
  before(async () => {
    store = await openTestStore();
  });
  after(() => store.close());
  beforeEach(() => {
    tenant = store.tenant();
  });

  const search = () => directory(store.db);
  const client = () => store.db.getClient() as unknown as { readonly s: { readonly activeSessions: Set<unknown> } };
  /** Sessions that somebody has not given back. */
  const sessions = () => client().s.activeSessions.size;

  async function gathered(members: Members | undefined): Promise<string[]> {
    const ids: string[] = [];
    if (members === undefined) return ids;
    if (Symbol.asyncIterator in members) for await (const chunk of members) ids.push(...chunk.map(({ id }) => id));
    else ids.push(...members.map(({ id }) => id));
    return ids;
  }

  async function large(size: number): Promise<string> {
    const { id } = await store.group(tenant);
    await fillGroup(store.db.getClient().db(), tenant, id, size);
    return id;
  }

  for (const size of [0, 1, 999, 1_000, 1_001, 2_500])
    it(`each of ${size} is read once, in order`, async () => {
      const found = await search().readWithMembers(tenant, await large(size));
      const ids = await gathered(found?.members);
      expect(new Set(ids).size).to.equal(size);
      expect(ids).to.deep.equal(ids.toSorted());
    });

  it('are those of the instant of the version, however late they are asked for', async () => {
    const id = await large(2_500);
    const found = await search().readWithMembers(tenant, id);
    const group = await store.stateOf(tenant, 'Group', id);
    await store.commit(moving(tenant, group, { reset: true, joins: [memberOf((await store.user(tenant)).id)] }));
    expect(found?.state.version).to.equal(1);
    expect(await gathered(found?.members)).to.have.lengthOf(2_500);
    expect(await gathered((await search().readWithMembers(tenant, id))?.members)).to.have.lengthOf(1);
    await store.commit(removing(await store.stateOf(tenant, 'Group', id)));
    expect(await search().readWithMembers(tenant, id)).to.equal(undefined);
  });

  it('hold nothing open where nobody asks for them, or stops in the middle', async () => {
    const id = await large(2_500);
    const before = sessions();
    await search().readWithMembers(tenant, id);
    expect(sessions()).to.equal(before);
    const found = await search().readWithMembers(tenant, id);
    const chunks = (found?.members as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    await chunks.next();
    await chunks.next();
    expect(sessions()).to.equal(before + 1);
    await chunks.return?.();
    expect(sessions()).to.equal(before);
  });

  it('of a page of large groups come one group after the other, and hold nothing open otherwise', async () => {
    const ids = [await large(6_000), await large(5_000), await large(0)];
    const before = sessions();
    const found = await search().query({ tenant, connection: 'okta' }, testType('Group'), {
      startIndex: 1,
      count: 10,
      wanted: { members: true, groups: false },
    });
    expect(sessions()).to.equal(before);
    const sizes = await Promise.all(ids.map(async (id) => (await gathered(found.members.get(id))).length));
    expect(sizes).to.deep.equal([6_000, 5_000, 0]);
    expect(sessions()).to.equal(before);
  });

  it('of a kind are told up to a limit', async () => {
    const [inner, user] = [await store.group(tenant), await store.user(tenant)];
    const group = await store.group(tenant, undefined, [memberOf(inner.id, 'Group'), memberOf(user.id)]);
    expect(await search().memberIds(tenant, group, 'User', 1)).to.deep.equal([user.id]);
    expect(await search().memberIds(tenant, { ...group, generation: 2 }, 'User', 1)).to.deep.equal([]);
    const refused = await search()
      .memberIds(tenant, group, 'Group', 0)
      .catch((error: unknown) => error);
    expect(refused).to.have.property('message', 'too-many-matches');
  });
});
