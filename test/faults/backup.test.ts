import { expect } from 'chai';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { opened } from '../../src/admin/backupFile.ts';
import { inputOf } from '../../src/admin/backupInput.ts';
import { load } from '../../src/archive.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { faultsWithin, readTenant } from '../support/checker.ts';
import { clientOf, type Client } from '../support/client.ts';
import { exportHash } from '../support/exportHash.ts';
import { figures } from '../support/figures.ts';
import { temporaryFolders } from '../support/folders.ts';
import { emptyPlace, portsOn, type Place } from '../support/places.ts';
import { populate } from '../support/population.ts';
import { endPrograms, runProgram, type Program } from '../support/process.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { makeCommon, randomFrom, recorder, worker, type Recorder } from '../support/workload.ts';

/** The whole size: `BACKUP_USERS=100000 npx mocha test/faults/backup.test.ts`. */
const users = Number(process.env['BACKUP_USERS'] ?? 2_000);
const groups = users / 20;

/** Both ways together; a restore that is killed and done again counts once. */
const atMostMs = 600_000;

/** More than either command takes, whatever the size. */
const atMostMb = 400;

describe(`backup and restore of ${users} users and ${groups} groups`, function () {
  this.timeout(1_800_000);
  const folders = temporaryFolders();
  const seen = figures(`Backup and restore of ${users.toLocaleString('en')} users`);
  let server: TestServer;
  let client: Client & { readonly tenantId: string };
  let big: string;
  let target: Place;
  let file: string;
  let dataDir: string;
  let tookMs = 0;
  /** What there was at the instant of the backup. */
  let kept: Awaited<ReturnType<typeof exportHash>>;

  before(async () => {
    server = await startTestServer();
    const world = await server.tenant();
    client = { ...clientOf([world.base], world.token), tenantId: world.tenantId };
    ({ id: big } = await createTenant(portsOn(server.db), 'big'));
    await populate(server.db.getClient().db(), big, users, groups);
    target = await emptyPlace();
    dataDir = await folders.make();
    file = join(dataDir, 'rollcall.backup');
  });
  after(async () => {
    endPrograms();
    client.close();
    await target.close();
    await server.stop();
    await folders.remove();
  });

  const cli = (place: { readonly uri: string }, ...args: readonly string[]): Promise<Program> =>
    runProgram('cli', { MONGODB_URI: place.uri, DATA_DIR: dataDir }, ...args);

  /** Waits for the end; tells what it took. */
  async function measured(
    program: Program,
  ): Promise<{ readonly ms: number; readonly mb: number; readonly out: string }> {
    const begun = performance.now();
    let mb = 0;
    const timer = setInterval(() => {
      void peakOf(program.pid).then((peak) => {
        mb = Math.max(mb, peak);
      });
    }, 100);
    const { code, out, err } = await program.ended;
    clearInterval(timer);
    expect(code, err).to.equal(0);
    return { ms: performance.now() - begun, mb, out };
  }

  function report(what: string, { ms, mb }: { readonly ms: number; readonly mb: number }): void {
    seen.most(what, ms / 1_000, 's');
    seen.most(`memory of the ${what}`, mb, 'MB');
    tookMs += ms;
    expect(mb, 'its memory does not grow with what there is').to.be.lessThan(atMostMb);
  }

  /** Writes until it is told to stop. */
  async function writing(recording: Recorder): Promise<() => Promise<unknown>> {
    const common = await makeCommon(recording, 'load', 40, 4);
    let state: 'on' | 'off' = 'on';
    const work = Array.from({ length: 4 }, async (_, at) => {
      const step = worker(`load${at}`, recording, common, randomFrom(at));
      while (state === 'on') await step();
    });
    return () => {
      state = 'off';
      return Promise.all(work);
    };
  }

  it('is taken under writes, of which each is answered as ever', async () => {
    const recording = recorder(client);
    const stop = await writing(recording);
    const before = recording.attempts.length;
    report('backup', await measured(await cli(server, 'backup', file)));
    await stop();
    expect(recording.attempts.length, 'writes meanwhile').to.be.greaterThan(before + 20);
    const wrong = recording.attempts.filter(({ answer }) => ![200, 201, 204].includes(answer?.status ?? 0));
    expect(wrong).to.deep.equal([]);
    const { mode, size } = await stat(file);
    expect(mode & 0o777).to.equal(0o600);
    seen.most('file', size / 1e6, 'MB');
    seen.count('writes meanwhile', recording.attempts.length - before);
    seen.count('of these failed', wrong.length);
    kept = await exportHash(server.db.getClient(), { clusterTime: await instantOf(file) });
  });

  it('a restore that is killed leaves a database that no server starts on', async () => {
    const restore = await cli(target, 'restore', file);
    while ((await target.db.collection('resources').estimatedDocumentCount()) === 0) await sleep(1);
    process.kill(restore.pid, 'SIGKILL');
    expect((await restore.ended).code).to.equal('SIGKILL');
    expect(await target.db.collection('tokens').countDocuments()).to.equal(0);
    const { code, err } = await (await runProgram('main', { MONGODB_URI: target.uri, DATA_DIR: dataDir })).ended;
    expect(code).to.equal(1);
    expect(err).to.match(/A restore of this database is under way, or was broken off/);
  });

  it('restored, every user, group, member, closed version and journal entry is what it was at that instant', async () => {
    // As if it had been killed half a minute ago.
    await target.db.collection<{ _id: string }>('meta').updateOne({ _id: 'restore' }, { $set: { until: new Date(0) } });
    report('restore', await measured(await cli(target, 'restore', file)));
    const restored = await exportHash(target.db.getClient());
    seen.count('collections compared', Object.keys(kept).length);
    seen.count('of these different', Object.keys(kept).filter((name) => restored[name] !== kept[name]).length);
    expect(restored).to.deep.equal(kept);
    expect(kept['resources']).to.match(/^\d{4,} /);
    // Who is read into memory here, not there.
    const tenants = users > 10_000 ? [client.tenantId] : [client.tenantId, big];
    for (const tenant of tenants)
      expect(faultsWithin(await readTenant(target.db.getClient(), tenant))).to.deep.equal([]);
    expect(tookMs, 'both ways together').to.be.lessThan(atMostMs);
  });
});

/** How much memory a process took at most so far, in MB. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024;
}

/** The instant of a backup, as MongoDB names it. */
async function instantOf(file: string): Promise<string> {
  const input = inputOf(load(file));
  const { clusterTime } = await opened(input);
  await input.close();
  return clusterTime;
}
