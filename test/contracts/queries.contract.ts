import { expect } from 'chai';
import { resolvePath } from '../../src/scim/schema/path.ts';
import type { Json, Query } from '../../src/scim/types.ts';
import { testType } from '../support/schemas.ts';
import { all, gathered, nothing, query, values } from './stores.ts';
import type { Actions } from './stores.ts';

/** What every store finds. */
export function describeQueries(stores: () => Actions): void {
  describe('querying', () => {
    let on: Actions;
    beforeEach(() => {
      on = stores();
    });

    const names = async (text: string | undefined, more: Partial<Query> = {}): Promise<readonly Json[]> => {
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
      const path = resolvePath(testType('User'), 'title');
      if (!path) throw new Error('No title');
      expect(await names(undefined, { sort: { path, order: 'ascending' } })).to.deep.equal(['a', 'b', 'none']);
      expect(await names(undefined, { sort: { path, order: 'descending' } })).to.deep.equal(['none', 'b', 'a']);
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
