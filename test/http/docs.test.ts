import { expect } from 'chai';
import { openapi } from '../../src/scim/openapi/document.ts';
import { testRegistry } from '../support/schemas.ts';
import { call, front } from './front.ts';
import type { Front } from './front.ts';

describe('the documentation of the API', () => {
  const document = openapi(testRegistry(), 'https://scim.corp.example/scim/v2');
  let on: Front;
  before(async () => {
    on = await front({ document: () => document });
  });
  after(() => on.server.close());

  const get = (path: string) => call(on.port, 'GET', path, { headers: { Authorization: 'none' } });

  it('is the OpenAPI document, without a token', async () => {
    const { status, headers, json } = await get('/docs/openapi.json');
    expect([status, headers['content-type']]).to.deep.equal([200, 'application/json; charset=utf-8']);
    expect(json).to.deep.equal(document);
  });

  it('is a page whose files are all here, and allowed by its policy', async () => {
    const { status, headers, text } = await get('/docs/');
    expect([status, headers['content-type']]).to.deep.equal([200, 'text/html; charset=utf-8']);
    const named = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
    expect(named).to.have.length(4);
    for (const file of named) {
      expect(file).to.match(/^[\w-]+\.\w+$/);
      expect((await get(`/docs/${file}`)).status, file).to.equal(200);
    }
    expect(text).not.to.match(/<script(?![^>]*src=)/);
  });

  it('runs no script but its own, and makes none of texts', async () => {
    const policy = (await get('/docs/')).headers['content-security-policy'] ?? '';
    expect(policy).to.include("default-src 'none'; script-src 'self';").and.include("connect-src 'self'");
    expect(policy).not.to.include('unsafe-eval').and.not.to.include('http');
    expect((await get('/health/live')).headers['content-security-policy']).to.equal("default-src 'none'");
  });

  it('is found without the slash, whatever stands before it', async () => {
    const { status, headers } = await get('/docs?x=/');
    expect([status, headers.location]).to.deep.equal([301, 'docs/']);
  });

  it('has nothing else, and is only read', async () => {
    expect((await get('/docs/package.json')).status).to.equal(404);
    expect((await get('/docs/..%2fpackage.json')).status).to.equal(404);
    const { status, headers, json } = await call(on.port, 'POST', '/docs/openapi.json', { body: '{}' });
    expect([status, headers.allow, json['status']]).to.deep.equal([405, 'GET, HEAD', '405']);
  });
});
