import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { components } from '../../../src/admin/api/components.ts';
import { openapiOf } from '../../../src/admin/api/openapi.ts';
import { ok, route, type Route } from '../../../src/admin/api/route.ts';
import { list, named, object, text } from '../../../src/admin/api/schema.ts';
import { api } from '../../../src/admin/api/serve.ts';
import { routes as table } from '../../../src/admin/api/table.ts';
import { adminFront, type AdminFront } from '../../support/adminFront.ts';
import { thingRoutes } from './things.ts';

type Part = Record<string, unknown>;

const served = (routes: readonly Route[]) => api(routes, { isOutage: () => false, onDefect: () => undefined }).routes;

const documentOf = (routes: readonly Route[]) =>
  JSON.parse(JSON.stringify(openapiOf(served(routes), 'https://id.example/admin/v1'))) as Part;

/** Every value of a member of that name below a part of a document. */
const all = (part: unknown, name: string): readonly unknown[] => {
  if (typeof part !== 'object' || part === null) return [];
  const own = Object.hasOwn(part, name) ? [(part as Part)[name]] : [];
  return [...own, ...Object.values(part).flatMap((each) => all(each, name))];
};

const at = (document: Part, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((part, key) => (part as Part)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);

/** The operations of a document, by `METHOD /path`. */
function operations(document: Part): ReadonlyMap<string, Part> {
  const paths = document['paths'] as Record<string, Record<string, Part>>;
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );
}

for (const [what, routes] of [
  ['of the table', table],
  ['of routes of every sort', thingRoutes],
] as const)
  describe(`The OpenAPI document ${what}`, () => {
    const document = documentOf(routes);

    it('is OpenAPI 3.1, by its meta-schema', async () => {
      const { valid, errors } = await new Validator().validate(documentOf(routes));
      expect(errors ?? []).to.deep.equal([]);
      expect(valid).to.equal(true);
    });

    it('has every route, once, with what it demands and an example of each answer', () => {
      const told = operations(document);
      expect([...told.keys()]).to.have.members(served(routes).map(({ method, path }) => `${method} ${path}`));
      const ids = [...told.values()].map(({ operationId }) => operationId);
      expect(new Set(ids).size).to.equal(ids.length);
      for (const { method, path, permission, answers } of served(routes)) {
        const operation = told.get(`${method} ${path}`) ?? {};
        const roles = permission === 'open' ? [] : [{ key: permission === 'any-key' ? [] : [permission] }];
        expect(operation['security'], path).to.deep.equal(roles);
        for (const [status, { schema }] of Object.entries(answers))
          if (schema) expect(all((operation['responses'] as Part)[status], 'example'), path).to.have.length.above(0);
      }
    });

    it('refers to nothing that is not there', () => {
      for (const pointer of all(document, '$ref'))
        expect(at(document, String(pointer)), String(pointer)).to.be.an('object');
    });

    it('gives examples that its schemas allow', () => {
      const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'document');
      let examples = 0;
      for (const [name, operation] of operations(document)) {
        const answers = operation['responses'] as Record<string, { content?: Record<string, { example?: unknown }> }>;
        const [method = '', path = ''] = name.split(' ');
        for (const [status, { content = {} }] of Object.entries(answers))
          for (const [mediaType, { example }] of Object.entries(content)) {
            if (example === undefined) continue;
            const escaped = [path, method.toLowerCase(), 'responses', status, 'content', mediaType, 'schema'].map(
              (key) => key.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D'),
            );
            const check = ajv.compile({ $ref: `document#/paths/${escaped.join('/')}` });
            expect(check(example), `${name} ${status}: ${JSON.stringify(check.errors)}`).to.equal(true);
            examples += 1;
          }
      }
      expect(examples).to.be.above(routes.length / 2);
    });
  });

describe('The OpenAPI document', () => {
  it('shows a dry run where something is destroyed, and what confirms it', () => {
    const operation = operations(documentOf(thingRoutes)).get('DELETE /things/{name}') ?? {};
    expect(Object.keys(operation['responses'] as Part)).to.deep.equal(['200', '204', 'default']);
    expect((operation['parameters'] as Part[]).map(({ name, $ref }) => name ?? $ref)).to.deep.equal([
      'name',
      'confirmation',
      '#/components/parameters/If-Match',
    ]);
  });

  it('has a named schema once, however deep it lies, and refuses two of one name', () => {
    const shared = components();
    const leaf = named('Leaf', object({ title: text() }));
    expect(shared.refer(list(leaf))).to.deep.equal({ type: 'array', items: { $ref: '#/components/schemas/Leaf' } });
    expect(shared.refer(leaf)).to.deep.equal({ $ref: '#/components/schemas/Leaf' });
    expect(Object.keys(shared.schemas())).to.deep.equal(['Leaf']);
    expect(() => shared.refer(named('Leaf', text()))).to.throw('Two schemas are named Leaf');
  });

  describe('over HTTP', () => {
    let front: AdminFront;
    before(async () => {
      front = await adminFront(thingRoutes);
    });
    after(() => front.server.close());

    it('is served without a key, with a page that shows it, whose files are all here', async () => {
      for (const path of ['/openapi.json', '/docs/openapi.json']) {
        const { status, headers, json } = await front.ask('GET', path, { key: '' });
        expect([status, headers['content-type']]).to.deep.equal([200, 'application/json; charset=utf-8']);
        expect(json).to.deep.equal(documentOf(thingRoutes));
      }
      const page = await front.ask('GET', '/docs/', { key: '' });
      expect(page.text).to.contain('<title>Rollcall: the admin API</title>');
      const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
      expect(files).to.have.length(4);
      for (const file of files)
        expect((await front.ask('GET', `/docs/${file}`, { key: '' })).status, file).to.equal(200);
    });

    it('is only read', async () => {
      const { status, headers, json } = await front.ask('POST', '/docs/openapi.json', { body: {} });
      expect([status, headers.allow, json?.['code']]).to.deep.equal([405, 'GET, HEAD', 'no-such-method']);
    });
  });

  it('a route whose name is taken by another schema is noticed when the document is made', () => {
    const one = (path: string, name: string, shape: ReturnType<typeof text>) =>
      route({
        method: 'GET',
        path,
        permission: 'any-key',
        summary: 'x',
        answers: { 200: { description: 'x', schema: named(name, shape), example: 'x' } },
        handle: async () => ok('x'),
      });
    expect(() => documentOf([one('/a', 'A', text()), one('/b', 'A', text({ maxLength: 5 }))])).to.throw('Two schemas');
  });
});
