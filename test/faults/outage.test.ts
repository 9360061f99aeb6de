import { expect } from 'chai';
import { figures } from '../support/figures.ts';
import { temporaryFolders } from '../support/folders.ts';
import {
  askFor,
  countOutage,
  expectInTime,
  expectProbed,
  expectTold,
  startSubject,
  type Asked,
  type Subject,
} from '../support/outages.ts';
import { endPrograms } from '../support/process.ts';
import { startReplicaSet, type ReplicaSet } from '../support/replicaSet.ts';

/** How long the database is gone: a minute in the long form, `FAULTS=long npm run test:faults`. */
const seconds = process.env['FAULTS'] === 'long' ? 60 : 10;

const ways = {
  'is killed': { gone: 'SIGKILL', back: 'revive' },
  'does not answer': { gone: 'SIGSTOP', back: 'SIGCONT' },
} as const;

for (const [way, { gone, back }] of Object.entries(ways))
  describe(`A database that ${way} for ${seconds} s`, function () {
    this.timeout(180_000);
    const folders = temporaryFolders();
    let set: ReplicaSet;
    let subject: Subject;
    let asked: Asked[];
    let redAfter: number | undefined;
    let greenAfter: number | undefined;

    before(async () => {
      set = await startReplicaSet(1);
      subject = await startSubject(await folders.make(), { MONGODB_URI: set.uri });

      await set.signal(gone);
      const red = subject.untilReady(503);
      asked = await askFor(seconds, subject);
      redAfter = await red;
      if (back === 'revive') await set.revive();
      else await set.signal(back);
      await set.primary();
      greenAfter = await subject.untilReady(200);
      countOutage(figures(`A database that ${way} for ${seconds} s`), { asked, redAfter, greenAfter });
    });
    after(async () => {
      await subject.stop();
      endPrograms();
      await set.stop();
      await folders.remove();
    });

    it('is told as 503 with Retry-After to whoever asks whatever: never as 401, 404 or an empty list', () => {
      expectTold(asked, seconds);
    });

    it('is told within 5 s', () => {
      expectInTime(asked);
    });

    it('turns the probe red within 5 s, and green within 5 s of its return', () => {
      expectProbed({ redAfter, greenAfter });
    });

    it('has afterwards what it had', async () => {
      const { client, user, group } = subject;
      expect((await client.request('GET', `/Users/${user}`)).status).to.equal(200);
      expect((await client.request('GET', `/Groups/${group}`)).status).to.equal(200);
      expect((await subject.ask()).status).to.equal(401);
      const { status } = await client.request('POST', '/Users', { userName: 'cas' });
      expect(status).to.equal(201);
    });
  });
