import { expect } from 'chai';
import { limits } from '../../src/scim/limits.ts';
import type { Json, JsonObject } from '../../src/scim/types.ts';
import { sendRaw } from '../support/rawRequest.ts';
import { startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';

const messages = 'urn:ietf:params:scim:api:messages:2.0:';
const schemas = 'urn:ietf:params:scim:schemas:core:2.0:';

interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

type Send = (method: string, path: string, body?: Json | string) => Promise<Answer>;

/** A limit: how large it is, what is sent of that size, and how one more is refused. */
interface Limit {
  readonly what: string;
  readonly size: number;
  readonly send: (send: Send, size: number) => Promise<Answer>;
  readonly works: number;
  /** The status, and the `scimType` where there is one. */
  readonly refused: readonly [status: number, scimType?: string];
}

const list = <T>(length: number, one: (at: number) => T): T[] => Array.from({ length }, (_, at) => one(at));

let made = 0;
const fresh = (): string => `name${(made += 1)}`;

const user = (more: JsonObject = {}): JsonObject => ({ schemas: [`${schemas}User`], userName: fresh(), ...more });
const group = (more: JsonObject = {}): JsonObject => ({ schemas: [`${schemas}Group`], displayName: fresh(), ...more });
const bulk = (operations: Json[]): JsonObject => ({ schemas: [`${messages}BulkRequest`], Operations: operations });
const patch = (operations: Json[]): JsonObject => ({ schemas: [`${messages}PatchOp`], Operations: operations });
const posts = (length: number): Json[] =>
  list(length, (at) => ({ method: 'POST', path: '/Users', bulkId: `b${at}`, data: user() }));

/** Ids that are nobody's, which a lenient connection leaves out. */
const strangers = (length: number): Json[] => list(length, (at) => ({ value: `nobody-${at}` }));

/** The JSON text of a value, made that many bytes long. */
const padded = (json: Json, bytes: number): string => JSON.stringify(json).padEnd(bytes);

const addressOf = async (send: Send, endpoint: string, body: Json): Promise<string> => {
  const { body: created } = await send('POST', endpoint, body);
  return `${endpoint}/${JSON.stringify(created['id']).slice(1, -1)}`;
};

const filtered = (send: Send, filter: string) => send('GET', `/Users?filter=${encodeURIComponent(filter)}`);

/** Nested lists, so deep, inside the object that every body is. */
const nested = (depth: number): string =>
  JSON.stringify(user()).replace(/\}$/, `,"unknown":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`);

const table: readonly Limit[] = [
  {
    what: 'bytes of a body',
    size: limits.userBodyBytes,
    send: (send, size) => send('POST', '/Users', padded(user(), size)),
    works: 201,
    refused: [413],
  },
  {
    what: "bytes of a group's body",
    size: limits.groupBodyBytes,
    send: (send, size) => send('POST', '/Groups', padded(group(), size)),
    works: 201,
    refused: [413],
  },
  {
    what: 'bytes of a Bulk',
    size: limits.bulkBodyBytes,
    send: (send, size) => send('POST', '/Bulk', padded(bulk(posts(1)), size)),
    works: 200,
    refused: [413],
  },
  {
    what: 'operations of a Bulk',
    size: limits.bulkOperations,
    send: (send, size) => send('POST', '/Bulk', bulk(posts(size))),
    works: 200,
    refused: [413],
  },
  {
    what: 'operations of a PATCH',
    size: limits.patchOperations,
    send: async (send, size) => {
      const operations = list(size, (at) => ({ op: 'replace', path: 'title', value: `t${at}` }));
      return send('PATCH', await addressOf(send, '/Users', user()), patch(operations));
    },
    works: 200,
    refused: [413],
  },
  {
    what: 'member values of a PATCH',
    size: limits.patchMembers,
    send: async (send, size) => {
      const half = Math.floor(size / 2);
      const values = [strangers(half), strangers(size - half)];
      const operations = values.map((value) => ({ op: 'add', path: 'members', value }));
      return send('PATCH', await addressOf(send, '/Groups', group()), patch(operations));
    },
    works: 204,
    refused: [413],
  },
  {
    what: 'members of a group that is created',
    size: limits.groupMembers,
    send: (send, size) => send('POST', '/Groups', group({ members: strangers(size) })),
    works: 201,
    refused: [413],
  },
  {
    what: 'members of a group that is replaced',
    size: limits.groupMembers,
    send: async (send, size) =>
      send('PUT', await addressOf(send, '/Groups', group()), group({ members: strangers(size) })),
    works: 200,
    refused: [413],
  },
  {
    what: 'values of an attribute',
    size: limits.values,
    send: (send, size) => send('POST', '/Users', user({ emails: list(size, (at) => ({ value: `${at}@x.example` })) })),
    works: 201,
    refused: [413],
  },
  {
    what: 'characters of a text',
    size: limits.stringLength,
    send: (send, size) => send('POST', '/Users', user({ title: 'x'.repeat(size) })),
    works: 201,
    refused: [400, 'invalidValue'],
  },
  {
    what: 'levels of a body',
    size: limits.jsonDepth,
    send: (send, size) => send('POST', '/Users', nested(size)),
    works: 201,
    refused: [400, 'invalidSyntax'],
  },
  {
    what: 'characters of a filter',
    size: limits.filterLength,
    send: (send, size) => filtered(send, `title eq "${'x'.repeat(size - 'title eq ""'.length)}"`),
    works: 200,
    refused: [400, 'invalidFilter'],
  },
  {
    what: 'levels of a filter',
    size: limits.filterDepth,
    send: (send, size) => filtered(send, `${'('.repeat(size)}title pr${')'.repeat(size)}`),
    works: 200,
    refused: [400, 'invalidFilter'],
  },
  {
    what: 'terms of a filter',
    size: limits.filterTerms,
    send: (send, size) => filtered(send, list(size, (at) => `title eq "${at}"`).join(' or ')),
    works: 200,
    refused: [400, 'invalidFilter'],
  },
  {
    what: 'resources on a page by cursor',
    size: limits.pageSize,
    send: (send, size) => send('GET', `/Users?cursor&count=${size}`),
    works: 200,
    refused: [400, 'invalidCount'],
  },
];

