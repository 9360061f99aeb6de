import { expect } from 'chai';
import { quirks } from '../../src/scim/dialects.ts';
import { urns } from '../../src/scim/urns.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { quirkCounts } from '../../src/storage/quirkTally.ts';
import { strictFile } from '../../scripts/dialects.ts';
import { clientOf } from '../support/client.ts';
import { repeat } from '../support/play.ts';
import { startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { transcriptFiles } from '../support/transcriptFiles.ts';

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe('What is refused in strict', () => {
  const transcripts = new Map(transcriptFiles().map((transcript) => [transcript.file, transcript]));
  let server: TestServer;

  before(async function () {
    this.timeout(120_000);
    server = await startTestServer();
  });
  after(() => server.stop());

  /** What the connection's tally says, once it says as much as is waited for: it is written every second. */
  async function counted(
    world: Awaited<ReturnType<TestServer['tenant']>>,
    isAll: (counts: Readonly<Record<string, number>>) => boolean,
  ): Promise<Readonly<Record<string, number>>> {
    for (let wait = 0; ; wait += 1) {
      const rows = await quirkCounts(server.db).read(tenantId(world.tenantId), world.connectionId);
      const counts = Object.fromEntries(rows.map(({ quirk, times }) => [quirk, times]));
      if (isAll(counts) || wait > 50) return counts;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('is shown for each quirk, and for nothing else', () => {
    const shown = [...transcripts.keys()].filter((file) => /^strict\/(?!.*interop)/.test(file));
    expect(shown.sort()).to.deep.equal(Object.keys(quirks).map(strictFile).sort());
    for (const quirk of Object.keys(quirks)) {
      expect(transcripts.get(strictFile(quirk))?.setup.dialect, quirk).to.equal('strict');
      expect(transcripts.get(strictFile(quirk))?.about).to.contain(`quirk \`${quirk}\``);
    }
  });

  it('is repaired in lenient, and counted for the connection, reads and refusals among it', async function () {
    this.timeout(60_000);
    const played = new Map<string, Awaited<ReturnType<TestServer['tenant']>>>();
    for (const quirk of Object.keys(quirks)) {
      const transcript = transcripts.get(strictFile(quirk));
      if (!transcript) throw new Error(`No transcript shows ${quirk}`);
      const world = await server.tenant();
      await repeat(transcript, world);
      played.set(quirk, world);
    }
    for (const [quirk, world] of played) {
      const refused = transcripts.get(strictFile(quirk))?.exchanges.filter(({ expected }) => expected.status >= 400);
      const least = Math.max(1, refused?.length ?? 0);
      const counts = await counted(world, (now) => (now[quirk] ?? 0) >= least);
      expect(counts[quirk], quirk).to.be.at.least(least);
    }
  });

  it('is counted exactly, where a request is refused for another reason too', async () => {
    const world = await server.tenant();
    const client = clientOf([server.base], world.token);
    const { body } = await client.request('POST', '/Users', { schemas: [userSchema], userName: 'ann', active: 'True' });
    const { status } = await client.request('PATCH', `/Users/${body.id}`, {
      schemas: [urns.patch],
      Operations: [
        { op: 'replace', path: 'active', value: 'False' },
        { op: 'replace', path: 'active', value: 'True' },
        { op: 'replace', path: 'id', value: 'another' },
      ],
    });
    await client.request('GET', '/Users?filter=userName%20eq%20ann');
    client.close();
    expect(status).to.equal(400);
    const expected = { stringScalars: 3, unquotedValues: 1 };
    const counts = await counted(world, (now) => Object.keys(now).length === 2);
    expect(counts).to.deep.equal(expected);
  });
});
