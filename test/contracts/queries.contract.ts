import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { comparePositions, positionOf, sortPath } from '../../src/scim/order.ts';
import type { Cursor, Json, JsonObject, PageByIndex, Query, Sort } from '../../src/scim/types.ts';
import { testType } from '../support/schemas.ts';
import { all, any, gathered, nothing, query, values } from './stores.ts';
import type { Actions } from './stores.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** What users are sorted by: each kind of value, and each place where one can stand. */
const sortable = [
  ...['id', 'userName', 'title', 'externalId', 'active', 'name.familyName', 'emails', 'emails.type', 'profileUrl'],
  ...['meta.created', 'meta.lastModified', 'meta.version', 'meta.resourceType'],
  ...[`${enterprise}:department`, `${enterprise}:manager`, 'preferredLanguage', 'addresses.locality'],
];

/** People whose values are equal but for letter case, missing, beyond ASCII, or several. */
const people: readonly JsonObject[] = [
  { title: 'b', externalId: 'B', name: { familyName: 'Zoë' }, emails: [{ value: 'z@x.example' }] },
  { title: 'B', externalId: 'a', name: { familyName: 'ZOE\u0308' }, active: false },
  { title: 'a', externalId: 'É', name: { givenName: 'Ann' }, emails: [{ value: 'b@x.example', type: 'work' }] },
  { title: '\u{10000}', [enterprise]: { department: 'R&D', manager: { value: 'm2' } } },
  { title: '\uffff', [enterprise]: { department: 'r&d', manager: { value: 'M1' } }, preferredLanguage: 'fr' },
  {
    emails: [
      { value: 'c@x.example', type: 'home' },
      { value: 'A@x.example', primary: true },
    ],
    preferredLanguage: 'EN',
  },
  { emails: [{ type: 'home' }, { value: 'a@x.example', type: 'work' }], profileUrl: 'https://x.example/B' },
  { title: 'straße', profileUrl: 'https://x.example/a', addresses: [{ country: 'FR' }, { locality: 'Lyon' }] },
  { title: 'STRASSE', active: false, addresses: [{ locality: 'Paris' }, { locality: 'Arles', primary: true }] },
  { title: 'b', [enterprise]: { department: 'Sales' } },
];

const sortedBy = (name: string): Sort => {
  const path = sortPath(testType('User'), name);
  if (!path) throw new Error(`no ${name}`);
  return { path, order: 'ascending' };
};

const everybody: PageByIndex & Pick<Query, 'wanted'> = { startIndex: 1, count: 100, wanted: nothing };

