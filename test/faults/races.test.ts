import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultsWithin, readSettled } from '../support/checker.ts';
import { adding, onceHeard, removing, tally, type Answer, type Client } from '../support/client.ts';
import { countFaults, figures } from '../support/figures.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';
import { patchOp, randomFrom } from '../support/workload.ts';

const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

/** A connection that is being handed to a worker when that is killed is left open: its client gives up, as clients do. */
const patienceMs = 5_000;

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Two that serve, one of which can be killed (-9) and comes again. */
interface Shape {
  readonly name: string;
  start(): Promise<Fleet>;
  kill(fleet: Fleet, at: number): Promise<void>;
}

const processes: Shape = {
  name: '2 processes',
  start: () => startFleet(2),
  kill: (fleet, at) => fleet.restart(at),
};

const workers: Shape = {
  name: '2 workers of a process',
  start: () => startFleet(1, { WORKERS: '2' }),
  async kill(fleet, at) {
    const [victim = 0] = workersOf(fleet).slice(at);
    process.kill(victim, 'SIGKILL');
    while (workersOf(fleet).includes(victim) || workersOf(fleet).length < 2) await sleep(50);
  },
};

/** Each race is run so often, with a kill each time; more in the long form, `FAULTS=long npm run test:faults`. */
const form =
  process.env['FAULTS'] === 'long' ? { shapes: [processes, workers], rounds: 5 } : { shapes: [processes], rounds: 1 };

