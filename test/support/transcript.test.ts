import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { play } from './play.ts';
import { parseTranscript } from './transcript.ts';

const lines = (...text: string[]): string => text.join('\n');

const simple = lines(
  '# Okta looks, and so on.',
  '# More about it.',
  '# dialect: strict',
  '# scopes: users:read, groups:read',
  '# connections: two',
  '# options: adopt=userName',
  '',
  '### Create',
  '# A note on the exchange.',
  'POST /scim/v2/Users',
  'Content-Type: application/json',
  '',
  '{ "userName": "kim" }',
  '',
  'HTTP 201',
  'Location: {base}/Users/{id}',
  '',
  '{ "id": "{id}" }',
  '',
  '### Read',
  'GET /scim/v2/Users/{id}?filter=a eq "é"&',
  'Authorization: <none>',
  '',
  'HTTP 200',
  '',
);

describe('A transcript', () => {
  it('knows a token that stands for one of the people where it asks for one', () => {
    const asking = (options: string) =>
      parseTranscript(
        'x.http',
        `# Me.\n${options}\n### Me\nGET /scim/v2/Me\nAuthorization: Bearer {meToken}\n\nHTTP 200\n`,
      );
    expect(asking('# options: me=ann interop').setup.options).to.deep.equal({ me: 'ann', interop: '' });
    expect(() => asking('# options: interop')).to.throw('{meToken} is used before it is captured');
  });

  it('is read with its directives, requests and expectations', () => {
    const { about, setup, exchanges } = parseTranscript('x.http', simple);
    expect(about).to.equal('Okta looks, and so on.');
    expect(setup).to.deep.equal({
      dialect: 'strict',
      scopes: ['users:read', 'groups:read'],
      connections: 'two',
      options: { adopt: 'userName' },
    });
    expect(exchanges.map(({ title, line, method }) => [title, line, method])).to.deep.equal([
      ['Create', 8, 'POST'],
      ['Read', 20, 'GET'],
    ]);
    expect(exchanges[0]?.body).to.equal('{ "userName": "kim" }');
    expect(exchanges[0]?.expected).to.deep.equal({
      status: 201,
      headers: [['Location', '{base}/Users/{id}']],
      body: { id: '{id}' },
    });
    expect(exchanges[1]?.expected.body).to.equal(undefined);
  });

  const broken: [why: string, text: string, message: RegExp][] = [
    ['has no first comment', 'GET /', /x\.http:1: the first line is a comment/],
    ['has no exchange', '# Nobody.\n', /no exchange/],
    ['expects no status', '# A.\n### T\nGET /x\n', /x\.http:2: .*HTTP <status>/],
    ['has no request line', '# A.\n### T\nFETCH /x\n\nHTTP 200\n', /'FETCH \/x' is no request line/],
    ['expects what is no JSON', '# A.\n### T\nGET /x\n\nHTTP 200\n\n{a}\n', /no JSON/],
    ['misspells a kind', '# A.\n### T\nGET /x\n\nHTTP 200\n\n{"a":"<abent>"}\n', /'<abent>' at 'a' is unknown/],
    ['names no dialect of ours', '# A.\n# dialect: loud\n### T\nGET /x\n\nHTTP 200\n', /'loud' is no dialect/],
    ['uses a name too early', '# A.\n### T\nGET /{id}\n\nHTTP 200\n', /\{id\} is used before it is captured/],
    ['has one connection only', '# A.\n### T\nGET /{token2}\n\nHTTP 200\n', /\{token2\} is used before/],
  ];
  for (const [why, text, message] of broken) {
    it(`is refused where it ${why}`, () => {
      expect(() => parseTranscript('x.http', text)).to.throw(message);
    });
  }
});

