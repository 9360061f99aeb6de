import { expect } from 'chai';
import type { JsonObject } from '../../../src/scim/types.ts';
import { exchange } from '../../support/exchange.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** Ids in the order in which they are given. */
const inOrder = () => {
  let last = 0;
  return () => `id-${String((last += 1)).padStart(4, '0')}`;
};

describe('Querying (RFC 7644 §3.4.2)', () => {
  async function withUsers() {
    const send = exchange({ newId: inOrder() });
    for (let number = 1; number <= 5; number++) {
      const title = number === 3 ? {} : { title: `T${String(6 - number)}` };
      await send('POST', '/Users', { body: { schemas: [core], userName: `user${String(number)}`, ...title } });
    }
    const list = async (search: string) => {
      const { status, body } = await send('GET', `/Users?${search}`);
      const users = (body['Resources'] ?? []) as JsonObject[];
      return { status, body, names: users.map(({ userName }) => userName) };
    };
    return { send, list };
  }

  it('answers a ListResponse that counts what is in it', async () => {
    const { list } = await withUsers();
    const { body, names } = await list('startIndex=2&count=2');
    expect(Object.entries(body).slice(0, 4)).to.deep.equal([
      ['schemas', ['urn:ietf:params:scim:api:messages:2.0:ListResponse']],
      ['totalResults', 5],
      ['startIndex', 2],
      ['itemsPerPage', 2],
    ]);
    expect(names).to.deep.equal(['user2', 'user3']);
  });

  for (const [search, startIndex, names] of [
    ['', 1, 5],
    ['startIndex=0&count=1', 1, 1],
    ['startIndex=-3', 1, 5],
    ['count=-1', 1, 0],
    ['count=0', 1, 0],
    ['count=99999999999999999999', 1, 5],
    ['startIndex=9', 9, 0],
    ['startIndex=99999999999999999999', Number.MAX_SAFE_INTEGER, 0],
    ['startIndex=&count=', 1, 5],
  ] as const) {
    it(`takes '${search}'`, async () => {
      const page = await (await withUsers()).list(search);
      expect(page.names).to.have.length(names);
      expect(page.body).to.deep.include({ totalResults: 5, startIndex, itemsPerPage: names });
    });
  }

  it('answers an empty list where nothing matches', async () => {
    const { status, body } = await (await withUsers()).list('filter=userName eq "nobody"&startIndex=1&count=100');
    expect([status, body['totalResults'], body['Resources']]).to.deep.equal([200, 0, []]);
  });

  it('filters, sorts and projects', async () => {
    const { list } = await withUsers();
    expect((await list('filter=title pr and userName sw "USER"&sortBy=title')).names).to.deep.equal([
      'user5',
      'user4',
      'user2',
      'user1',
    ]);
    expect((await list('sortBy=title&sortOrder=Descending&count=2')).names).to.deep.equal(['user3', 'user1']);
    expect((await list('sortBy=emails&count=1')).status).to.equal(200);
    const [first] = (await list('attributes=title&count=1')).body['Resources'] as JsonObject[];
    expect(Object.keys(first ?? {})).to.have.members(['schemas', 'id', 'title']);
  });

  for (const [search, status, scimType] of [
    ['count=ten', 400, 'invalidValue'],
    ['startIndex=1.5', 400, 'invalidValue'],
    ['sortBy=colour', 400, 'invalidValue'],
    ['sortBy=name', 400, 'invalidValue'],
    ['sortBy=groups', 400, 'invalidValue'],
    ['sortBy=schemas', 400, 'invalidValue'],
    ['sortBy=meta.location', 400, 'invalidValue'],
    ['sortBy=x509Certificates', 400, 'invalidValue'],
    ['sortBy=profileUrl', 200, undefined],
    ['sortBy=meta.version', 200, undefined],
    ['sortBy=userName&sortOrder=up', 400, 'invalidValue'],
    ['sortBy=password', 403, 'sensitive'],
    ['filter=colour eq "x"', 400, 'invalidFilter'],
    ['filter=password eq "x"', 403, 'sensitive'],
    ['attributes=title&excludedAttributes=name', 400, 'invalidValue'],
  ] as const) {
    it(`answers ${status} to '${search}'`, async () => {
      const { status: answered, body } = await (await withUsers()).list(search);
      expect([answered, body['scimType']]).to.deep.equal([status, scimType]);
    });
  }

  it('serves 1,000 at most', async () => {
    const send = exchange();
    for (let number = 0; number <= 1_000; number++) {
      await send('POST', '/Users', { body: { schemas: [core], userName: String(number) } });
    }
    const { body } = await send('GET', '/Users?count=5000');
    expect([body['totalResults'], body['itemsPerPage']]).to.deep.equal([1_001, 1_000]);
    expect((await send('GET', '/Users')).body['itemsPerPage']).to.equal(100);
  });
});
