import { expect } from 'chai';
import fc from 'fast-check';
import { limits } from '../../../src/scim/limits.ts';
import { compareText } from '../../../src/scim/filter/matches.ts';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { testCaller } from '../../support/callers.ts';
import { exchange } from '../../support/exchange.ts';

const message = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const list = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** Three users and three groups, whose ids say in which order they came. */
async function populated() {
  let last = 0;
  const send = exchange({ newId: () => `id-${String((last += 1))}` });
  const names: readonly [path: string, body: JsonObject][] = [
    ['/Groups', { displayName: 'Beta' }],
    ['/Users', { userName: 'ann', displayName: 'alpha', title: 'CTO' }],
    ['/Users', { userName: 'bob', displayName: 'Delta' }],
    ['/Groups', { displayName: 'gamma', members: [{ value: 'id-2' }] }],
    ['/Users', { userName: 'cid' }],
    ['/Groups', { displayName: 'Alpha' }],
  ];
  for (const [path, body] of names) expect((await send('POST', path, { body })).status).to.equal(201);
  const search = async (path: string, body: Json, more: Parameters<typeof send>[2] = {}) => {
    const answer = await send('POST', `${path}/.search`, { body, ...more });
    const found = (answer.body['Resources'] ?? []) as JsonObject[];
    return { ...answer, ids: found.map(({ id }) => id), found };
  };
  const all = (body: JsonObject, more?: Parameters<typeof send>[2]) =>
    search('', { schemas: [message], ...body }, more);
  return { search, all };
}

const strict = { caller: testCaller({ dialect: 'strict' }) };

describe('A query by POST (RFC 7644 §3.4.3)', () => {
  it('is answered as by GET', async () => {
    const { search } = await populated();
    const { status, body, found } = await search('/Users', {
      schemas: [message],
      attributes: ['userName', 'title'],
      filter: 'displayName pr',
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: 2,
      count: 1,
    });
    expect(status).to.equal(200);
    expect(body).to.deep.include({ schemas: [list], totalResults: 2, startIndex: 2, itemsPerPage: 1 });
    expect(found).to.deep.equal([
      { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id: 'id-2', userName: 'ann', title: 'CTO' },
    ]);
  });

  it('goes on by cursor', async () => {
    const { search } = await populated();
    const asked = { schemas: [message], count: 2, cursor: '', excludedAttributes: ['title'] };
    const first = await search('/Users', asked);
    expect(first.ids).to.deep.equal(['id-2', 'id-3']);
    expect(first.body).to.not.have.property('startIndex');
    const next = await search('/Users', { ...asked, cursor: first.body['nextCursor'] ?? null });
    expect(next.ids).to.deep.equal(['id-5']);
    expect(next.body).to.not.have.property('nextCursor');
    const other = await search('/Groups', { ...asked, cursor: first.body['nextCursor'] ?? null });
    expect([other.status, other.body['scimType']]).to.deep.equal([400, 'invalidCursor']);
  });

  const bodies: readonly [body: Json, lenient: number, strict: number][] = [
    [{ schemas: [message] }, 200, 200],
    [{ schemas: [message.toUpperCase()], COUNT: 1, sortby: null, cursor: null }, 200, 200],
    [{}, 200, 400],
    [{ schemas: ['urn:x'] }, 200, 400],
    [{ schemas: [message], colour: 'red' }, 200, 400],
    [{ schemas: [message], count: '1' }, 200, 400],
    [{ schemas: [message], attributes: 'userName' }, 200, 400],
    [{ schemas: [message], count: 1e300, startIndex: -1e300 }, 200, 200],
    [{ schemas: [message], count: 1.5 }, 400, 400],
    [{ schemas: [message], count: 'one' }, 400, 400],
    [{ schemas: [message], attributes: [1] }, 400, 400],
    [{ schemas: [message], attributes: ['userName'], excludedAttributes: ['title'] }, 400, 400],
    [{ schemas: [message], filter: 5 }, 400, 400],
    [{ schemas: [message], filter: '' }, 400, 400],
    [{ schemas: [message], count: 1, Count: 2 }, 400, 400],
    [{ schemas: [message], cursor: '', startIndex: 1 }, 400, 400],
    [{ schemas: [message], cursor: '', count: 1_001 }, 400, 400],
    [[], 400, 400],
    ['text', 400, 400],
  ];
  for (const [body, whereLenient, whereStrict] of bodies)
    it(`takes a body as its dialect does: ${JSON.stringify(body)}`, async () => {
      const { search } = await populated();
      const answers = [await search('/Users', body), await search('/Users', body, strict), await search('', body)];
      expect(answers.map(({ status }) => status)).to.deep.equal([whereLenient, whereStrict, whereLenient]);
    });

  it('is refused without a body', async () => {
    const send = exchange();
    for (const path of ['/.search', '/Users/.search'])
      expect((await send('POST', path)).body['scimType']).to.equal('invalidSyntax');
    expect((await send('GET', '/.search')).status).to.equal(405);
  });
});

