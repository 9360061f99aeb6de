import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { errorKinds } from '../../../src/scim/errorKinds.ts';
import { openapi } from '../../../src/scim/openapi/document.ts';
import type { Json, JsonObject, ScimRequest } from '../../../src/scim/types.ts';
import { testCaller } from '../../support/callers.ts';
import { exchange } from '../../support/exchange.ts';
import type { Answer } from '../../support/exchange.ts';
import { testRegistry } from '../../support/schemas.ts';

const document = openapi(testRegistry(), 'https://scim.example/scim/v2');

/** The part of the document at a JSON pointer. */
function at(pointer: string): JsonObject {
  const keys = pointer.split('/').slice(1);
  const found = keys.reduce<Json | undefined>(
    (part, key) => (part as JsonObject)[key.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  );
  if (typeof found !== 'object' || found === null || Array.isArray(found)) throw new Error(`Nothing at ${pointer}`);
  return found;
}

const paths = at('/paths');
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof methods)[number];

const documented = (path: string): readonly Method[] =>
  methods.filter((method) => Object.hasOwn(at(`/paths/${path.replaceAll('/', '~1')}`), method.toLowerCase()));

const operation = (method: Method, path: string): string =>
  `/paths/${path.replaceAll('/', '~1')}/${method.toLowerCase()}`;

/** The example of a request's body. */
const example = (method: Method, path: string): Json =>
  at(`${operation(method, path)}/requestBody/content/application~1scim+json`)['example'] ?? null;

const schemas = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'document');

/** What the document's schema at a pointer finds wrong with a body. */
const faults = (pointer: string, body: Json): unknown => {
  const check = schemas.compile({ $ref: `document#${pointer}` });
  return check(body) ? undefined : check.errors;
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Every value of `$ref` below a part of the document. */
const references = (part: Json): readonly string[] => {
  if (typeof part !== 'object' || part === null) return [];
  const own = !Array.isArray(part) && typeof part['$ref'] === 'string' ? [part['$ref']] : [];
  return [...own, ...Object.values(part).flatMap(references)];
};

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1, by its meta-schema', async () => {
    // The validator takes SCIM's attribute `$ref` for a reference: it is called otherwise for it.
    const text = JSON.stringify(document).replaceAll('"$ref":{', '"reference":{');
    const { valid, errors } = await new Validator().validate(JSON.parse(text) as Record<string, unknown>);
    expect(errors ?? []).to.deep.equal([]);
    expect(valid).to.equal(true);
  });

  it('refers to nothing that is not there, and holds nothing that nobody refers to', () => {
    const used = new Set(references(document));
    expect(used.size).to.be.above(40);
    for (const pointer of used) at(pointer.slice(1));
    for (const section of ['schemas', 'parameters', 'headers'])
      for (const name of Object.keys(at(`/components/${section}`)))
        expect([...used], name).to.include(`#/components/${section}/${name}`);
  });

  it('names each operation once', () => {
    const ids = Object.keys(paths).flatMap((path) =>
      documented(path).map((method) => at(operation(method, path))['operationId']),
    );
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('has every endpoint of the server', () => {
    const types = testRegistry().types.flatMap(({ endpoint }) => [endpoint, `${endpoint}/.search`, `${endpoint}/{id}`]);
    const others = ['/.search', '/Bulk', '/Me', '/ServiceProviderConfig', '/Schemas', '/ResourceTypes'];
    const single = ['/Schemas/{id}', '/ResourceTypes/{id}'];
    expect(Object.keys(paths)).to.have.members([...types, ...others, ...single]);
  });

  for (const path of Object.keys(paths))
    it(`has the methods of ${path} that the server allows, and no others`, async () => {
      const send = exchange();
      const other = methods.find((method) => !documented(path).includes(method));
      // Nobody is made again by a POST to /Me (RFC 7644 §3.11).
      if (path === '/Me') expect(documented(path)).to.deep.equal(methods.filter((method) => method !== 'POST'));
      else if (!other) throw new Error('Every method is allowed');
      else {
        const { status, headers } = await send(other, path.replace('{id}', 'x'));
        expect([status, headers['Allow']]).to.deep.equal([405, documented(path).join(', ')]);
      }
    });

  it('tells of each kind of error, and of no other', () => {
    const responses = Object.values(at('/components/responses')) as JsonObject[];
    const told = responses.map(
      ({ content }) => (content as Record<string, { schema: JsonObject }>)['application/scim+json'],
    );
    const scimTypes = JSON.stringify(told);
    for (const { scimType } of errorKinds()) if (scimType) expect(scimTypes).to.include(`"${scimType}"`);
    const listed = at('/components/schemas/Error/properties/scimType')['enum'];
    expect(listed).to.have.members([...new Set(errorKinds().flatMap(({ scimType }) => scimType ?? []))]);
  });

  it('gives examples that its schemas allow', () => {
    let examples = 0;
    for (const path of Object.keys(paths))
      for (const method of documented(path)) {
        if (!Object.hasOwn(at(operation(method, path)), 'requestBody')) continue;
        const content = `${operation(method, path)}/requestBody/content/application~1scim+json`;
        expect(faults(`${content}/schema`, example(method, path)), `${method} ${path}`).to.equal(undefined);
        examples += 1;
      }
    expect(examples).to.be.above(10);
  });
});

