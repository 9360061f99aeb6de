import { expect } from 'chai';
import type { Asked, Lists } from '../../src/domain/lists.ts';
import { DomainError } from '../../src/domain/errors.ts';
import { projected } from '../../src/domain/projection.ts';
import type { Person } from '../../src/domain/person.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { listsOver } from '../../src/protocol.ts';
import { holders } from '../../src/storage/holders.ts';
import { creating, newState } from '../support/changes.ts';
import { openTestStore, type TestStore } from './store.ts';

const names = ['Ann', 'bob', 'Carl', 'dora', 'Emil'];
const role = 'c0ffee00-0000-4000-8000-000000000001';

const origins = [{ by: 'hand' }] as const;
const waiting = { what: 'license', id: 'premium', origins, waiting: '2026-11-23T12:00:00Z' } as const;

/** Of five people the second and the fourth hold a role, and these wait for a license. */
const personAt = (at: number): Person => ({
  status: 'active',
  primaryRole: 'user',
  grants: at % 2 === 0 ? [] : [{ what: 'role', id: role, name: 'Telephony', origins }, waiting],
});

describe('Lists for who administers', function () {
  this.timeout(30_000);
  let store: TestStore;
  let tenant: TenantId;
  let lists: Lists;

  before(async () => {
    store = await openTestStore();
    lists = listsOver(store.db);
    tenant = store.tenant();
    for (const [at, name] of names.entries()) {
      const state = newState(tenant, 'User', name, new Date());
      const person = personAt(at);
      const change = creating({ ...state, attributes: projected(state.attributes, person) });
      await store.commit({ ...change, ...(change.creates && { creates: { ...change.creates, person } }) });
    }
    await store.user(store.tenant(), 'Foreign');
  });
  after(() => store.close());

  /** The names on every page. */
  const all = async (kind: string, asked: Asked): Promise<string[][]> => {
    const page = await lists(tenant, kind, asked);
    const shown = page.items.map(({ name }) => name);
    return page.next === undefined ? [shown] : [shown, ...(await all(kind, { ...asked, cursor: page.next }))];
  };
  const refusal = async (kind: string, asked: Partial<Asked>): Promise<unknown> => {
    try {
      await lists(tenant, kind, { limit: 10, ...asked });
    } catch (error) {
      return error instanceof DomainError ? error.violation : error;
    }
    return 'none';
  };

  it('are read page by page, in the order that is asked for, each of the tenant once', async () => {
    expect(await all('User', { sort: 'userName', limit: 2 })).to.deep.equal([
      ['Ann', 'bob'],
      ['Carl', 'dora'],
      ['Emil'],
    ]);
    const backwards = { sort: 'meta.created', sortOrder: 'descending', limit: 5 } as const;
    expect(await all('User', backwards)).to.deep.equal([names.toReversed()]);
    expect((await all('User', { limit: 3 })).flat()).to.have.members(names);
    expect((await lists(tenant, 'User', { limit: 1 })).total).to.equal(5);
  });

  it('find by what schemas name, an attribute of an extension by its name alone too', async () => {
    const asked = { filter: 'state eq "waiting" and userName sw "D"', limit: 10 };
    expect(await all('User', asked)).to.deep.equal([['dora']]);
    expect(
      await all('User', { sort: 'state', sortOrder: 'descending', filter: 'userName sw "d"', limit: 9 }),
    ).to.deep.equal([['dora']]);
    expect(await all('User', { filter: 'roles.display eq "telephony"', sort: 'userName', limit: 10 })).to.deep.equal([
      ['bob', 'dora'],
    ]);
  });

  it('go on behind the last one, whoever came before it meanwhile', async () => {
    const asked = { sort: 'userName', limit: 2 };
    const first = await lists(tenant, 'User', asked);
    const late = await store.user(tenant, 'Aaron');
    const second = await lists(tenant, 'User', { ...asked, cursor: first.next });
    expect(second.items.map(({ name }) => name)).to.deep.equal(['Carl', 'dora']);
    await store.commit({
      tenant,
      removes: { state: late, leaves: [], edges: 0 },
      relies: [],
      entry: { ...creating(late).entry, operation: 'remove' },
    });
  });

  it('tell the groups of those on a page where they are asked for', async () => {
    const [ann] = (await lists(tenant, 'User', { filter: 'userName eq "ann"', limit: 1 })).items;
    const group = await store.group(tenant, 'Sales', ann ? [{ id: ann.id, kind: 'User' }] : []);
    const page = await lists(tenant, 'User', { sort: 'userName', limit: 2, with: 'memberships' });
    expect(page.memberships.get(ann?.id ?? '')).to.deep.equal([{ group: group.id, name: 'Sales', how: 'direct' }]);
    expect((await lists(tenant, 'User', { limit: 2 })).memberships.size).to.equal(0);
  });

  it('serve kinds that SCIM does not serve', async () => {
    for (const name of ['+33611111111', '+33622222222']) {
      const state = newState(tenant, 'Number', name, new Date());
      await store.commit(
        creating({ ...state, attributes: { name, type: name.endsWith('1') ? 'mobile' : 'landline' } }),
      );
    }
    expect(await all('Number', { filter: 'type eq "mobile"', limit: 10 })).to.deep.equal([['+33611111111']]);
  });

  it('say what is wrong with what is asked', async () => {
    expect(await refusal('User', { filter: 'nonsense eq 1' })).to.deep.equal({
      rule: 'invalid',
      attribute: 'filter',
      why: "'nonsense' is not an attribute",
    });
    expect(await refusal('User', { filter: 'password pr' })).to.deep.include({ rule: 'invalid', attribute: 'filter' });
    expect(await refusal('User', { sort: 'nonsense' })).to.deep.equal({
      rule: 'invalid',
      attribute: 'sort',
      why: "'sort' must name an attribute, which 'nonsense' is not",
    });
    expect(await refusal('User', { cursor: 'forged' })).to.deep.include({ rule: 'invalid', attribute: 'cursor' });
    expect(await refusal('Nothing', {})).to.deep.equal({ rule: 'schema-withdrawn', schema: 'Nothing' });
    const { next } = await lists(tenant, 'User', { limit: 2 });
    expect(await refusal('User', { limit: 3, cursor: next })).to.deep.include({ rule: 'invalid', attribute: 'limit' });
    const others = { limit: 2, cursor: next, sort: 'userName' };
    expect(await refusal('User', others)).to.deep.include({ rule: 'invalid', attribute: 'cursor' });
  });

  it('find who holds something by an index, in pages', async () => {
    const { page, count } = holders(store.db);
    expect(await count(tenant, `role:${role}`)).to.equal(2);
    const first = await page(tenant, `role:${role}`, undefined, 1);
    const second = await page(tenant, `role:${role}`, first[0]?.id, 5);
    expect([...first, ...second].map(({ name }) => name)).to.have.members(['bob', 'dora']);
    expect(await page(store.tenant(), `role:${role}`, undefined, 5)).to.deep.equal([]);
    const plan = await store.db
      .collection('resources')
      .find({ tenant, held: `role:${role}` })
      .sort({ _id: 1 })
      .explain('executionStats');
    expect(plan).to.have.nested.property('executionStats.totalDocsExamined', 2);
  });
});
