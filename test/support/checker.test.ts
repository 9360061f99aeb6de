import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultsOf, type Attempt } from './acknowledged.ts';
import { readTenant } from './checker.ts';
import { adding, clientOf, type Client } from './client.ts';
import type { Found } from './replay.ts';
import { startTestServer, type TestServer } from './server.ts';
import { makeCommon, randomFrom, recorder, worker } from './workload.ts';

/** Rows that a test may spoil. */
type Rows = Record<'resources' | 'edges' | 'history' | 'journal' | 'closings', Record<string, unknown>[]> & {
  totals: { counts: Record<string, number> };
};
type Answered = Attempt & { answer: NonNullable<Attempt['answer']> };

describe('The checker of a whole database', function () {
  this.timeout(120_000);
  let server: TestServer;
  let client: Client;
  let tenant: string;
  let found: Found;
  let attempts: readonly Attempt[];

  const read = () => readTenant(server.db.getClient(), tenant);
  const settled = async (): Promise<Found> => {
    for (;;) {
      const now = await read();
      if (now.closings.length === 0 && now.journal.every(({ pending }) => !pending)) return now;
      await sleep(50);
    }
  };

  before(async () => {
    server = await startTestServer();
    const world = await server.tenant();
    tenant = world.tenantId;
    client = clientOf([world.base], world.token);
    const recording = recorder(client);
    const common = await makeCommon(recording, 'c', 60, 2);
    const random = randomFrom(7);
    const workers = ['a', 'b', 'c', 'd'].map((name) => worker(name, recording, common, random));
    for (let left = 60; left > 0; left -= 1) await Promise.all(workers.map((step) => step()));
    found = await settled();
    ({ attempts } = recording);
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

  /** The first row that passes. */
  function row<Row extends object>(rows: readonly Row[], passes: (row: Row) => unknown): Row {
    const chosen = rows.find(passes);
    if (!chosen) throw new Error('no such row to spoil');
    return chosen;
  }
  const drop = <Row extends object>(rows: Row[], passes: (row: Row) => unknown) =>
    void rows.splice(rows.indexOf(row(rows, passes)), 1);
  const double = <Row extends object>(rows: Row[], passes: (row: Row) => unknown) =>
    void rows.push({ ...row(rows, passes) });
  const removedOf = (rows: Rows) =>
    new Set(rows.journal.flatMap(({ operation, resource }) => (operation === 'remove' ? [resource] : [])));
  const acknowledged = (all: readonly Answered[], operation: string): Answered =>
    row(all, ({ claim, answer }) => claim.operation === operation && answer.status < 300);

  const planted: [fault: string, rule: string, spoil: (rows: Rows, attempts: Answered[]) => void][] = [
    [
      'a journal entry of a creation is gone',
      'acknowledged but not journaled',
      ({ journal }) => drop(journal, (is) => is['operation'] === 'create'),
    ],
    [
      'a journal entry of a revision is gone',
      'versions without entry',
      ({ journal }) => drop(journal, (is) => is['operation'] === 'revise'),
    ],
    [
      'a journal entry of members is gone',
      'versions without entry',
      ({ journal }) => drop(journal, (is) => is['operation'] === 'members'),
    ],
    [
      'a journal entry of a removal is gone',
      'journal without state',
      ({ journal }) => drop(journal, (is) => is['operation'] === 'remove'),
    ],
    [
      'a journal entry is there twice',
      'version journaled twice',
      ({ journal }) => double(journal, (is) => is['operation'] === 'revise'),
    ],
    [
      'a creation is there twice',
      'created twice',
      ({ journal }) => double(journal, (is) => is['operation'] === 'create'),
    ],
    [
      'an entry goes back in time',
      'instants go backwards',
      ({ journal }) => {
        row(journal, (is) => is['operation'] === 'revise')['at'] = new Date(0);
      },
    ],
    [
      'an entry was altered',
      'entry differs from its digest',
      ({ journal }) => {
        row(journal, (is) => is['operation'] === 'revise')['personal'] = { differences: [] };
      },
    ],
    [
      'an entry counts two',
      'entry counts wrongly',
      ({ journal }) => {
        row(journal, (is) => is['operation'] === 'create')['adds'] = 2;
      },
    ],
    [
      'an entry has lost its place',
      'entry neither pending nor in order',
      ({ journal }) => delete row(journal, (is) => is['epoch'])['epoch'],
    ],
    [
      'entries of a resource stand in the wrong order',
      'entries out of order',
      ({ journal }) => {
        row(journal, (is) => is['operation'] === 'revise')['epoch'] = 0;
      },
    ],
    ['a state is gone', 'journal without state', ({ resources }) => drop(resources, (is) => is['type'] === 'User')],
    [
      'a state has nothing in the journal',
      'state without journal',
      ({ resources }) => {
        resources.push({ ...resources[0], _id: 'stranger', key: 'User:stranger' });
      },
    ],
    [
      'a removed resource has its state back',
      'state after removal',
      ({ resources, history, journal }) => {
        const { resource } = row(journal, (is) => is['operation'] === 'remove');
        resources.push({ ...row(history, (is) => is['resource'] === resource), _id: resource });
      },
    ],
    [
      'a state is a version behind',
      'journal beyond the state',
      ({ resources }) => {
        const state = row(resources, (is) => is['type'] === 'User' && Number(is['version']) > 1);
        state['version'] = Number(state['version']) - 1;
      },
    ],
    [
      'a state is a version ahead',
      'versions without entry',
      ({ resources }) => {
        const state = row(resources, (is) => is['type'] === 'Group');
        state['version'] = Number(state['version']) + 1;
      },
    ],
    [
      'a state has other attributes',
      'state differs from journal',
      ({ resources }) => {
        row(resources, (is) => is['type'] === 'User')['attributes'] = { userName: 'somebody else' };
      },
    ],
    [
      'a state was modified at another instant',
      'modified at another instant than journaled',
      ({ resources }) => {
        row(resources, (is) => is['type'] === 'User')['modified'] = new Date(0);
      },
    ],
    [
      'two resources have one name',
      'name given twice',
      ({ resources }) => {
        const [first, second] = resources.filter((is) => is['type'] === 'User');
        if (first && second) second['key'] = first['key'];
      },
    ],
    ['a closed version is gone', 'closed version missing', ({ history }) => drop(history, () => true)],
    ['a closed version is there twice', 'closed version twice', ({ history }) => double(history, () => true)],
    [
      'a closed version is of no revision',
      'closed version of no revision',
      ({ history }) => {
        history.push({ ...history[0], revision: 99 });
      },
    ],
    [
      'a closed version ended at another instant',
      'closed version at other instants than journaled',
      ({ history }) => {
        row(history, () => true)['to'] = new Date(8e12);
      },
    ],
    [
      'a closed version has other attributes',
      'closed version differs from journal',
      ({ history }) => {
        row(history, (is) => is['type'] === 'User')['attributes'] = { userName: 'somebody else' };
      },
    ],
    ['an open edge is gone', 'edge missing', ({ edges }) => drop(edges, (is) => is['live'])],
    ['a closed edge is gone', 'edge missing', ({ edges }) => drop(edges, (is) => is['to'])],
    ['an edge is there twice', 'edge twice', ({ edges }) => double(edges, (is) => is['live'])],
    [
      'an edge has nothing in the journal',
      'edge without journal',
      ({ edges }) => {
        edges.push({ ...row(edges, (is) => is['live']), member: 'stranger' });
      },
    ],
    [
      'an edge of somebody removed is open',
      'live edge of nobody',
      (rows) => {
        const gone = removedOf(rows);
        const edge = row(rows.edges, (is) => is['to'] && gone.has(is['member']));
        edge['live'] = true;
        delete edge['to'];
      },
    ],
    [
      'an edge of a removed group is open',
      'live edge of an earlier generation',
      (rows) => {
        const gone = removedOf(rows);
        const edge = row(rows.edges, (is) => is['to'] && gone.has(is['group']));
        edge['live'] = true;
        delete edge['to'];
      },
    ],
    [
      'an edge is open and closed',
      'edge neither open nor closed',
      ({ edges }) => {
        row(edges, (is) => is['to'])['live'] = true;
      },
    ],
    [
      'an edge ended before it began',
      'edge ends before it begins',
      ({ edges }) => {
        row(edges, (is) => is['to'])['to'] = new Date(0);
      },
    ],
    [
      'an edge ended at another instant',
      'edge ends at another instant than journaled',
      ({ edges }) => {
        row(edges, (is) => is['to'])['to'] = new Date(8e12);
      },
    ],
    [
      'somebody is a member twice at a time',
      'edges overlap',
      ({ edges }) => {
        const edge = row(edges, (is) => is['live']);
        edges.push({ ...edge, from: new Date(Number(edge['from']) - 1), to: new Date(8e12), live: undefined });
      },
    ],
    [
      'an edge names another kind',
      'edge of another kind',
      ({ edges }) => {
        row(edges, () => true)['type'] = 'Group';
      },
    ],
    [
      'a total is one too high',
      'total differs',
      ({ totals }) => {
        totals.counts['User'] = Number(totals.counts['User']) + 1;
      },
    ],
    [
      'a whole acknowledged creation is gone',
      'acknowledged but not journaled',
      (rows, all) => {
        const id = acknowledged(all, 'create').answer.id;
        for (const name of ['resources', 'edges', 'history', 'journal'] as const)
          rows[name] = rows[name].filter((is) => is['_id'] !== id && is['resource'] !== id && is['member'] !== id);
      },
    ],
    [
      'a version was acknowledged that is not the write’s',
      'acknowledged as another version',
      (_, all) => {
        Object.assign(acknowledged(all, 'revise').answer, { version: 77 });
      },
    ],
    [
      'a value was acknowledged that was not written',
      'journaled otherwise than asked',
      (_, all) => {
        Object.assign(acknowledged(all, 'revise').claim, { sets: { nickName: 'another' } });
      },
    ],
    [
      'one of several values was not written',
      'acknowledged but not set',
      (_, all) => {
        const { claim } = acknowledged(all, 'revise');
        Object.assign(claim, { sets: { ...claim.sets, title: 'Director' } });
      },
    ],
    [
      'somebody was acknowledged as a member who is none',
      'acknowledged but no member',
      (_, all) => {
        const { claim } = acknowledged(all, 'members');
        Object.assign(claim, { joins: [...(claim.joins ?? []), 'stranger'] });
      },
    ],
    [
      'somebody was acknowledged as gone who stayed',
      'acknowledged but still a member',
      (_, all) => {
        const { claim } = row(
          all,
          (is) =>
            is.claim.operation === 'members' &&
            (is.claim.leaves ?? []).length === 0 &&
            (is.claim.joins ?? []).length > 0,
        );
        Object.assign(claim, { leaves: claim.joins, joins: [] });
        // Asked again later, when who joined has long been in.
        const last = Date.now();
        all.push({
          ...acknowledged(all, 'members'),
          claim,
          sent: last,
          ended: last,
          repeat: true,
          answer: { status: 204, request: 'later' },
        });
      },
    ],
    [
      'a write that was refused is there',
      'refused and journaled',
      (_, all) => {
        Object.assign(acknowledged(all, 'revise').answer, { status: 412 });
      },
    ],
    [
      'a write was refused at first asking',
      'answer not expected',
      (_, all) => {
        Object.assign(acknowledged(all, 'revise').answer, { status: 412, request: 'unknown' });
      },
    ],
    [
      'a write was refused for what never was',
      'refused without a cause',
      (_, all) => {
        const claim = { operation: 'create', kind: 'User', sets: { userName: 'never made' } } as const;
        all.push({ ...acknowledged(all, 'create'), claim, repeat: true, answer: { status: 409, request: 'unknown' } });
      },
    ],
    [
      'nobody asked for a write',
      'journaled but never asked',
      (_, all) => drop(all, ({ claim }) => claim.operation === 'revise'),
    ],
    [
      'a write without an answer was done twice',
      'journaled but never asked',
      (rows, all) => {
        const first = acknowledged(all, 'remove');
        const { answer, ...unanswered } = first;
        all.splice(all.indexOf(first), 1, unanswered as Answered);
        double(rows.journal, (is) => is['request'] === answer.request);
      },
    ],
    [
      'an older version was acknowledged later',
      'versions acknowledged out of order',
      (_, all) => {
        const later = row(all, ({ claim, answer }) => claim.operation === 'revise' && (answer.version ?? 0) > 2);
        Object.assign(later.answer, { version: 1 });
      },
    ],
  ];
  for (const [fault, rule, spoil] of planted)
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