/** What every store finds. */
export function describeQueries(stores: () => Actions): void {
  describe('querying', () => {
    let on: Actions;
    beforeEach(() => {
      on = stores();
    });

    const names = async (
      text: string | undefined,
      more: Partial<PageByIndex & Pick<Query, 'sort'>> = {},
    ): Promise<readonly Json[]> => {
      const { resources } = await on.users.query(on.caller, { ...query(text, testType('User')), ...more });
      return resources.map(({ attributes }) => attributes['userName'] as Json);
    };

    it('finds what a filter asks for', async () => {
      const ann = await on.addUser('Ann', { title: 'CTO', emails: [{ value: 'ann@x.example', type: 'work' }] });
      await on.addUser('bob', { emails: [{ value: 'bob@x.example', type: 'home' }] });
      expect(await names('userName eq "ANN"')).to.deep.equal(['Ann']);
      expect(await names('title pr')).to.deep.equal(['Ann']);
      expect(await names('emails[type eq "home" and value co "@X"]')).to.deep.equal(['bob']);
      expect(await names(`id eq "${ann.id}"`)).to.deep.equal(['Ann']);
      expect(await names('userName eq "nobody"')).to.deep.equal([]);
    });

    it('finds users by a group that they are in, be it by way of another group', async () => {
      const ann = await on.addUser('ann');
      await on.addUser('bob');
      const inner = await on.addGroup('Inner', [ann.id]);
      const outer = await on.addGroup('Outer', [inner.id]);
      const top = await on.addGroup('Top', [outer.id]);
      for (const { id } of [inner, outer, top]) expect(await names(`groups.value eq "${id}"`)).to.deep.equal(['ann']);
      expect(await names(`not (groups.value eq "${top.id}")`)).to.deep.equal(['bob']);
    });

    it('finds groups by a member', async () => {
      const ann = await on.addUser('ann');
      const ops = await on.addGroup('Ops', [ann.id]);
      await on.addGroup('Dev');
      const asked = query(`id eq "${ops.id}" and members eq "${ann.id}"`, testType('Group'));
      const found = await on.groups.query(on.caller, asked);
      expect(found.resources.map(({ id }) => id)).to.deep.equal([ops.id]);
    });

    it('shows each resource once, whatever the pages are, and counts them all', async () => {
      for (let number = 0; number < 7; number++) await on.addUser(`user${String(number)}`);
      for (const count of [1, 2, 3, 7]) {
        const seen: Json[] = [];
        for (let startIndex = 1; startIndex <= 7; startIndex += count) {
          seen.push(...(await names(undefined, { startIndex, count })));
        }
        expect(new Set(seen).size).to.equal(7);
      }
      const { total, resources } = await on.users.query(on.caller, { startIndex: 99, count: 2, wanted: nothing });
      expect([total, resources.length]).to.deep.equal([7, 0]);
      const counted = await on.users.query(on.caller, { startIndex: 1, count: 0, wanted: nothing });
      expect([counted.total, counted.resources.length]).to.deep.equal([7, 0]);
    });

    it('sorts as the schema compares, what has no value last, or first when descending', async () => {
      await on.addUser('b', { title: 'beta' });
      await on.addUser('none');
      await on.addUser('a', { title: 'Alpha' });
      const sort = sortedBy('title');
      expect(await names(undefined, { sort })).to.deep.equal(['a', 'b', 'none']);
      expect(await names(undefined, { sort: { ...sort, order: 'descending' } })).to.deep.equal(['none', 'b', 'a']);
    });

    describe('in order', () => {
      beforeEach(async () => {
        for (const attributes of people) await on.addUser(randomUUID(), attributes);
        const [first] = (await on.users.query(on.caller, everybody)).resources;
        if (first) await on.change(on.users, first.id, (now) => ({ ...now, nickName: 'second version' }));
      });

      for (const name of sortable)
        it(`by ${name} lists everybody once, page by page, by index and by cursor, forth and back`, async () => {
          const all = (await on.users.query(on.caller, everybody)).resources;
          for (const order of ['ascending', 'descending'] as const) {
            const sort = { ...sortedBy(name), order };
            const sign = order === 'ascending' ? 1 : -1;
            const expected = all
              .map((stored) => ({ id: stored.id, position: positionOf(testType('User'), stored, sort) }))
              .sort((a, b) => sign * comparePositions(a.position, b.position))
              .map(({ id }) => id);
            expect(await byIndex({ sort, wanted: nothing }, 4), `by index, ${order}`).to.deep.equal(expected);
            for (const count of [1, 4, 100]) {
              const [forth, back] = [await crawl(sort, 'next', count), await crawl(sort, 'previous', count)];
              expect(forth, `forth, ${order}`).to.deep.equal(expected);
              expect(back, `back, ${order}`).to.deep.equal(expected);
            }
          }
        });

      it('goes on behind somebody who is gone, and counts exactly', async () => {
        const sort = sortedBy('title');
        const before = await crawl(sort, 'next', 100);
        const [first, second] = (await on.users.query(on.caller, { ...everybody, sort, count: 2 })).resources;
        if (!first || !second) throw new Error('nobody there');
        await on.users.remove(on.caller, second.id, any);
        const from = positionOf(testType('User'), second, sort);
        const next = await on.users.query(on.caller, {
          sort,
          wanted: nothing,
          cursor: { from, towards: 'next' },
          count: 3,
        });
        expect(next.resources.map(({ id }) => id)).to.deep.equal(before.slice(2, 5));
        expect([next.total, next.more]).to.deep.equal([people.length - 1, true]);
        const back = await on.users.query(on.caller, {
          sort,
          wanted: nothing,
          cursor: { from, towards: 'previous' },
          count: 3,
        });
        expect([back.resources.map(({ id }) => id), back.more]).to.deep.equal([[first.id], false]);
      });

      it('goes on behind somebody of another type, who has the same name', async () => {
        const sort = sortedBy('userName');
        const [own] = (await on.users.query(on.caller, { ...everybody, sort, count: 1 })).resources;
        if (!own) throw new Error('nobody there');
        const { key } = positionOf(testType('User'), own, sort);
        const asked = async (id: string, towards: Cursor['towards']) => {
          const cursor: Cursor = { from: { ...(key !== undefined && { key }), id }, towards };
          const { resources } = await on.users.query(on.caller, { sort, wanted: nothing, cursor, count: 1 });
          return resources[0]?.id === own.id;
        };
        expect(await Promise.all([asked('!', 'next'), asked('~', 'next')])).to.deep.equal([true, false]);
        expect(await Promise.all([asked('!', 'previous'), asked('~', 'previous')])).to.deep.equal([false, true]);
      });

      const byIndex = async (sought: Pick<Query, 'sort' | 'wanted'>, count: number): Promise<readonly string[]> => {
        const ids: string[] = [];
        for (let startIndex = 1; startIndex <= people.length; startIndex += count) {
          const { resources, total, more } = await on.users.query(on.caller, { ...sought, startIndex, count });
          ids.push(...resources.map(({ id }) => id));
          expect([total, more]).to.deep.equal([people.length, startIndex - 1 + count < people.length]);
        }
        return ids;
      };

      const crawl = async (sort: Sort, towards: Cursor['towards'], count: number): Promise<readonly string[]> => {
        const ids: string[] = [];
        for (let cursor: Cursor = { towards }; ;) {
          const { resources, total, more } = await on.users.query(on.caller, { sort, wanted: nothing, cursor, count });
          expect(total).to.equal(people.length);
          ids.splice(towards === 'next' ? ids.length : 0, 0, ...resources.map(({ id }) => id));
          const last = resources.at(towards === 'next' ? -1 : 0);
          if (!more || !last) return ids;
          cursor = { from: positionOf(testType('User'), last, sort), towards };
        }
      };
    });

    it('shows members and groups on a page where they are wanted', async () => {
      const ann = await on.addUser('ann');
      await on.addGroup('Ops', [ann.id]);
      const [user] = (await on.users.query(on.caller, { startIndex: 1, count: 1, wanted: all })).resources;
      const [group] = (await on.groups.query(on.caller, { startIndex: 1, count: 1, wanted: all })).resources;
      expect(await gathered(user?.attributes['groups'])).to.have.length(1);
      expect(values(await gathered(group?.attributes['members']))).to.deep.equal([ann.id]);
    });
  });
}
