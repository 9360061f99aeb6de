import { expect } from 'chai';
import { isDeepStrictEqual } from 'node:util';
import { faultsWithin, readSettled } from '../support/checker.ts';
import { figures } from '../support/figures.ts';
import { repeat } from '../support/play.ts';
import type { Found } from '../support/replay.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import type { Transcript } from '../support/transcript.ts';
import { transcriptFiles } from '../support/transcriptFiles.ts';

const recorded = transcriptFiles().filter(({ file }) => /^(okta|entra)\//.test(file));

describe('A conversation of which each request is sent twice', function () {
  this.timeout(60_000);
  const seen = figures('Each request of a conversation sent twice');
  let server: TestServer;
  const left = new Map<string, readonly [once: Found, twice: Found]>();

  before(async () => {
    server = await startTestServer();
    const played = recorded.map(async (transcript) => {
      const exchanges = transcript.exchanges.flatMap((exchange) => [exchange, exchange]);
      left.set(transcript.file, await Promise.all([leftBy(transcript), leftBy({ ...transcript, exchanges })]));
    });
    await Promise.all(played);
  });
  after(() => server.stop());

  /** What a conversation leaves in a fresh tenant. */
  async function leftBy(transcript: Transcript): Promise<Found> {
    const world = await server.tenant(transcript.setup);
    await repeat(transcript, world);
    return readSettled(server.db.getClient(), world.tenantId);
  }

  it('is recorded of Okta and of Entra', () => {
    expect(recorded).to.have.length.of.at.least(30);
  });

  for (const { file } of recorded)
    it(`ends in the same state: ${file}`, () => {
      const [once, twice] = left.get(file) ?? [];
      if (!once || !twice) throw new Error('not played');
      const [state, due] = [stateOf(twice), stateOf(once)];
      seen.count('conversations');
      seen.count('that end otherwise', isDeepStrictEqual(state, due) ? 0 : 1);
      expect(state).to.deep.equal(due);
      expect(faultsWithin(twice)).to.deep.equal([]);
    });
});

/**
 * All that a tenant has, and each change that led there, told without ids and instants. A password that is set again is
 * set anew, for nobody looks whether it is the same: that changes a version, and nothing that is told here.
 */
function stateOf({ resources, edges, journal }: Found): unknown {
  const names = new Map(resources.map(({ _id, key }) => [_id, key]));
  const plain = (value: unknown): string =>
    JSON.stringify(value).replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, (id) => names.get(id) ?? 'somebody gone');
  const changes = journal
    .map(({ operation, resource, members, personal }) => ({ operation, resource, members, paths: pathsOf(personal) }))
    .filter(({ paths }) => paths.join() !== 'password');
  return {
    resources: resources
      .map(({ key, attributes, ext = [] }) =>
        plain({ key, attributes, ext: ext.map((each) => each.slice(each.indexOf(':'))) }),
      )
      .toSorted(),
    members: edges.flatMap(({ group, member, live }) => (live ? [plain([group, member])] : [])).toSorted(),
    changes: changes.map(plain).toSorted(),
  };
}

const pathsOf = ({ differences }: Found['journal'][number]['personal']): string[] =>
  differences.map(({ path }) => path).toSorted();
