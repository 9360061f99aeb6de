import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanUp } from '../scripts/demo/cleanUp.ts';
import { UnexpectedAnswer, differences } from '../scripts/demo/client.ts';
import { entraRun } from '../scripts/demo/entra.ts';
import { oktaRun } from '../scripts/demo/okta.ts';
import { startTestServer } from './support/server.ts';
import type { TestServer } from './support/server.ts';

describe('the demo', () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  const play = async () => {
    const { base, token } = await server.tenant();
    const target = { scimBaseUrl: base, token };
    const lines: string[] = [];
    const print = (line: string) => lines.push(...line.split('\n'));
    return { target, lines, print };
  };

  it("Okta's run goes through, leaves two people, and can be run again after cleaning up", async () => {
    const { target, lines, print } = await play();
    await oktaRun(target, print);
    expect(lines).to.include('    ~ active: true → false');
    expect(lines).to.include('    + members[ana.li@rollcall-demo.example]: "User"');
    expect(await cleanUp(target)).to.equal(2);
    await oktaRun(target, print);
  });

  it("Entra's run goes through and leaves nothing", async () => {
    const { target, lines, print } = await play();
    await entraRun(target, print);
    expect(lines).to.include('    ~ name.familyName: "Lund" → "Lund-Berg"');
    expect(lines).to.include('    - members[mia@rollcall-demo.example]: "User"');
    expect(await cleanUp(target)).to.equal(0);
  });

  it('an answer that the client could not go on with ends the run', async () => {
    const stubborn = createServer((_, response) => response.writeHead(200).end('{}'));
    stubborn.listen(0, '127.0.0.1');
    await once(stubborn, 'listening');
    try {
      const { port } = stubborn.address() as AddressInfo;
      const failure = await oktaRun({ scimBaseUrl: `http://127.0.0.1:${port}`, token: 'x' }, () => undefined).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.be.instanceOf(UnexpectedAnswer);
      expect(failure).to.have.property('message').that.includes('a list of at most two');
    } finally {
      stubborn.close();
    }
  });

  it('a difference names what came, what went and what is another', () => {
    const before = { a: 1, b: { c: 'x' }, emails: [{ type: 'work', value: 'm' }], meta: { version: '1' } };
    const after = { a: 2, emails: [{ type: 'work', value: 'm' }], d: true, meta: { version: '2' } };
    expect(differences(before, after)).to.deep.equal(['~ a: 1 → 2', '- b.c: "x"', '+ d: true']);
  });

  it('a deleted resource is gone, in one line', () => {
    expect(differences({ id: '1', a: 1 }, {})).to.deep.equal(['gone']);
  });
});
