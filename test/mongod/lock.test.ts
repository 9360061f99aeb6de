import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { holder, lock } from '../../src/mongod/lock.ts';
import { endScripts, runScript } from '../support/child.ts';
import { temporaryFolders } from '../support/folders.ts';
import type { Lock } from '../../src/mongod/lock.ts';

const folders = temporaryFolders();

describe('the lock of a data folder', function () {
  this.timeout(30_000);

  let folder: string;
  beforeEach(async () => (folder = await folders.make()));
  afterEach(() => {
    endScripts();
    return folders.remove();
  });

  const refusal = (attempt: Promise<Lock>): Promise<string> =>
    attempt.then(
      () => 'got it',
      (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
    );

  it('is had once, and had again after it was released', async () => {
    const first = await lock(folder, 'ours');
    expect(await refusal(lock(folder, 'ours'))).to.match(/^Another Rollcall server \(process \d+\) is using ours\./);
    expect(await holder(folder)).to.have.property('pid', process.pid);

    await first.release();

    expect(await holder(folder)).to.equal(undefined);
    await (await lock(folder, 'ours')).release();
  });

  it('goes to exactly one of many that want it at once, every time', async () => {
    for (let round = 0; round < 15; round++) {
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lock(folder, 'ours')));
      const got = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      expect(got, `round ${String(round)}`).to.have.length(1);
      await got[0]?.release();
    }
  });

  it('goes to exactly one of several processes, and outlives its kill -9 only until the next asks', async () => {
    const instant = String(Date.now() + 2_500);
    const children = Array.from({ length: 4 }, () => runScript('lockHolder.ts', folder, instant));
    const lines = await Promise.all(children.map((child) => child.line((line) => line !== 'waiting')));
    const winner = children[lines.indexOf('holds')];
    expect(lines.filter((line) => line === 'holds')).to.have.length(1);
    expect(lines.filter((line) => line.startsWith('Another Rollcall server'))).to.have.length(3);
    expect(await holder(folder)).to.have.property('pid', winner?.pid);
    expect(await refusal(lock(folder, 'ours'))).to.include(`process ${String(winner?.pid)}`);

    if (winner) process.kill(winner.pid, 'SIGKILL');
    await winner?.ended;

    await (await lock(folder, 'ours')).release();
  });

  it('is not kept by a process that has only the pid of the one that had it', async () => {
    await writeFile(join(folder, `${'0'.repeat(16)}.${String(process.pid)}.earlier-1.holds`), '');

    await (await lock(folder, 'ours')).release();
  });
});