describe('The limits', function () {
  this.timeout(60_000);
  let server: TestServer;
  let send: Send;

  before(async () => {
    server = await startTestServer();
    const { token } = await server.tenant();
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' };
    send = async (method, path, body) => {
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
      const answer = await sendRaw(method, `${server.base}${path}`, { headers, body: text });
      return { status: answer.status, body: answer.text === '' ? {} : (JSON.parse(answer.text) as JsonObject) };
    };
  });

  after(() => server.stop());

  it('are those that were promised', () => {
    expect(limits).to.include({
      ...{ userBodyBytes: 1_048_576, groupBodyBytes: 8_388_608, bulkBodyBytes: 8_388_608, bulkOperations: 1_000 },
      ...{ patchOperations: 1_000, patchMembers: 10_000, groupMembers: 100_000, jsonDepth: 32, stringLength: 8_192 },
      ...{ filterLength: 4_096, filterDepth: 20, filterTerms: 100, pageSize: 1_000, defaultPageSize: 100 },
    });
  });

  it('are those that ServiceProviderConfig says', async () => {
    const { body } = await send('GET', '/ServiceProviderConfig');
    const { bulkOperations, bulkBodyBytes, pageSize, defaultPageSize, cursorSeconds } = limits;
    expect(body['bulk']).to.deep.include({ maxOperations: bulkOperations, maxPayloadSize: bulkBodyBytes });
    expect(body['filter']).to.deep.include({ maxResults: pageSize });
    expect(body['pagination']).to.deep.include({
      defaultPageSize,
      maxPageSize: pageSize,
      cursorTimeout: cursorSeconds,
    });
  });

  for (const { what, size, send: sized, works, refused } of table) {
    it(`let pass ${size.toLocaleString('en')} ${what}`, async () => {
      const { status, body } = await sized(send, size);
      expect(status, JSON.stringify(body).slice(0, 300)).to.equal(works);
      if (status >= 200 && Array.isArray(body['Operations'])) expect(failures(body['Operations'])).to.deep.equal([]);
    });

    it(`refuse ${(size + 1).toLocaleString('en')} ${what}`, async () => {
      const { status, body } = await sized(send, size + 1);
      const [expected, scimType] = refused;
      expect([status, body['status']]).to.deep.equal([expected, String(expected)]);
      expect(body['schemas']).to.deep.equal([`${messages}Error`]);
      expect(body['scimType']).to.equal(scimType);
    });
  }

  it('give a page of as many as they say, however many are asked for', async () => {
    const { pageSize, defaultPageSize } = limits;
    // Those that the limit of Bulk let in, and more.
    const sizes = [];
    for (const query of [`count=${pageSize}`, `count=${pageSize + 1}`, '', `cursor&count=${pageSize}`]) {
      const { body } = await send('GET', `/Users?${query}`);
      sizes.push([body['itemsPerPage'], (body['Resources'] as Json[]).length]);
    }
    const whole = [pageSize, pageSize];
    expect(sizes).to.deep.equal([whole, whole, [defaultPageSize, defaultPageSize], whole]);
  });
});

/** The operations of a Bulk that were refused. */
const failures = (operations: readonly Json[]): readonly Json[] =>
  operations.filter((operation) => (operation as JsonObject)['status'] !== '201');
