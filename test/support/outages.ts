import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { tokenFormat } from '../../src/credentials/tokens.ts';
import { readTenant } from './checker.ts';
import { adding, clientOf, removing, type Answer, type Client } from './client.ts';
import { onDatabase } from './embedded.ts';
import type { Figures } from './figures.ts';
import { firstRunOf, serve, stop, type Program } from './process.ts';
import type { Found } from './replay.ts';
import { freePort } from './server.ts';
import { recorder, type Recorder } from './workload.ts';

/** How soon whoever asks is answered, and the probe tells of a change, in milliseconds. */
const promised = 5_000;

/** A server process that has something to serve, and who asks it. */
export interface Subject {
  readonly program: Program;
  readonly client: Client;
  /** Has all that the client wrote, but for what is asked during an outage. */
  readonly recording: Recorder;
  /** Everything that can be asked of it, by its name. */
  readonly questions: Readonly<Record<string, () => Promise<Answer>>>;
  /** What it serves: a user, who is the member of a group. */
  readonly user: string;
  readonly group: string;
  /** A question of somebody whose token nobody knows. */
  ask(): Promise<Answer>;
  /** Milliseconds until the probe has this status; undefined where it does not in twice the time that is promised. */
  untilReady(status: number): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Starts the server as people do, with a user and a group. */
export async function startSubject(dataDir: string, settings: Readonly<Record<string, string>>): Promise<Subject> {
  const port = String(await freePort());
  const defaults = { DATA_DIR: dataDir, PORT: port, LOG_LEVEL: 'error', SCIM_RATE_LIMIT: '0' };
  const program = await serve({ ...defaults, ...settings });
  const url = `http://127.0.0.1:${port}`;
  const client = clientOf([`${url}/scim/v2`], (await firstRunOf(dataDir)).token);
  // Well-formed: one that is not is refused without a look.
  const stranger = clientOf([`${url}/scim/v2`], tokenFormat.issue().text);
  const recording = recorder(client);
  const [userName, displayName] = ['ann', 'Ops'];
  const made = await recording.write({ operation: 'create', kind: 'User', sets: { userName } }, 'POST', '/Users', {
    userName,
  });
  const user = made.body.id;
  const formed = await recording.write(
    { operation: 'create', kind: 'Group', sets: { displayName }, joins: [user] },
    'POST',
    '/Groups',
    { displayName, members: [{ value: user }] },
  );
  const group = formed.body.id;
  const ask = () => stranger.request('GET', '/Users');
  return {
    program,
    client,
    recording,
    questions: { ...questionsOf(client, user, group), 'ask with an unknown token': ask },
    user,
    group,
    ask,
    async untilReady(status) {
      const began = performance.now();
      while (performance.now() - began < 2 * promised) {
        const answer = await fetch(`${url}/health/ready`);
        if (answer.status === status) return performance.now() - began;
        await sleep(50);
      }
      return undefined;
    },
    async stop() {
      for (const each of [client, stranger]) each.close();
      await stop(program);
    },
  };
}

function questionsOf(client: Client, user: string, group: string): Subject['questions'] {
  const names = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };
  const bulk = { Operations: [{ method: 'POST', path: '/Users', bulkId: 'b', data: { userName: 'bulk' } }] };
  return {
    'read a user': () => client.request('GET', `/Users/${user}`),
    'read a group': () => client.request('GET', `/Groups/${group}`),
    'read nobody': () => client.request('GET', '/Users/nobody'),
    list: () => client.request('GET', '/Users'),
    'list by cursor': () => client.request('GET', '/Users?cursor=&count=1'),
    find: () => client.request('GET', '/Users?filter=userName%20eq%20%22nobody%22'),
    search: () => client.request('POST', '/.search', names),
    create: () => client.request('POST', '/Users', { userName: 'bob' }),
    replace: () => client.request('PUT', `/Users/${user}`, { userName: 'ann', title: 'x' }),
    change: () => client.patch(`/Users/${user}`, [{ op: 'replace', value: { active: false } }]),
    add: () => client.patch(`/Groups/${group}`, [adding(user)]),
    take: () => client.patch(`/Groups/${group}`, [removing(user)]),
    'remove nobody': () => client.request('DELETE', '/Users/nobody'),
    bulk: () => client.request('POST', '/Bulk', bulk),
  };
}