describe('A query over all types (RFC 7644 §3.4.2.1)', () => {
  it('lists type by type, each of which is shown as it is', async () => {
    const { all } = await populated();
    const { body, ids, found } = await all({});
    expect(body).to.deep.include({ totalResults: 6, startIndex: 1, itemsPerPage: 6 });
    expect(new Set(ids).size).to.equal(6);
    const kinds = found.map(({ meta }) => (meta as JsonObject)['resourceType']);
    expect(kinds).to.deep.equal([...kinds].sort((a, b) => kinds.indexOf(a) - kinds.indexOf(b)));
    const projected = await all({
      attributes: ['userName', 'members'],
      filter: 'displayName sw "g" or userName eq "ann"',
    });
    expect(projected.found.map((each) => Object.keys(each).sort())).to.have.deep.members([
      ['id', 'schemas', 'userName'],
      ['id', 'members', 'schemas'],
    ]);
  });

  it('treats an attribute that a type does not have as one without a value', async () => {
    const { all } = await populated();
    expect((await all({ filter: 'userName pr' })).ids).to.have.members(['id-2', 'id-3', 'id-5']);
    expect((await all({ filter: 'not (userName pr)' })).ids).to.have.members(['id-1', 'id-4', 'id-6']);
    expect((await all({ filter: 'userName eq "ann" or members.value eq "id-2"' })).ids).to.have.members([
      'id-2',
      'id-4',
    ]);
    expect((await all({ filter: 'groups.value eq "id-4"' })).ids).to.deep.equal(['id-2']);
    expect((await all({ filter: 'meta.resourceType eq "Group" and displayName sw "a"' })).ids).to.deep.equal(['id-6']);
    expect((await all({ filter: 'userName pr and members pr' })).body).to.deep.include({
      totalResults: 0,
      Resources: [],
    });
    const { status, body } = await all({ filter: 'colour eq "red"' });
    expect([status, body['scimType']]).to.deep.equal([400, 'invalidFilter']);
  });

  it('is sorted as a whole, what has no value last, or first when descending', async () => {
    const { all } = await populated();
    const byName = ['id-2', 'id-6', 'id-1', 'id-3', 'id-4', 'id-5'];
    expect((await all({ sortBy: 'displayName' })).ids).to.deep.equal(byName);
    expect((await all({ sortBy: 'displayName', sortOrder: 'descending' })).ids).to.deep.equal(byName.toReversed());
    expect((await all({ sortBy: 'userName' })).ids).to.deep.equal(['id-2', 'id-3', 'id-5', 'id-1', 'id-4', 'id-6']);
    expect((await all({ sortBy: 'userName', startIndex: 3, count: 2 })).ids).to.deep.equal(['id-5', 'id-1']);
    for (const [sortBy, status, scimType] of [
      ['colour', 400, 'invalidValue'],
      ['members', 400, 'invalidValue'],
      ['password', 403, 'sensitive'],
    ] as const) {
      const answer = await all({ sortBy });
      expect([answer.status, answer.body['scimType']]).to.deep.equal([status, scimType]);
    }
  });

  it('finds pages far behind by cursor only, where it is sorted', async () => {
    const { all } = await populated();
    const far = limits.sortedStartIndex;
    expect((await all({ sortBy: 'userName', startIndex: far })).body).to.deep.include({
      totalResults: 6,
      itemsPerPage: 0,
    });
    const { status, body } = await all({ sortBy: 'userName', startIndex: far + 1 });
    expect([status, body['scimType']]).to.deep.equal([400, 'tooMany']);
    expect(body['detail']).to.include(`'cursor'`);
    expect((await all({ startIndex: far + 1 })).body['totalResults']).to.equal(6);
    const users = { sortBy: 'userName', filter: 'meta.resourceType eq "User"' };
    expect((await all({ ...users, startIndex: far + 1 })).body['totalResults']).to.equal(3);
    expect((await all({ ...users, sortOrder: 'descending', count: 2 })).ids).to.deep.equal(['id-5', 'id-3']);
  });

  it('leaves out the types that the token may not read, and is refused where it may read none', async () => {
    const { all } = await populated();
    const may = (...scopes: ('users:read' | 'users:write' | 'groups:read')[]) => ({
      caller: testCaller({ scopes: new Set(scopes) }),
    });
    expect((await all({}, may('users:read'))).ids).to.have.members(['id-2', 'id-3', 'id-5']);
    expect((await all({ filter: 'displayName pr' }, may('groups:read'))).body['totalResults']).to.equal(3);
    expect((await all({ filter: 'members pr' }, may('users:read'))).status).to.equal(400);
    expect((await all({}, may('users:write'))).status).to.equal(403);
    const first = await all({ cursor: '', count: 1 });
    const cursor = first.body['nextCursor'] ?? null;
    expect((await all({ cursor, count: 1 }, may('users:read'))).body['scimType']).to.equal('invalidCursor');
  });

  it('takes no cursor of the list of one type, also where the token may read no other', async () => {
    const { search, all } = await populated();
    const onlyUsers = { caller: testCaller({ scopes: new Set(['users:read']) }) };
    const first = await search('/Users', { schemas: [message], cursor: '', count: 1 }, onlyUsers);
    const cursor = first.body['nextCursor'] ?? null;
    expect((await all({ cursor, count: 1 }, onlyUsers)).body['scimType']).to.equal('invalidCursor');
  });

  it('shows the same, whatever the pages are', () => {
    const names = fc.option(fc.constantFrom('a', 'A', 'b', 'é', '🎉'));
    const people = fc.array(fc.tuple(fc.constantFrom('/Users', '/Groups'), names), { maxLength: 10 });
    const order = fc.constantFrom<'ascending' | 'descending'>('ascending', 'descending');
    const sorts = fc.constantFrom(undefined, 'displayName', 'userName', 'title', 'id', 'meta.resourceType');
    return fc.assert(
      fc.asyncProperty(
        people,
        sorts,
        order,
        fc.integer({ min: 1, max: 4 }),
        async (those, sortBy, sortOrder, count) => {
          const send = exchange();
          for (const [at, [path, name]] of those.entries()) {
            const unique = `${name ?? 'none'} ${String(at)}`;
            const body =
              path === '/Users'
                ? { userName: unique, ...(name && { displayName: name, title: name }) }
                : { displayName: unique };
            expect((await send('POST', path, { body })).status).to.equal(201);
          }
          const search = async (more: JsonObject): Promise<{ body: JsonObject; ids: string[] }> => {
            const body = { schemas: [message], ...(sortBy && { sortBy, sortOrder }), ...more };
            const answer = await send('POST', '/.search', { body });
            expect(answer.status).to.equal(200);
            expect(answer.body['totalResults']).to.equal(those.length);
            return { body: answer.body, ids: (answer.body['Resources'] as JsonObject[]).map(({ id }) => id as string) };
          };
          const { ids } = await search({});
          expect(new Set(ids).size).to.equal(those.length);
          if (sortBy === 'id') {
            const sign = sortOrder === 'ascending' ? 1 : -1;
            expect(ids).to.deep.equal([...ids].sort((a, b) => sign * compareText(a, b)));
          }

          const byIndex: string[] = [];
          for (let startIndex = 1; startIndex <= those.length; startIndex += count)
            byIndex.push(...(await search({ startIndex, count })).ids);
          expect(byIndex).to.deep.equal(ids);

          const forth: string[] = [];
          let page = await search({ cursor: '', count });
          for (;;) {
            forth.push(...page.ids);
            const { nextCursor } = page.body;
            if (nextCursor === undefined) break;
            page = await search({ cursor: nextCursor, count });
          }
          expect(forth).to.deep.equal(ids);

          const back = [...page.ids];
          for (let { previousCursor } = page.body; previousCursor !== undefined; { previousCursor } = page.body) {
            page = await search({ cursor: previousCursor, count });
            back.unshift(...page.ids);
          }
          expect(back).to.deep.equal(ids);
        },
      ),
    );
  });
});
