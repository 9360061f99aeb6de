import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { credits, queueOf, seatsOf, type Move } from '../../src/domain/accounts.ts';
import { seatPolicies, type Settings } from '../../src/domain/settings.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { accounts } from '../../src/storage/accounts.ts';
import type { ResourceDocument } from '../../src/storage/documents.ts';
import { unitOfWork } from '../../src/storage/unitOfWork.ts';
import { creating, newState } from '../support/changes.ts';
import { onceHeard, tally, type Answer, type Client } from '../support/client.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';
import { testTypeOf } from '../support/schemas.ts';
import { randomFrom } from '../support/workload.ts';

const seats = 100;
const wanting = 500;

/** A seed of one's own kills at the same moments again. */
const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

describe(`“Seats are exact”, through two processes (seed ${seed})`, function () {
  this.timeout(240_000);
  let fleet: Fleet;
  let client: Client & { readonly tenantId: string };
  let premium: string;
  let free: string;

  before(async () => {
    fleet = await startFleet(2);
    // What a killed process had begun keeps the others from its documents until MongoDB gives it up.
    await fleet.limitTransactions(2);
  });
  after(async () => {
    await fleet.limitTransactions(60);
    await fleet.stop();
  });
  afterEach(() => {
    client.close();
  });

  async function keep(
    kind: string,
    name: string,
    attributes: object,
    moves: (id: string) => readonly Move[] = () => [],
  ) {
    const state = { ...newState(tenantId(client.tenantId), kind, name, new Date()), owner: undefined };
    const change = { ...creating({ ...state, attributes: { ...attributes } }), moves: moves(state.id) };
    await unitOfWork(fleet.db, testTypeOf, Date.now).commit(change, Date.now() + 10_000);
    return state.id;
  }

  /** A tenant whose people get a seat of a pool of a hundred where they ask for nothing else. */
  async function organization(settings: Partial<Settings>, { size = seats, price = 0, balance = 0 } = {}) {
    client = await fleet.tenant();
    premium = await keep(
      'Entitlement',
      'premium',
      { displayName: 'premium', totalAssignmentsPermitted: size, price },
      (id) => [
        { account: seatsOf(id), by: 0, most: size },
        ...(balance > 0 ? [{ account: credits, by: balance }] : []),
      ],
    );
    free = await keep('Entitlement', 'free', { displayName: 'free' });
    await keep('Settings', 'settings', { name: 'settings', defaultLicense: premium, downgradeTo: free, ...settings });
  }

  const create = (at: number) => client.request('POST', '/Users', { userName: `user${at}@corp.example` });

  /** As a client does it that was told to come back. */
  async function createAnyhow(at: number): Promise<Answer> {
    for (;;) {
      const answer = await create(at);
      if (answer.status !== 503) return answer;
      await sleep(100);
    }
  }

  const users = () => fleet.db.collection<ResourceDocument>('resources');
  const count = (word: string) => users().countDocuments({ tenant: tenantId(client.tenantId), held: word });

  /** Who holds a seat and who waits, counted; with what the accounts say of it. */
  async function standing() {
    const names = [seatsOf(premium), queueOf(premium), credits];
    const found = await accounts(fleet.db).read(tenantId(client.tenantId), names);
    const [taken, queue, left] = names.map((name) => found.get(name)?.value ?? 0);
    const [holding, waiting] = await Promise.all([count(`license:${premium}`), count(`waiting:${premium}`)]);
    expect({ taken, queue }, 'accounts are what a recount finds').to.deep.equal({ taken: holding, queue: waiting });
    return {
      holding,
      waiting,
      left,
      all: await users().countDocuments({ tenant: tenantId(client.tenantId), type: 'User' }),
    };
  }

  const expected = {
    reject: { tally: { 201: seats, 403: wanting - seats }, waiting: 0, free: 0, all: seats },
    waitlist: { tally: { 201: wanting }, waiting: wanting - seats, free: 0, all: wanting },
    downgrade: { tally: { 201: wanting }, waiting: 0, free: wanting - seats, all: wanting },
  } as const;

  for (const seatPolicy of seatPolicies) {
    it(`${seatPolicy}: ${wanting} parallel creates on ${seats} seats give exactly ${seats} holders`, async () => {
      await organization({ seatPolicy });
      const answers = await Promise.all(times(wanting, createAnyhow));
      const due = expected[seatPolicy];
      expect(tally(answers)).to.deep.equal(due.tally);
      expect(await standing()).to.include({ holding: seats, waiting: due.waiting, all: due.all });
      expect(await count(`license:${free}`)).to.equal(due.free);
    });

    it(`${seatPolicy}: and exactly as many where processes are killed meanwhile`, async () => {
      await organization({ seatPolicy });
      const random = randomFrom(seed);
      const heard = onceHeard(client);
      let answered = 0;
      const kept = new Set<number>();
      const attempt = async (at: number): Promise<void> => {
        for (;;) {
          const answer = await heard('POST', '/Users', { userName: `user${at}@corp.example` }).catch(() => undefined);
          if (answer?.status === 201) kept.add(at);
          if (answer && answer.status !== 503) break;
          await sleep(50);
        }
        answered += 1;
      };
      const work = Promise.all(times(wanting, attempt));
      for (const victim of [0, 1]) {
        const moment = Math.floor((victim + random()) * (wanting / 3));
        while (answered < moment) await sleep(1);
        await fleet.restart(victim);
      }
      await work;
      const due = expected[seatPolicy];
      const found = await standing();
      expect(found).to.include({ holding: seats, waiting: due.waiting, all: due.all });
      // One that was created although its answer was lost is found to be taken when it is asked for again.
      expect(kept.size).to.be.at.most(due.all);
      for (const at of [...kept].slice(0, 20)) {
        const { body } = await client.request('GET', `/Users?filter=userName%20eq%20%22user${at}@corp.example%22`);
        expect(body['totalResults']).to.equal(1);
      }
    });
  }

  it('who waits is promoted in order, within a second, whoever is killed', async () => {
    await organization({ seatPolicy: 'waitlist' }, { size: 20 });
    const ids: string[] = [];
    for (let at = 0; at < 60; at += 1) ids.push((await createAnyhow(at)).body.id);
    expect(await standing()).to.include({ holding: 20, waiting: 40 });
    const holds = async (some: readonly string[]) =>
      users().countDocuments({
        tenant: tenantId(client.tenantId),
        _id: { $in: [...some] },
        held: `license:${premium}`,
      });
    const leaving = ids.slice(0, 10);
    const gone = await Promise.all(leaving.map((id) => client.request('DELETE', `/Users/${id}`)));
    expect(tally(gone)).to.deep.equal({ 204: 10 });
    const freed = Date.now();
    while ((await holds(ids.slice(20, 30))) < 10 && Date.now() - freed < 5_000) await sleep(20);
    expect(Date.now() - freed, 'milliseconds until all ten had their seats').to.be.below(1_000);
    expect(await standing()).to.include({ holding: 20, waiting: 30 });
    expect(await holds(ids.slice(30))).to.equal(0);

    // The process that freed seats dies at once: another one sees to it.
    const heard = onceHeard(client);
    await Promise.all([
      ...ids.slice(10, 20).map((id) => heard('DELETE', `/Users/${id}`).catch(() => undefined)),
      sleep(20).then(() => fleet.restart(0)),
    ]);
    for (const id of ids.slice(10, 20)) await heard('DELETE', `/Users/${id}`);
    await createAnyhow(100);
    const later = Date.now();
    while ((await holds(ids.slice(20, 40))) < 20 && Date.now() - later < 10_000) await sleep(50);
    expect(await holds(ids.slice(20, 40))).to.equal(20);
    expect(await standing()).to.include({ holding: 20, waiting: 21 });
    expect(await holds(ids.slice(40))).to.equal(0);
  });

  it('credits are spent exactly once each, and never below nothing', async () => {
    await organization({ seatPolicy: 'reject' }, { size: 1_000, price: 2, balance: 101 });
    const answers = await Promise.all(times(200, createAnyhow));
    expect(tally(answers)).to.deep.equal({ 201: 50, 403: 150 });
    expect(await standing()).to.include({ holding: 50, left: 1, all: 50 });
    const spent = await fleet.db
      .collection<{ credits: { by: number } }>('journal')
      .find({ tenant: client.tenantId, credits: { $exists: true } })
      .toArray();
    expect(spent.reduce((sum, entry) => sum + entry.credits.by, 0)).to.equal(-100);
  });
});
