import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultsOf, type Attempt } from './acknowledged.ts';
import { bulkRecorder, bulkWorker } from './bulkWork.ts';
import { readSettled, readTenant } from './checker.ts';
import { adding, clientOf, type Client } from './client.ts';
import { row, type Answered, type Rows } from './planted.ts';
import { plantedInAnswers } from './plantedInAnswers.ts';
import { plantedInDatabase } from './plantedInDatabase.ts';
import type { Found } from './replay.ts';
import { startTestServer, type TestServer } from './server.ts';
import { makeCommon, randomFrom, recorder, worker } from './workload.ts';

describe('The checker of a whole database', function () {
  this.timeout(120_000);
  let server: TestServer;
  let client: Client;
  let tenant: string;
  let found: Found;
  let attempts: readonly Attempt[];

  const read = () => readTenant(server.db.getClient(), tenant);
  const settled = () => readSettled(server.db.getClient(), tenant);

  before(async () => {
    server = await startTestServer();
    const world = await server.tenant();
    tenant = world.tenantId;
    client = clientOf([world.base], world.token);
    const [recording, bulks] = [recorder(client), bulkRecorder(client)];
    const common = await makeCommon(recording, 'c', 60, 2);
    const random = randomFrom(7);
    const workers = ['a', 'b', 'c', 'd'].map((name) => worker(name, recording, common, random));
    const inBulks = bulkWorker('e', bulks, recording, common, random);
    for (let left = 60; left > 0; left -= 1)
      await Promise.all([...workers.map((step) => step()), ...(left % 6 === 0 ? [inBulks()] : [])]);
    found = await settled();
    attempts = [...recording.attempts, ...bulks.attempts];
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  it('finds nothing in a database that a server wrote', () => {
    expect(faultsOf(found, attempts)).to.deep.equal([]);
    for (const name of ['resources', 'edges', 'history', 'journal'] as const)
      expect(found[name].length, name).to.be.above(50);
    const operations = new Set(found.journal.map(({ kind, operation }) => `${kind} ${operation}`));
    expect([...operations]).to.include.members([
      'User create',
      'User revise',
      'User remove',
      'Group create',
      'Group members',
      'Group remove',
    ]);
    expect(found.edges.some(({ to }) => to)).to.equal(true);
  });

  /** The rules that find a fault once the rows are spoilt. */
  function rulesAfter(spoil: (rows: Rows, attempts: Answered[]) => void): string[] {
    const rows = structuredClone({
      ...found,
      journal: found.journal.map((entry) => ({ ...entry, salt: undefined, digest: undefined })),
    });
    const journal = rows.journal.map((entry, at) => ({
      ...entry,
      salt: found.journal[at]?.salt,
      digest: found.journal[at]?.digest,
    }));
    const given = structuredClone(attempts) as Answered[];
    const spoilt = { ...rows, journal };
    spoil(spoilt as unknown as Rows, given);
    return [...new Set(faultsOf(spoilt as unknown as Found, given).map(({ rule }) => rule))];
  }

  for (const [fault, rule, spoil] of [...plantedInDatabase, ...plantedInAnswers])
    it(`finds it when ${fault}`, () => {
      expect(rulesAfter(spoil)).to.include(rule);
    });

  it('takes a write without an answer for what it is, there or not', () => {
    const removal = row(
      attempts as Answered[],
      ({ claim, answer }) => claim.operation === 'remove' && answer.status === 204,
    );
    const unanswered = attempts.map(({ answer, ...attempt }) =>
      answer === removal.answer ? attempt : { ...attempt, ...(answer && { answer }) },
    );
    expect(faultsOf(found, unanswered)).to.deep.equal([]);
    const never: Attempt = {
      claim: { operation: 'create', kind: 'User', sets: { userName: 'x' } },
      repeat: false,
      sent: 1,
      ended: 2,
    };
    expect(faultsOf(found, [...attempts, never])).to.deep.equal([]);
  });

  it('takes an operation of a Bulk with a key for done where an earlier sending did it, whose answer got lost', () => {
    const again = attempts.flatMap((attempt): Attempt[] => {
      const { answer, part, ...lost } = attempt;
      if (!answer || part?.key === undefined) return [attempt];
      const request = `again ${answer.request}`;
      return [
        { ...lost, part },
        { ...attempt, repeat: true, answer: { ...answer, request } },
      ];
    });
    expect(again.length).to.be.above(attempts.length + 10);
    expect(faultsOf(found, again)).to.deep.equal([]);
  });

  it('finds nothing after a member of a group that was emptied or removed a moment ago is removed himself', async () => {
    const world = await server.tenant();
    const other = clientOf([world.base], world.token);
    try {
      const recording = recorder(other);
      const { people, groups } = await makeCommon(recording, 'e', 6, 3);
      const all = { path: 'members', value: [] };
      const end: ((id: string) => Promise<unknown>)[] = [
        (id) =>
          recording.write(
            { operation: 'members', kind: 'Group', resource: id, leaves: people },
            'PATCH',
            `/Groups/${id}`,
            { Operations: [{ op: 'replace', ...all }] },
          ),
        (id) =>
          recording.write(
            { operation: 'members', kind: 'Group', resource: id, leaves: people },
            'PATCH',
            `/Groups/${id}`,
            { Operations: [{ op: 'remove', path: 'members' }] },
          ),
        (id) => recording.write({ operation: 'remove', kind: 'Group', resource: id }, 'DELETE', `/Groups/${id}`),
      ];
      for (const [at, id] of groups.entries()) {
        await recording.write(
          { operation: 'members', kind: 'Group', resource: id, joins: people },
          'PATCH',
          `/Groups/${id}`,
          { Operations: [adding(...people)] },
        );
        await end[at]?.(id);
        await sleep(5);
        for (const person of people.slice(at * 2, at * 2 + 2))
          await recording.write({ operation: 'remove', kind: 'User', resource: person }, 'DELETE', `/Users/${person}`);
        tenant = world.tenantId;
        expect(faultsOf(await read(), recording.attempts)).to.deep.equal([]);
      }
      expect(faultsOf(await settled(), recording.attempts)).to.deep.equal([]);
    } finally {
      other.close();
    }
  });
});