describe('Playing a transcript', () => {
  const seen: { url: string | undefined; headers: IncomingMessage['headers']; body: string }[] = [];
  let answer: (response: ServerResponse) => void;
  let base = '';

  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ url: request.url, headers: request.headers, body });
      answer(response);
    });
  });

  before((done) => {
    server.listen(0, '127.0.0.1', () => {
      base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/scim/v2`;
      done();
    });
  });
  after((done) => {
    server.close(done);
  });
  beforeEach(() => {
    seen.length = 0;
  });

  const reply = (status: number, body: object | string, headers: Record<string, string> = {}): void => {
    answer = (response) => {
      response.writeHead(status, { 'X-Request-Id': 'r1', 'Content-Type': 'application/scim+json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  };

  const run = (text: string): Promise<void> =>
    play(parseTranscript('a/b.http', text), () => Promise.resolve({ base, token: 't1' }));

  const failure = async (text: string): Promise<string> =>
    run(text).then(
      () => 'it passed',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );

  const get = (...expected: string[]): string => lines('# A.', '### T', 'GET /scim/v2/Users', '', ...expected);

  it('sends what is written: raw target, own headers, captured names, repeated texts', async () => {
    answer = (response) => {
      response.writeHead(201, {
        'X-Request-Id': 'r1',
        Location: `${base}/Users/9`,
        'Content-Type': 'application/scim+json',
      });
      response.end('{"id":"9"}');
    };
    await run(
      lines(
        '# A.',
        '# people: ann',
        '### C',
        'POST /scim/v2/Users',
        '',
        '{ "id": "{ann}", "x": "{3 times ab}" }',
        '',
        'HTTP 201',
        'Location: {base}/Users/{id}',
        '',
        '### R',
        'PUT /scim/v2/Users/{id}?filter=a+b eq "é"%20&',
        'Authorization: <none>',
        'X-Mine: {id}',
        '',
        'HTTP 201',
      ),
    );
    expect(seen.map(({ url }) => url)).to.deep.equal([
      '/scim/v2/Users',
      '/scim/v2/Users',
      '/scim/v2/Users/9?filter=a+b%20eq%20"%C3%A9"%20&',
    ]);
    expect(seen[0]?.body).to.contain('"userName":"ann@corp.example"');
    expect(seen[1]?.body).to.equal('{ "id": "9", "x": "ababab" }');
    expect(seen[1]?.headers).to.include({ authorization: 'Bearer t1', 'content-type': 'application/scim+json' });
    expect(seen[2]?.headers)
      .to.include({ 'x-mine': '9' })
      .and.not.have.any.keys('authorization', 'user-agent', 'accept');
  });

  it('says where an answer differs, and shows it whole', async () => {
    reply(200, { id: '9', name: { givenName: 'Kim' } });
    const message = await failure(get('HTTP 200', '', '{ "name": { "givenName": "Kym" } }'));
    const ofNode = /^ {2}(date|connection|transfer-encoding|content-length): /;
    expect(message.split('\n').filter((line) => !ofNode.test(line))).to.deep.equal([
      'a/b.http:2: T',
      '  at       $.name.givenName',
      '  expected "Kym"',
      '  got      "Kim"',
      'The whole answer:',
      '  HTTP 200',
      '  x-request-id: r1',
      '  content-type: application/scim+json',
      '',
      '  {',
      '    "id": "9",',
      '    "name": {',
      '      "givenName": "Kim"',
      '    }',
      '  }',
    ]);
  });

  const error = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '404',
    detail: 'User 9 does not exist [request r1]',
  };
  const page = { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], Resources: [{}], itemsPerPage: 100 };

  const rules: [rule: string, status: number, body: object | string, headers: Record<string, string>, at: string][] = [
    ['another status', 500, {}, {}, 'status'],
    ['another media type', 200, {}, { 'Content-Type': 'application/json' }, 'header Content-Type'],
    ['no request id', 200, {}, { 'X-Request-Id': '' }, 'header X-Request-Id'],
    ['an error that is no SCIM Error', 404, { message: 'no' }, {}, '$.schemas'],
    ['a numeric status', 404, { ...error, status: 404 }, {}, '$.status'],
    ['a detail without the request id', 404, { ...error, detail: 'no' }, {}, '$.detail'],
    ['a 401 without a challenge', 401, { ...error, status: '401' }, {}, 'header WWW-Authenticate'],
    ['an itemsPerPage that counts something else', 200, page, {}, '$.itemsPerPage'],
    ['a version that is not the ETag', 200, { meta: { version: 'W/"1"' } }, { ETag: 'W/"2"' }, '$.meta.version'],
    ['an expected header that is missing', 200, {}, {}, 'header Location'],
  ];
  for (const [rule, status, body, headers, at] of rules) {
    it(`refuses ${rule}`, async () => {
      reply(status, body, headers);
      const expected = at === 'status' ? 200 : status;
      const header = at === 'header Location' ? ['Location: <any>'] : [];
      expect(await failure(get(`HTTP ${String(expected)}`, ...header))).to.contain(`at       ${at}\n`);
    });
  }

  it('lets a SCIM Error pass that was expected', async () => {
    reply(404, error);
    await run(get('HTTP 404', 'X-Request-Id: r1', 'Location: <absent>', '', '{ "scimType": "<absent>" }'));
  });
});