/** A request during the outage. */
export interface Asked {
  readonly what: string;
  readonly answer: Answer;
  readonly ms: number;
}

/** Asks everything, again and again, ten requests a second, for so many seconds. */
export async function askFor(seconds: number, { questions }: Subject): Promise<Asked[]> {
  const end = performance.now() + seconds * 1_000;
  const all: Promise<Asked>[] = [];
  while (performance.now() < end)
    for (const [what, ask] of Object.entries(questions)) {
      const sent = performance.now();
      all.push(ask().then((answer) => ({ what, answer, ms: performance.now() - sent })));
      await sleep(100);
    }
  return Promise.all(all);
}

/** The answers that do not say that the database is away: 503 as a SCIM Error with `Retry-After`. */
const toldOtherwise = (asked: readonly Asked[]): string[] =>
  asked
    .filter(({ answer }) => !isOutage(answer))
    .map(({ what, answer }) => `${what}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);

const errorSchemas = ['urn:ietf:params:scim:api:messages:2.0:Error'];

const isOutage = ({ status, headers, body }: Answer): boolean =>
  status === 503 &&
  /^[1-9]\d*$/.test(String(headers['retry-after'])) &&
  isDeepStrictEqual(body['schemas'], errorSchemas);

/** An outage, as clients and the probe saw it: milliseconds, undefined where it took more than is promised twice. */
interface Seen {
  readonly asked: readonly Asked[];
  readonly redAfter: number | undefined;
  readonly greenAfter: number | undefined;
}

/** Counts how requests were answered during an outage, and how long it took to see it. */
export function countOutage({ count, most }: Figures, { asked, redAfter, greenAfter }: Seen): void {
  const otherwise = toldOtherwise(asked).length;
  count('questions', asked.length);
  count('of these told 503', asked.length - otherwise);
  count('of these told otherwise', otherwise);
  most('longest until 503', slowestOf(asked)?.ms ?? Infinity, 'ms');
  most('until ready was red', redAfter ?? Infinity, 'ms');
  most('until ready was green', greenAfter ?? Infinity, 'ms');
}

/** The request that took longest. */
const slowestOf = (asked: readonly Asked[]): Asked | undefined => asked.toSorted((a, b) => b.ms - a.ms)[0];

/** Everybody was told of the outage, and nothing else. */
export function expectTold(asked: readonly Asked[], seconds: number): void {
  expect(asked).to.have.length.of.at.least(seconds * 5);
  expect(toldOtherwise(asked)).to.deep.equal([]);
}

/** Nobody had to wait longer than is promised. */
export function expectInTime(asked: readonly Asked[]): void {
  const slowest = slowestOf(asked);
  expect(slowest?.ms, slowest?.what).to.be.below(promised);
}

/** The probe told of it, and of its end, as soon as is promised. */
export function expectProbed({ redAfter, greenAfter }: Pick<Seen, 'redAfter' | 'greenAfter'>): void {
  expect(redAfter).to.be.below(promised);
  expect(greenAfter).to.be.below(promised);
}

/** What is kept of the tenant of the first start, once nothing is left to be done behind the writes. */
export const whatIsKept = (uri: string): Promise<Found> =>
  onDatabase(uri, async (database) => {
    const tenant = await database.db().collection<{ _id: string }>('tenants').findOne({});
    for (;;) {
      const now = await readTenant(database, tenant?._id ?? '');
      if (now.closings.length === 0 && now.journal.every(({ pending }) => !pending)) return now;
      await sleep(100);
    }
  });
