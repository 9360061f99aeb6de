import { expect } from 'chai';
import { parseBulk } from '../../../src/scim/bulk/parse.ts';
import { leniency } from '../../../src/scim/dialects.ts';
import { limits } from '../../../src/scim/limits.ts';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { urns } from '../../../src/scim/urns.ts';
import { refusal } from '../../support/refusal.ts';
import { testRegistry } from '../../support/schemas.ts';

const registry = testRegistry();
const tolerance = (dialect: 'lenient' | 'strict') => leniency(dialect, new Set());
const message = (operations: Json, more: JsonObject = {}): JsonObject => ({
  schemas: [urns.bulkRequest],
  Operations: operations,
  ...more,
});
const parse = (body: Json, dialect: 'lenient' | 'strict' = 'strict') => parseBulk(body, registry, tolerance(dialect));

/** The one operation of a message. */
function parsed(operation: Json) {
  const [only] = parse(message([operation])).operations;
  if (!only) throw new Error('There is one');
  return only;
}

/** Status and scimType of the refusal of one operation. */
function refused(operation: Json): string {
  const result = parsed(operation);
  if (!('refusal' in result)) return 'accepted';
  return `${String(result.refusal.status)} ${result.refusal.scimType ?? ''}`.trim();
}

const post = { method: 'POST', path: '/Users', bulkId: 'a', data: {} };

