import { readdir } from 'node:fs/promises';
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { request as tlsRequest } from 'node:https';
import { fileURLToPath } from 'node:url';
import { clientOf, type Answer, type Client } from './support/client.ts';
import { temporaryFolders } from './support/folders.ts';
import { freshDatabase, standaloneMongod, type TestDatabase } from './support/mongod.ts';
import { endPrograms, firstRunOf, isId, runProgram, serve, stop, type Program } from './support/process.ts';
import { freePort } from './support/server.ts';

describe('the server process', function () {
  this.timeout(120_000);
  const folders = temporaryFolders();
  after(() => {
    endPrograms();
    return folders.remove();
  });

  describe('that cannot start', () => {
    it('names every wrong setting and ends with 2', async () => {
      const wrong = { PORT: 'many', LOG_LEVEL: 'loud', PUBLIC_URL: 'corp', HOST: '0.0.0.0', MONGODB_URI: 'http://db' };
      const { code, out, err } = await (await runProgram('main', wrong)).ended;
      expect([code, out]).to.deep.equal([2, '']);
      for (const name of Object.keys(wrong)) expect(err).to.match(new RegExp(`\\b${name}: `));
    });

    it('refuses a standalone MongoDB server, and says how to make a replica set of it', async () => {
      const standalone = await standaloneMongod();
      try {
        const { code, out, err } = await (await runProgram('main', { MONGODB_URI: standalone.uri })).ended;
        expect([code, out]).to.deep.equal([1, '']);
        expect(err).to.contain('--replSet').and.to.contain('rs.initiate()').and.to.contain('replicaSet=');
      } finally {
        await standalone.stop();
      }
    });

    it('says what is in its way where something else listens on its port', async () => {
      const database = await freshDatabase();
      const port = await freePort();
      const settings = { MONGODB_URI: database.uri, PORT: String(port), DATA_DIR: await folders.make() };
      const first = await serve(settings);
      const { code, out, err } = await (await runProgram('main', settings)).ended;
      expect([code, out]).to.deep.equal([1, '']);
      expect(err).to.match(new RegExp(`^rollcall: .*127\\.0\\.0\\.1:${port}\\b.*PORT`));
      // What is shown once is not made where nobody can ask for it.
      const empty = await freshDatabase();
      const dataDir = await folders.make();
      const unheard = { MONGODB_URI: empty.uri, PORT: String(port), DATA_DIR: dataDir };
      expect((await (await runProgram('main', unheard)).ended).code).to.equal(1);
      expect(await readdir(dataDir)).to.deep.equal([]);
      expect((await stop(first)).code).to.equal(0);
      await Promise.all([database.drop(), empty.drop()]);
    });
  });

  describe('on a MongoDB of its own', () => {
    const publicUrl = 'https://id.corp.example/rollcall';
    let database: TestDatabase;
    let server: Program;
    let token: string;
    let client: Client;

    before(async () => {
      database = await freshDatabase();
      const dataDir = await folders.make();
      const port = String(await freePort());
      server = await serve({
        MONGODB_URI: database.uri,
        DATA_DIR: dataDir,
        PORT: port,
        PUBLIC_URL: publicUrl,
        LOG_LEVEL: 'debug',
      });
      ({ token } = await firstRunOf(dataDir));
      client = clientOf([`http://127.0.0.1:${port}/scim/v2`], token);
    });
    after(async () => {
      client.close();
      await stop(server);
      await database.drop();
    });

    it('is found at PUBLIC_URL, whatever Host a request names', async () => {
      const base = `${publicUrl}/scim/v2`;
      expect(server.out()).to.contain(`SCIM base URL: ${base}\n`);
      const elsewhere = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' };
      const made = await client.request('POST', '/Users', { userName: 'mia@corp.example' }, elsewhere);
      const user = `${base}/Users/${made.body.id}`;
      expect(made.headers['location']).to.equal(user);
      const members = [{ value: made.body.id }];
      const group = await client.request('POST', '/Groups', { displayName: 'Ops EU', members }, elsewhere);
      expect(group.headers['location']).to.equal(`${base}/Groups/${group.body.id}`);
      const answers = await Promise.all(
        ['/Users', '/Groups', '/Schemas', '/ResourceTypes', '/nowhere', '/../../x'].map((path) =>
          client.request('GET', path, undefined, elsewhere),
        ),
      );
      expect(JSON.stringify([made, group, ...answers])).not.to.contain('evil.example');
      expect(JSON.stringify(answers)).to.contain(`"$ref":"${user}"`);
    });

    it('gives every answer a request id, which an error repeats in its detail', async () => {
      const id = await client.createUser('req@corp.example');
      const big = { userName: 'x'.repeat(1_100_000) };
      const asked: [status: number, answer: Promise<Answer>][] = [
        [200, client.request('GET', `/Users/${id}`)],
        [304, client.request('GET', `/Users/${id}`, undefined, { 'If-None-Match': 'W/"1"' })],
        [400, client.request('GET', '/Users?filter=nope')],
        [400, client.request('GET', '/Users?access_token=x')],
        [401, client.request('GET', '/Users', undefined, { Authorization: 'Bearer none' })],
        [404, client.request('GET', '/Users/nobody')],
        [404, client.request('GET', '/../../nowhere')],
        [405, client.request('POST', '/Schemas', {})],
        [409, client.request('POST', '/Users', { userName: 'REQ@corp.example' })],
        [412, client.request('PUT', `/Users/${id}`, { userName: 'r' }, { 'If-Match': 'W/"9"' })],
        [413, client.request('POST', '/Users', big)],
        [415, client.request('POST', '/Users', {}, { 'Content-Type': 'text/plain' })],
        [200, client.request('GET', '/../../health/live')],
        [405, client.request('POST', '/../../health/ready')],
      ];
      const ids = await Promise.all(
        asked.map(async ([status, answer]) => {
          const { status: given, headers, body } = await answer;
          const requestId = String(headers['x-request-id']);
          expect(given, JSON.stringify(body)).to.equal(status);
          expect(requestId).to.match(isId);
          if (status >= 400) expect(body['detail']).to.match(new RegExp(`\\[request ${requestId}\\]$`));
          return requestId;
        }),
      );
      expect(new Set(ids).size).to.equal(asked.length);
      await server.says(ids.at(-1) ?? '');
    });

    it('logs one line of each request, of what it was and how it ended, and nothing of a person', async () => {
      const canary = 'canary-4f1c';
      const logged = () =>
        server
          .err()
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>);
      const already = logged().length;
      const headers = { 'User-Agent': canary, 'X-Request-Id': canary, Cookie: canary };
      const person = { userName: `${canary}@corp.example`, name: { familyName: canary }, password: canary };
      const { body } = await client.request('POST', '/Users', person, headers);
      const answers = [
        await client.request('POST', '/Users', person, headers),
        await client.request('GET', `/Users?filter=userName+eq+%22${canary}%22`, undefined, headers),
        await client.request('GET', `/Users/${canary}`, undefined, headers),
        await client.request('GET', `/${canary}/${canary}`, undefined, headers),
        await client.request('GET', '/Users', undefined, { ...headers, Authorization: `Bearer ${canary}` }),
        await client.request('GET', `/Users?access_token=${canary}`, undefined, headers),
        await client.patch(`/Users/${body.id}`, [{ op: 'replace', path: canary, value: canary }], headers),
        await client.patch(`/Users/${body.id}`, [{ op: 'replace', path: 'active', value: canary }], headers),
        await client.request('PUT', `/Users/${body.id}`, { ...person, active: canary }, headers),
        await client.request('DELETE', `/Users/${body.id}`, undefined, headers),
      ];
      for (const { headers: sent } of answers) await server.says(String(sent['x-request-id']));
      expect(server.err() + server.out()).not.to.contain(canary);
      expect(server.err()).not.to.contain(token).and.not.to.contain('?');
      const lines = logged().slice(already);
      expect(lines.map(({ message }) => message)).to.deep.equal([...answers, body].map(() => 'request'));
      expect(lines.slice(1).map(({ requestId, status }) => [requestId, status])).to.deep.equal(
        answers.map(({ headers: sent, status }) => [sent['x-request-id'], status]),
      );
      for (const line of lines) {
        expect(line).to.include.keys('requestId', 'route', 'status', 'durationMs', 'level', 'timestamp');
        expect(String(line['route'])).to.match(/^[A-Z]+ \/scim\/v2\/((Users|:type)(\/:id)?|\*)$/);
      }
    });
  });

  it('speaks HTTPS with TLS_CERT and TLS_KEY, and says so in what it gives out', async () => {
    const database = await freshDatabase();
    const file = (name: string) => fileURLToPath(new URL(`http/${name}`, import.meta.url));
    const [port, dataDir] = [await freePort(), await folders.make()];
    const tls = { TLS_CERT: file('localhost.crt'), TLS_KEY: file('localhost.key') };
    const server = await serve({ ...tls, MONGODB_URI: database.uri, DATA_DIR: dataDir, PORT: String(port) });
    const { scimBaseUrl, token } = await firstRunOf(dataDir);
    expect(scimBaseUrl).to.equal(`https://127.0.0.1:${port}/scim/v2`);

    const body = JSON.stringify({ userName: 'kim@corp.example' });
    const location = await new Promise<string | undefined>((resolve, reject) => {
      const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' };
      const options = { method: 'POST', headers, agent: false, ca: readFileSync(tls.TLS_CERT) };
      tlsRequest(`${scimBaseUrl}/Users`, options, (answer) => {
        answer.resume();
        resolve(answer.headers.location);
      })
        .on('error', reject)
        .end(body);
    });
    expect(location).to.match(new RegExp(`^${scimBaseUrl}/Users/`));
    expect((await stop(server)).code).to.equal(0);
    await database.drop();
  });
});