describe('what the OpenAPI document says', () => {
  /** Sends a request, and demands that the answer is one that is documented. */
  async function play(
    send: ReturnType<typeof exchange>,
    method: Method,
    path: string,
    more: Partial<ScimRequest> & { id?: string } = {},
  ): Promise<Answer> {
    const { id = '', ...rest } = more;
    const answer = await send(method, path.replace('{id}', id), rest);
    const response = `${operation(method, path)}/responses/${answer.status}`;
    const { $ref } = at(response);
    const documentedAt = typeof $ref === 'string' ? $ref.slice(1) : response;
    if (Object.hasOwn(at(documentedAt), 'content')) {
      const schema = `${documentedAt}/content/application~1scim+json/schema`;
      expect(faults(schema, answer.body), `${method} ${path}: ${JSON.stringify(answer.body)}`).to.equal(undefined);
    } else expect(answer.body).to.deep.equal({});
    return answer;
  }

  for (const { name, endpoint, access } of testRegistry().types)
    it(`is so of the ${access === 'readWrite' ? 'writable' : 'read-only'} type ${name}, with the examples as requests`, async () => {
      const send = exchange();
      const one = `${endpoint}/{id}`;
      if (access === 'readOnly') {
        expect((await play(send, 'GET', endpoint)).body['totalResults']).to.equal(0);
        expect((await play(send, 'GET', one, { id: 'x' })).status).to.equal(404);
        const search = `${endpoint}/.search`;
        expect((await play(send, 'POST', search, { body: example('POST', search) })).status).to.equal(200);
        return;
      }
      const created = await play(send, 'POST', endpoint, { body: example('POST', endpoint) });
      expect(created.status).to.equal(201);
      const id = textOf(created.body['id']);
      const statuses = [
        await play(send, 'POST', endpoint, { body: example('POST', endpoint) }),
        await play(send, 'POST', endpoint, { body: {} }),
        await play(send, 'GET', one, { id }),
        await play(send, 'PUT', one, { id, body: example('PUT', one) }),
        await play(send, 'PATCH', one, { id, body: example('PATCH', one) }),
        await play(send, 'PATCH', one, { id, body: example('PATCH', one), query: { attributes: 'id' } }),
        await play(send, 'PATCH', one, { id, body: example('PATCH', one), ifMatch: 'W/"99"' }),
        await play(send, 'GET', endpoint),
        await play(send, 'GET', endpoint, { query: { filter: 'id eq' } }),
        await play(send, 'POST', `${endpoint}/.search`, { body: example('POST', `${endpoint}/.search`) }),
        await play(send, 'DELETE', one, { id }),
        await play(send, 'DELETE', one, { id }),
      ].map(({ status }) => status);
      const patched = name === 'Group' ? 204 : 200;
      expect(statuses).to.deep.equal([409, 400, 200, 200, patched, 200, 412, 200, 400, 200, 204, 404]);
    });

  it('is so of discovery', async () => {
    const send = exchange();
    for (const path of Object.keys(paths).filter((each) => /Config|Schemas|ResourceTypes/.test(each))) {
      const id = path.startsWith('/Schemas') ? 'urn:ietf:params:scim:schemas:core:2.0:User' : 'User';
      expect((await play(send, 'GET', path, { id })).status).to.equal(200);
    }
  });

  it('is so of /Me', async () => {
    const send = exchange();
    expect((await play(send, 'GET', '/Me')).status).to.equal(501);
    const { body } = await send('POST', '/Users', { body: example('POST', '/Users') });
    const caller = testCaller({ user: textOf(body['id']) });
    expect((await play(send, 'GET', '/Me', { caller })).status).to.equal(200);
    expect((await play(send, 'PATCH', '/Me', { caller, body: example('PATCH', '/Me') })).status).to.equal(200);
    expect((await play(send, 'DELETE', '/Me', { caller })).status).to.equal(204);
  });

  it('is so of searches and Bulk over all types', async () => {
    const send = exchange();
    expect((await play(send, 'POST', '/Bulk', { body: example('POST', '/Bulk') })).status).to.equal(200);
    const { status, body } = await play(send, 'POST', '/.search', { body: example('POST', '/.search') });
    expect([status, body['totalResults']]).to.deep.equal([200, 1]);
  });
});
