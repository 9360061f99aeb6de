import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunning } from '../../src/mongod/embedded.ts';
import { endScripts, runScript } from '../support/child.ts';
import { mongodsOn, remember, remembered } from '../support/embedded.ts';
import { temporaryFolders } from '../support/folders.ts';
import type { Child } from '../support/child.ts';

const folders = temporaryFolders();

/** Starts a server process on a data folder and waits for its connection string. */
async function serve(dataDir: string): Promise<{ server: Child; uri: string }> {
  const server = runScript('embeddedServer.ts', dataDir);
  const line = await server.line((text) => text.startsWith('{"uri"') || text.startsWith('{"refused"'));
  const { uri } = JSON.parse(line) as { readonly uri?: string };
  if (uri === undefined) throw new Error(line);
  return { server, uri };
}

describe('the embedded MongoDB server of a process that dies', function () {
  this.timeout(60_000);

  let dataDir: string;
  beforeEach(async () => (dataDir = await folders.make()));
  afterEach(async () => {
    endScripts();
    for (const pid of mongodsOn(dataDir)) process.kill(pid, 'SIGKILL');
    await folders.remove();
  });

  const killed = async (server: Child, ...pids: readonly number[]) => {
    for (const pid of [server.pid, ...pids]) process.kill(pid, 'SIGKILL');
    await server.ended;
  };
  const stopped = async (server: Child, pid: number, signal: NodeJS.Signals) => {
    process.kill(pid, signal);
    expect(await server.ended).to.equal(0);
    expect(mongodsOn(dataDir)).to.deep.equal([]);
  };

  it('is replaced when only the process was killed, and then when both were; nothing acknowledged is lost', async () => {
    const first = await serve(dataDir);
    await remember(first.uri, 'first');
    const left = mongodsOn(dataDir);
    await killed(first.server);
    expect(mongodsOn(dataDir)).to.deep.equal(left);
    expect(await findRunning(dataDir)).to.equal(undefined);

    const second = await serve(dataDir);
    expect(second.uri).to.equal(first.uri);
    expect(await remembered(second.uri)).to.deep.equal(['first']);
    await remember(second.uri, 'second');
    expect(mongodsOn(dataDir)).to.have.length(1).and.not.include(left[0]);
    await killed(second.server, ...mongodsOn(dataDir));

    const third = await serve(dataDir);
    expect(third.uri).to.equal(first.uri);
    expect(await remembered(third.uri)).to.deep.equal(['first', 'second']);
    expect(mongodsOn(dataDir)).to.have.length(1);
    await stopped(third.server, third.server.pid, 'SIGTERM');
  });

  it('refuses a second process, which a Ctrl-C in its terminal ends in order', async () => {
    const { server, uri } = await serve(dataDir);
    const refusal = await serve(dataDir).catch((cause: unknown) => String(cause));
    expect(refusal).to.include(`Another Rollcall server (process ${String(server.pid)}) is using`);
    await remember(uri, 'still there');

    // A terminal signals the whole process group: mongod is not in it and waits to be stopped by the server.
    await stopped(server, -server.pid, 'SIGINT');
  });

  it('starts whole after a first start was cut short anywhere', async () => {
    for (const afterMs of [0, 60, 200, 450]) {
      const half = runScript('embeddedServer.ts', dataDir);
      while (mongodsOn(dataDir).length === 0) await sleep(10);
      await sleep(afterMs);
      await killed(half);
    }
    const { server, uri } = await serve(dataDir);
    await remember(uri, 'whole');
    expect(await remembered(uri)).to.deep.equal(['whole']);
    expect(mongodsOn(dataDir)).to.have.length(1);
    await stopped(server, server.pid, 'SIGTERM');
  });
});
