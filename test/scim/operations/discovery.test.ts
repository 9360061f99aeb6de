import { expect } from 'chai';
import type { ConnectionOption } from '../../../src/scim/dialects.ts';
import { ScimError } from '../../../src/scim/errors.ts';
import { limits } from '../../../src/scim/limits.ts';
import { discovery, discoveryEndpoints } from '../../../src/scim/operations/discovery.ts';
import type { Json, JsonObject, ScimRequest } from '../../../src/scim/types.ts';
import { urns } from '../../../src/scim/urns.ts';
import { testCaller } from '../../support/callers.ts';
import { testRegistry } from '../../support/schemas.ts';

const base = 'https://example.com/scim/v2';
const answer = (request: ScimRequest) => discovery(base)(testRegistry(), request);

const request = (path: readonly string[], query: Record<string, string> = {}): ScimRequest => ({
  method: 'GET',
  path,
  query,
  caller: {
    tenant: 't',
    connection: 'c',
    dialect: 'lenient',
    scopes: new Set(),
    adopts: false,
    options: new Set(),
    requestId: 'r',
    deadline: 0,
  },
});

const get = (...path: string[]): JsonObject => {
  const { status, body } = answer(request(path));
  expect(status).to.equal(200);
  return body as JsonObject;
};

const resources = (list: JsonObject) => list['Resources'] as JsonObject[];

const characteristics = [
  ...['name', 'type', 'multiValued', 'description', 'required', 'caseExact', 'mutability', 'returned', 'uniqueness'],
];

describe('discovery', () => {
  it('says what the server can do, with the numbers it keeps', () => {
    const config = get('ServiceProviderConfig');
    expect(config).to.deep.include({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      filter: { supported: true, maxResults: limits.pageSize },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: limits.defaultPageSize,
        maxPageSize: limits.pageSize,
        cursorTimeout: limits.cursorSeconds,
      },
      changePassword: { supported: true },
      bulk: { supported: true, maxOperations: limits.bulkOperations, maxPayloadSize: limits.bulkBodyBytes },
      meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
    });
    expect((config['authenticationSchemes'] as JsonObject[])[0]).to.include({
      type: 'oauthbearertoken',
      primary: true,
    });
  });

  it('says whether it keeps to the interoperability profile where that is asked for, and defines it there', () => {
    const shown = (dialect: 'lenient' | 'strict', ...options: ConnectionOption[]) => {
      const caller = testCaller({ dialect, options: new Set(options) });
      const config = answer({ ...request(['ServiceProviderConfig']), caller }).body as JsonObject;
      const schema = answer({ ...request(['Schemas', urns.serviceProviderConfig]), caller }).body as JsonObject;
      const defined = (schema['attributes'] as JsonObject[]).some(({ name }) => name === 'interopProfileConformant');
      expect(Object.hasOwn(config, 'interopProfileConformant')).to.equal(defined);
      return config['interopProfileConformant'];
    };
    expect(shown('strict', 'interop')).to.equal(true);
    expect(shown('lenient', 'interop')).to.equal(false);
    for (const dialect of ['lenient', 'strict'] as const) expect(shown(dialect)).to.equal(undefined);
  });

  it('says nothing of the server that its own schema does not', () => {
    const schema = get('Schemas', 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig');
    const known = (schema['attributes'] as JsonObject[]).map((attribute) => attribute['name']);
    const { schemas, meta, ...said } = get('ServiceProviderConfig');
    expect(known).to.include.members(Object.keys(said));
    expect([schemas, meta]).to.not.include(undefined);
  });

  for (const endpoint of ['Schemas', 'ResourceTypes'] as const) {
    it(`lists ${endpoint}, each with its schema and its location, and gives each alone`, () => {
      const list = get(endpoint);
      const all = resources(list);
      expect(Object.keys(list)).to.deep.equal(['schemas', 'totalResults', 'startIndex', 'itemsPerPage', 'Resources']);
      expect(list).to.include({ totalResults: all.length, itemsPerPage: all.length, startIndex: 1 });
      expect(all).to.not.be.empty;
      for (const resource of all) {
        const id = resource['id'] as string;
        expect(resource['schemas']).to.deep.equal([
          `urn:ietf:params:scim:schemas:core:2.0:${endpoint === 'Schemas' ? 'Schema' : 'ResourceType'}`,
        ]);
        expect(resource['meta']).to.deep.include({ location: `${base}/${endpoint}/${id}` });
        expect(get(endpoint, id)).to.deep.equal(resource);
        expect(get(endpoint, id.toUpperCase())).to.deep.equal(resource);
      }
    });
  }

  it('shows every characteristic of every attribute, nothing null and nothing of its own', () => {
    const check = (attribute: JsonObject): void => {
      expect(attribute).to.include.all.keys(characteristics);
      const more = Object.keys(attribute).filter((key) => !characteristics.includes(key));
      expect(['canonicalValues', 'referenceTypes', 'subAttributes']).to.include.members(more);
      expect(Object.values(attribute)).to.not.include(null);
      expect(Object.hasOwn(attribute, 'subAttributes')).to.equal(attribute['type'] === 'complex');
      for (const sub of (attribute['subAttributes'] ?? []) as JsonObject[]) check(sub);
    };
    for (const schema of resources(get('Schemas')))
      for (const attribute of schema['attributes'] as JsonObject[]) check(attribute);
  });

  it('says where users are and what extends them', () => {
    expect(get('ResourceTypes', 'User')).to.deep.include({
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      schema: 'urn:ietf:params:scim:schemas:core:2.0:User',
      schemaExtensions: [
        'enterprise',
        'license',
        'language',
        'entity',
        'account',
        'telephony',
        'integration',
        'extra',
      ].map((name) => ({
        schema: `urn:ietf:params:scim:schemas:extension:${name}:2.0:User`,
        required: false,
      })),
    });
  });

  const refused: [what: string, request: ScimRequest, status: number][] = [
    ...discoveryEndpoints.map((endpoint): [string, ScimRequest, number] => [
      `a filter on ${endpoint}`,
      request([endpoint], { filter: 'name pr' }),
      403,
    ]),
    ['an unknown schema', request(['Schemas', 'urn:x']), 404],
    ['a schema by a prototype', request(['Schemas', '__proto__']), 404],
    ['the common attributes', request(['Schemas', 'urn:rollcall:params:scim:schemas:core:2.0:Common']), 404],
    ['an unknown type', request(['ResourceTypes', 'constructor']), 404],
    ['something below the configuration', request(['ServiceProviderConfig', 'x']), 404],
    ['something below a type', request(['ResourceTypes', 'User', 'x']), 404],
    ['another endpoint', request(['Users']), 404],
  ];
  for (const [what, asked, status] of refused) {
    it(`answers ${String(status)} to ${what}`, () => {
      expect(() => answer(asked))
        .to.throw(ScimError)
        .with.property('status', status);
    });
  }

  it('ignores other parameters', () => {
    const { body } = answer(request(['Schemas'], { startIndex: '2', count: '1', attributes: 'name' }));
    expect(body).to.deep.equal(get('Schemas') satisfies Json);
  });
});
