import { expect } from 'chai';
import { confirmation } from '../../../src/admin/api/confirm.ts';
import { text } from '../../../src/admin/api/schema.ts';
import { api } from '../../../src/admin/api/serve.ts';
import { routes as table } from '../../../src/admin/api/table.ts';
import { adminFront, type AdminFront } from '../../support/adminFront.ts';
import { thingRoutes, things } from './things.ts';

describe('The frame of the admin API', () => {
  let front: AdminFront;

  before(async () => {
    front = await adminFront(thingRoutes);
  });
  after(() => front.server.close());
  beforeEach(() => {
    things.clear();
  });

  const code = (answer: { readonly json: Record<string, unknown> | undefined }) => answer.json?.['code'];

  it('wants a key in the header, and the permission of the route before it reads a body', async () => {
    const none = await front.ask('GET', '/things', { key: '' });
    expect([none.status, code(none), none.headers['www-authenticate']]).to.deep.equal([
      401,
      'no-key',
      'Bearer realm="admin"',
    ]);
    expect(none.headers['content-type']).to.equal('application/problem+json');
    expect(none.headers['cache-control']).to.equal('no-store');
    expect(none.json?.['requestId']).to.equal(none.headers['x-request-id']);
    expect(code(await front.ask('GET', '/things', { key: 'bogus' }))).to.equal('unknown-key');
    expect(code(await front.ask('GET', '/things?access_token=all'))).to.equal('key-in-address');
    const refused = await front.ask('POST', '/things', { key: 'teams.read', body: '{' });
    expect([refused.status, code(refused)]).to.deep.equal([403, 'not-allowed']);
    expect(refused.json?.['detail']).to.contain('teams.manage');
    expect((await front.ask('GET', '/things', { key: 'teams.read' })).status).to.equal(200);
  });

  it('knows addresses, the more specific ones first, and what each of them answers', async () => {
    const nothing = await front.ask('GET', '/nothing');
    expect([nothing.status, code(nothing)]).to.deep.equal([404, 'no-such-address']);
    for (const path of ['', '/', '/things/', '/things//x', '/things/%zz', '/Things'])
      expect((await front.ask('GET', path)).status, path).to.equal(404);
    const method = await front.ask('PUT', '/things');
    expect([method.status, code(method), method.headers.allow]).to.deep.equal([
      405,
      'no-such-method',
      'GET, POST, HEAD',
    ]);
    expect((await front.ask('GET', '/things/rows')).status).to.equal(200);
    expect((await front.ask('HEAD', '/things')).text).to.equal('');
  });

  it('checks what is sent against the schemas, and names every fault', async () => {
    const wrong = await front.ask('POST', '/things', { body: { size: 0, tags: [1], bogus: true } });
    expect([wrong.status, code(wrong)]).to.deep.equal([400, 'invalid']);
    expect(wrong.json?.['errors']).to.deep.equal([
      { path: '/body/name', message: 'is missing' },
      { path: '/body/bogus', message: 'is not known here' },
      { path: '/body/size', message: 'must be at least 1' },
      { path: '/body/tags/0', message: 'must be of the type string' },
    ]);
    expect(code(await front.ask('POST', '/things'))).to.equal('body-missing');
    expect(code(await front.ask('POST', '/jobs', { body: {} }))).to.equal('body-unexpected');
    expect(code(await front.ask('POST', '/things', { body: '{' }))).to.equal('malformed-body');
    const type = await front.ask('POST', '/things', { body: 'a', headers: { 'content-type': 'text/plain' } });
    expect([type.status, code(type)]).to.deep.equal([415, 'not-json']);
    const large = await front.ask('POST', '/things', { body: JSON.stringify({ name: 'x'.repeat(1_048_576) }) });
    expect([large.status, code(large)]).to.deep.equal([413, 'body-too-large']);
  });

  it('reads a query as its schemas type it', async () => {
    const { json } = await front.ask('GET', '/things?limit=5&kind=b&only=x');
    expect(json?.['query']).to.deep.equal({ limit: 5, kind: 'b', only: ['x'], deep: false });
    const two = await front.ask('GET', '/things?only=x&only=y&deep=true');
    expect(two.json?.['query']).to.deep.equal({ limit: 100, only: ['x', 'y'], deep: true });
    const wrong = await front.ask('GET', '/things?limit=0&kind=c&bogus=1&sort=--');
    expect((wrong.json?.['errors'] as { path: string }[]).map(({ path }) => path)).to.deep.equal([
      '/query/bogus',
      '/query/sort',
      '/query/limit',
      '/query/kind',
    ]);
  });

  it('shows versions as ETags, and holds to If-Match', async () => {
    const made = await front.ask('POST', '/things', { body: { name: 'One' } });
    expect([made.status, made.headers.etag, made.headers.location]).to.deep.equal([201, '"1"', '/admin/v1/things/One']);
    const change = (ifMatch: string) =>
      front.ask('PATCH', '/things/One', { body: {}, headers: { 'if-match': ifMatch } });
    expect((await change('"1"')).headers.etag).to.equal('"2"');
    const late = await change('"1"');
    expect([late.status, code(late), late.headers.etag]).to.deep.equal([412, 'changed', undefined]);
    expect((await change('"bogus"')).status).to.equal(412);
    expect((await change('*')).status).to.equal(200);
    expect((await front.ask('POST', '/jobs')).status).to.equal(202);
  });

  it('says problems in the language that the client reads', async () => {
    const french = await front.ask('PATCH', '/things/x', {
      body: {},
      headers: { 'accept-language': 'de, fr-CA;q=0.8, en;q=0.5' },
    });
    expect(french.json).to.deep.include({
      type: 'urn:rollcall:problem:unknown',
      title: 'Not Found',
      status: 404,
      detail: 'Thing «\u00A0x\u00A0» introuvable\u00A0: affichez la liste pour voir les identifiants',
    });
    expect(french.headers['content-language']).to.equal('fr');
    const english = await front.ask('PATCH', '/things/x', { body: {} });
    expect(english.json?.['detail']).to.equal("There is no Thing 'x': list them to see their ids");
  });

  it('tells a defect to the log and nobody else', async () => {
    const failed = await front.ask('GET', '/defect');
    expect([failed.status, code(failed)]).to.deep.equal([500, 'defect']);
    expect(failed.text).not.to.contain('secret words');
  });

  it('logs who asked for what by pattern', async () => {
    await front.ask('PATCH', '/things/private-name', { body: {}, key: 'teams.manage' });
    const line = front.lines().findLast(({ message }) => message === 'request');
    expect(line).to.deep.include({
      connection: 'key:teams.manage',
      route: 'PATCH /admin/v1/things/{name}',
      status: 404,
    });
  });

  it('streams rows as NDJSON or CSV', async () => {
    const lines = await front.ask('GET', '/things/rows');
    expect(lines.headers['content-type']).to.equal('application/x-ndjson; charset=utf-8');
    expect(lines.text).to.equal('{"name":"One, \\"two\\"","n":1}\n{"name":"=1+1","n":-2}\n');
    const csv = await front.ask('GET', '/things/rows', { headers: { accept: 'text/csv' } });
    expect(csv.text).to.equal('name,n\r\n"One, ""two""",1\r\n\'=1+1,-2\r\n');
  });

  it('tells the effects of what destroys, and does it where these were confirmed and still hold', async () => {
    await front.ask('POST', '/things', { body: { name: 'One' } });
    const dry = await front.ask('DELETE', '/things/One');
    expect([dry.status, dry.json?.['dryRun']]).to.deep.equal([200, { version: 1 }]);
    expect(things.has('One')).to.equal(true);
    const token = String(dry.json?.['confirmation']);
    const confirm = (path: string, key?: string) => front.ask('DELETE', `${path}?confirmation=${token}`, { key });
    await front.ask('POST', '/things', { body: { name: 'Two' } });
    expect(code(await confirm('/things/Two')), 'of another').to.equal('confirmation-invalid');
    expect(code(await confirm('/things/One', 'teams.manage')), 'by another').to.equal('confirmation-invalid');
    expect(code(await front.ask('DELETE', '/things/One?confirmation=bogus'))).to.equal('confirmation-invalid');
    await front.ask('PATCH', '/things/One', { body: {} });
    const outdated = await confirm('/things/One');
    expect([outdated.status, code(outdated)]).to.deep.equal([409, 'confirmation-outdated']);
    const again = await front.ask('DELETE', '/things/One');
    const doing = await front.ask('DELETE', `/things/One?confirmation=${String(again.json?.['confirmation'])}`);
    expect([doing.status, doing.text]).to.deep.equal([204, '']);
    expect([...things.keys()]).to.deep.equal(['Two']);
  });

  it('answers a batch item by item', async () => {
    const { status, json } = await front.ask('POST', '/batch', {
      key: 'teams.manage',
      body: {
        items: [
          { method: 'POST', path: '/things', body: { name: 'One' } },
          { method: 'POST', path: '/things', body: { name: 'One' } },
          { method: 'POST', path: '/things', body: {} },
          { method: 'PATCH', path: '/things/One', body: {}, ifMatch: '"1"' },
          { method: 'PATCH', path: '/things/One', body: {}, ifMatch: '"1"' },
          { method: 'GET', path: '/things?limit=1' },
          { method: 'GET', path: '/things/rows' },
          { method: 'POST', path: '/batch', body: { items: [] } },
          { method: 'GET', path: '/nothing' },
          { method: 'GET', path: '/defect' },
        ],
      },
    });
    expect(status).to.equal(200);
    const items = json?.['items'] as { status: number; problem?: { code: string }; etag?: string; location?: string }[];
    expect(items.map((item) => [item.status, item.problem?.code ?? item.etag])).to.deep.equal([
      [201, '"1"'],
      [409, 'name-taken'],
      [400, 'invalid'],
      [200, '"2"'],
      [412, 'changed'],
      [403, 'not-allowed'],
      [400, 'not-in-batch'],
      [400, 'not-in-batch'],
      [404, 'no-such-address'],
      [500, 'defect'],
    ]);
    expect(items[0]?.location).to.equal('/things/One');
  });

  it('takes a thousand items, and no more', async () => {
    const items = (many: number) =>
      Array.from({ length: many }, (_, at) => ({ method: 'POST', path: '/things', body: { name: String(at) } }));
    const most = await front.ask('POST', '/batch', { body: { items: items(1_000) } });
    expect([most.status, things.size]).to.deep.equal([200, 1_000]);
    expect((most.json?.['items'] as { location: string }[]).map(({ location }) => location)).to.deep.equal(
      items(1_000).map(({ body: { name } }) => `/things/${name}`),
    );
    const over = await front.ask('POST', '/batch', { body: { items: items(1_001) } });
    expect([over.status, code(over)]).to.deep.equal([400, 'invalid']);
  });

  it('does not start with a route that lacks something', () => {
    const [first] = thingRoutes;
    if (!first) throw new Error('no route');
    const made = (changed: object) => () =>
      api([{ ...first, ...changed }], { isOutage: () => false, onDefect: () => undefined });
    expect(made({})).not.to.throw();
    expect(made({ permission: undefined })).to.throw('demands no permission');
    expect(made({ permission: 'bogus' })).to.throw('demands no permission');
    expect(made({ answers: {} })).to.throw('nothing of its answers');
    expect(made({ answers: { 200: { description: 'x', schema: text() } } })).to.throw('no example');
    expect(made({ answers: { 200: { description: 'x', schema: text(), example: 1 } } })).to.throw('type string');
    expect(made({ path: 'things' })).to.throw('cannot be asked for');
    expect(made({ method: 'POST', path: '/batch' })).to.throw('twice');
    expect(made({ query: { confirmation }, effects: { schema: text(), of: () => undefined } })).to.throw(
      'confirmation',
    );
    expect(() => api(table, { isOutage: () => false, onDefect: () => undefined })).not.to.throw();
  });
});