describe('scim: reading a Bulk', () => {
  it('refuses a message that is none, as a whole', () => {
    for (const body of [null, [], 'x', { schemas: [urns.bulkRequest] }, message({}), message([]), message('x')]) {
      const { status, scimType } = refusal(() => parse(body));
      expect([status, scimType], JSON.stringify(body)).to.deep.equal([400, 'invalidSyntax']);
    }
  });

  it('demands the schema of the message, in strict', () => {
    const body = { Operations: [post] };
    expect(refusal(() => parse(body)).scimType).to.equal('invalidSyntax');
    const lenient = tolerance('lenient');
    expect(parseBulk(body, registry, lenient).operations).to.have.lengthOf(1);
    expect([...lenient.repaired]).to.deep.equal([['unknownSchemas', 1]]);
  });

  it('reads the names of its members in any letter case', () => {
    const [operation] = parse({
      Schemas: [urns.bulkRequest],
      operations: [{ METHOD: 'post', Path: 'Users', bulkid: 'a', DATA: { userName: 'ann' } }],
    }).operations;
    expect(operation).to.deep.include({ method: 'POST', bulkId: 'a', data: { userName: 'ann' } });
  });

  it('refuses one operation more than is advertised with 413, and no fewer', () => {
    const some = (count: number) => message(Array.from({ length: count }, (_, i) => ({ ...post, bulkId: String(i) })));
    expect(parse(some(limits.bulkOperations)).operations).to.have.lengthOf(limits.bulkOperations);
    const { status, scimType, message: detail } = refusal(() => parse(some(limits.bulkOperations + 1)));
    expect([status, scimType]).to.deep.equal([413, undefined]);
    expect(detail).to.contain(String(limits.bulkOperations));
  });

  it('reads how many errors are tolerated; none named, null and 0 mean any', () => {
    for (const [failOnErrors, count] of [
      [1, 1],
      [7, 7],
      [0, Infinity],
      [null, Infinity],
    ] as const) {
      expect(parse(message([post], { failOnErrors })).failOnErrors, String(failOnErrors)).to.equal(count);
    }
    expect(parse(message([post])).failOnErrors).to.equal(Infinity);
    expect(parse(message([post], { failOnErrors: '2' }), 'lenient').failOnErrors).to.equal(2);
    for (const failOnErrors of [-1, 1.5, '2', true, [], 1e300]) {
      expect(refusal(() => parse(message([post], { failOnErrors }))).scimType, String(failOnErrors)).to.equal(
        'invalidSyntax',
      );
    }
  });

  const places: [path: string, id: string | undefined, query: object][] = [
    ['/Users', undefined, {}],
    ['Users', undefined, {}],
    ['/Users/', undefined, {}],
    ['/Users?attributes=userName', undefined, { attributes: 'userName' }],
    ['Users?excludedAttributes=name%2Cemails&x', undefined, { excludedAttributes: 'name,emails', x: '' }],
  ];
  for (const [path, id, query] of places) {
    it(`reads the path ${path}`, () => {
      const operation = parsed({ ...post, path });
      expect('type' in operation && operation.type.name).to.equal('User');
      expect(operation).to.deep.include({ query });
      expect('id' in operation ? operation.id : undefined).to.equal(id);
    });
  }

  it('reads the id in a path, percent-encoded or not', () => {
    for (const path of ['/Groups/bulkId:g%201', 'Groups/bulkId%3Ag%201/', '/Groups/bulkId:g 1?attributes=id']) {
      expect(parsed({ method: 'DELETE', path }), path).to.include({ method: 'DELETE', id: 'bulkId:g 1' });
    }
  });

  const wrong: [title: string, operation: Json, refusal: string][] = [
    ['no object', 'x', '400 invalidSyntax'],
    ['no method', { path: '/Users', bulkId: 'a', data: {} }, '400 invalidSyntax'],
    ['a method that changes nothing', { ...post, method: 'GET' }, '400 invalidSyntax'],
    ['a method that is no text', { ...post, method: 1 }, '400 invalidSyntax'],
    ['no path', { method: 'POST', bulkId: 'a', data: {} }, '400 invalidSyntax'],
    ['a path that is no text', { ...post, path: ['/Users'] }, '400 invalidSyntax'],
    ['a POST without bulkId', { method: 'POST', path: '/Users', data: {} }, '400 invalidSyntax'],
    ['an empty bulkId', { ...post, bulkId: '' }, '400 invalidSyntax'],
    ['a bulkId that is no text', { ...post, bulkId: 1 }, '400 invalidSyntax'],
    ['a POST without data', { method: 'POST', path: '/Users', bulkId: 'a' }, '400 invalidSyntax'],
    ['data that is no object', { ...post, data: [] }, '400 invalidSyntax'],
    ['a version that is no text', { method: 'DELETE', path: '/Users/1', version: 1 }, '400 invalidSyntax'],
    ['a POST to a resource', { ...post, path: '/Users/1' }, '400 invalidValue'],
    ['a POST to a search', { ...post, path: '/Users/.search' }, '400 invalidValue'],
    ['a DELETE of all', { method: 'DELETE', path: '/Users' }, '400 invalidValue'],
    ['a Bulk inside a Bulk', { ...post, path: '/Bulk' }, '404'],
    ['a search', { ...post, path: '/.search' }, '404'],
    ['oneself', { method: 'PATCH', path: '/Me', data: {} }, '404'],
    ['a schema', { method: 'DELETE', path: '/Schemas/x' }, '404'],
    ['nowhere', { ...post, path: '/Nowhere' }, '404'],
    ['below a resource', { method: 'DELETE', path: '/Users/1/2' }, '404'],
    ['a path that is not well encoded', { method: 'DELETE', path: '/Us%ers/1' }, '404'],
    ['a double slash', { method: 'DELETE', path: '/Users//' }, '404'],
    ['an address of its own', { ...post, path: 'https://scim.example/scim/v2/Users' }, '404'],
    ['a prototype', { ...post, path: '/__proto__' }, '404'],
  ];
  for (const [title, operation, expected] of wrong) {
    it(`refuses an operation alone: ${title}`, () => {
      expect(refused(operation)).to.equal(expected);
    });
  }

  it('says of a refused operation what can be said of it', () => {
    expect(parsed({ ...post, path: '/Nowhere', method: 'put' })).to.include({ index: 0, method: 'PUT', bulkId: 'a' });
    expect(parsed({ ...post, method: 'GET' }))
      .to.include({ bulkId: 'a' })
      .and.not.have.property('method');
  });

  it('refuses all operations that share a bulkId, and no other', () => {
    const { operations } = parse(
      message([post, { ...post, bulkId: 'b' }, { method: 'DELETE', path: '/Users/1', bulkId: 'a' }]),
    );
    expect(operations.map((each) => ('refusal' in each ? each.refusal.scimType : 'accepted'))).to.deep.equal([
      'invalidValue',
      'accepted',
      'invalidValue',
    ]);
  });

  it('takes no data of a DELETE', () => {
    expect(parsed({ method: 'DELETE', path: '/Users/1', data: { a: 'bulkId:x' } })).to.not.have.property('data');
  });
});