for (const { name, start, kill } of form.shapes)
  describe(`Races through ${name}, one of which is killed -9 in the middle of each (seed ${seed})`, function () {
    this.timeout(240_000);
    const random = randomFrom(seed);
    const seen = figures(`Races through ${name}, one killed -9`);
    let fleet: Fleet;
    let client: Client & { readonly tenantId: string };
    let kills = 0;
    let answered = 0;
    let brokenOff = 0;

    before(async () => {
      fleet = await start();
      await fleet.limitTransactions(1);
    });
    after(async () => {
      await fleet.limitTransactions(60);
      await fleet.stop();
    });
    beforeEach(async () => {
      client = await fleet.tenant();
    });
    afterEach(async () => {
      client.close();
      const faults = faultsWithin(await readSettled(fleet.db.getClient(), client.tenantId));
      countFaults(seen, faults);
      expect(faults).to.deep.equal([]);
    });

    /** Asks again, the other one next, until it is answered; whoever had to does not know what became of it before. */
    async function insist(...request: Parameters<Client['request']>): Promise<Answer & { readonly asked: number }> {
      for (let asked = 1; ; asked += 1) {
        const asking = onceHeard(client)(...request).catch(() => 'broken off' as const);
        const answer = await Promise.race([asking, sleep(patienceMs, 'given up' as const, { ref: false })]);
        const isAnswer = typeof answer === 'object';
        seen.count('requests sent');
        if (isAnswer && answer.status !== 503) {
          answered += 1;
          return { ...answer, asked };
        }
        if (answer === 'broken off') brokenOff += 1;
        seen.count(isAnswer ? 'refused with 503' : answer);
        await sleep(50);
      }
    }

    const patch = (path: string, operation: object, headers?: Record<string, string>) =>
      insist('PATCH', path, patchOp(operation), headers);

    /** Runs a race of so many requests; once some of them are answered one of the two is killed. */
    async function race<T>(requests: readonly (() => Promise<T>)[]): Promise<T[]> {
      const enough = answered + 1 + Math.floor(random() * 0.5 * requests.length);
      const running = Promise.all(requests.map((request) => request()));
      while (answered < enough) await sleep(1);
      kills += 1;
      seen.count('kills');
      await kill(fleet, kills % 2);
      return running;
    }

    /** Runs a race again and again, each with names of its own. */
    async function repeatedly(run: (round: number) => Promise<void>): Promise<void> {
      for (let round = 1; round <= form.rounds; round += 1) await run(round);
    }

    const makeUsers = (round: number, count: number) =>
      Promise.all(times(count, (at) => client.createUser(`user ${round}.${at}`)));

    it('200 parallel PATCHes that each add another member leave 200 members', () =>
      repeatedly(async (round) => {
        const users = await makeUsers(round, 200);
        const group = await client.createGroup(`group ${round}`);
        const answers = await race(users.map((id) => () => patch(`/Groups/${group}`, adding(id))));
        expect(tally(answers)).to.deep.equal({ 204: 200 });
        expect(await client.members(group)).to.have.members(users);
      }));

    it('200 removals and 200 additions at once leave exactly the right 200', () =>
      repeatedly(async (round) => {
        const users = await makeUsers(round, 400);
        const [leaving, joining] = [users.slice(0, 200), users.slice(200)];
        const group = await client.createGroup(`group ${round}`, leaving);
        const answers = await race([
          ...leaving.map((id) => () => patch(`/Groups/${group}`, removing(id))),
          ...joining.map((id) => () => patch(`/Groups/${group}`, adding(id))),
        ]);
        expect(tally(answers)).to.deep.equal({ 204: 400 });
        expect(await client.members(group)).to.have.members(joining);
      }));

    for (const [path, attribute] of [
      ['/Users', 'userName'],
      ['/Groups', 'displayName'],
    ] as const)
      it(`of 100 parallel identical POSTs to ${path} one is created, and at most one client is told that it was its own`, () =>
        repeatedly(async (round) => {
          const body = { [attribute]: `kim ${round}` };
          const counts = tally(await race(times(100, () => () => insist('POST', path, body))));
          expect(counts[201] ?? 0).to.be.at.most(1);
          expect((counts[201] ?? 0) + (counts[409] ?? 0)).to.equal(100);
          const there = await client.request('GET', `${path}?filter=${attribute}%20eq%20%22kim%20${round}%22`);
          expect(there.body['totalResults']).to.equal(1);
        }));

    it('of twenty PATCHes of a user with one If-Match exactly one is done', () =>
      repeatedly(async (round) => {
        const users = await makeUsers(round, 20);
        const requests = users.flatMap((user) =>
          times(20, (at) => async () => {
            const operation = { op: 'replace', path: 'nickName', value: `n${at}` };
            return { user, ...(await patch(`/Users/${user}`, operation, { 'If-Match': 'W/"1"' })) };
          }),
        );
        const answers = await race(requests);
        for (const user of users) {
          const counts = tally(answers.filter((each) => each.user === user));
          expect(counts[200] ?? 0).to.be.at.most(1);
          expect((counts[200] ?? 0) + (counts[412] ?? 0)).to.equal(20);
          const { headers, body } = await client.request('GET', `/Users/${user}`);
          expect(headers['etag']).to.equal('W/"2"');
          expect(body['nickName']).to.match(/^n\d+$/);
        }
      }));

    it('adding a member while that user is deleted leaves no orphan', () =>
      repeatedly(async (round) => {
        const users = await makeUsers(round, 100);
        const group = await client.createGroup(`group ${round}`);
        const adds = users.map((id) => async () => {
          const { status } = await patch(`/Groups/${group}`, adding(id));
          expect(status).to.equal(204);
        });
        await race([...adds, ...users.map((id) => () => removed(`/Users/${id}`))]);
        expect(await client.members(group)).to.have.lengthOf(0);
      }));

    it('adding a member while that group is deleted leaves no orphan', () =>
      repeatedly(async (round) => {
        const [user = ''] = await makeUsers(round, 1);
        const groups = await Promise.all(times(100, (at) => client.createGroup(`group ${round}.${at}`)));
        const adds = groups.map((id) => async () => {
          const { status } = await patch(`/Groups/${id}`, adding(user));
          expect([204, 404]).to.include(status);
        });
        await race([...adds, ...groups.map((id) => () => removed(`/Groups/${id}`))]);
        const { body } = await client.request('GET', `/Users/${user}`);
        expect(body).not.to.have.property('groups');
      }));

    it('A in B while B in A leaves one of them in the other', () =>
      repeatedly(async (round) => {
        const [as, bs] = await Promise.all(
          ['a', 'b'].map((letter) => Promise.all(times(50, (at) => client.createGroup(`${letter} ${round}.${at}`)))),
        );
        const pairs = (as ?? []).map((a, at): readonly [string, string] => [a, bs?.[at] ?? '']);
        const answers = await race(
          pairs.flatMap(([a, b]) => [() => patch(`/Groups/${a}`, adding(b)), () => patch(`/Groups/${b}`, adding(a))]),
        );
        expect(tally(answers)).to.deep.equal({ 204: 50, 400: 50 });
        for (const [a, b] of pairs)
          expect([await client.members(a), await client.members(b)]).to.deep.oneOf([
            [[b], []],
            [[], [a]],
          ]);
      }));

    it('were met by the kills', () => {
      expect(brokenOff).to.be.above(0);
    });

    /** Who had to ask again may be told that it is gone. */
    async function removed(path: string): Promise<void> {
      const { status, asked } = await insist('DELETE', path);
      expect(asked > 1 ? [204, 404] : [204]).to.include(status);
    }
  });

/** The pids of the workers of a fleet's one process. */
function workersOf({ processes: [supervisor] }: Fleet): number[] {
  const lines = execFileSync('ps', ['-eww', '-o', 'ppid=,pid=,state=,command='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, parent, pid] = /^\s*(\d+)\s+(\d+)\s+[^Z]\S*\s.*src\/main\.ts/.exec(line) ?? [];
    return Number(parent) === supervisor?.pid ? [Number(pid)] : [];
  });
}
