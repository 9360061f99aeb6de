import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt, Claim } from './acknowledged.ts';
import { onceHeard, type Answer, type Client } from './client.ts';

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A client that writes down what it sent and what came of it, and asks again until it knows. */
export interface Recorder {
  readonly attempts: readonly Attempt[];
  /** The first answer that says what became of the write. */
  write(claim: Claim, method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  /** A read, asked again until it is answered. */
  read(path: string): Promise<Answer>;
}

/** Keeps nobody from ending: where a test failed, nothing answers any more. */
const pause = (): Promise<void> => sleep(100, undefined, { ref: false });

/** Records the writes of a client. */
export function recorder(client: Pick<Client, 'request'>): Recorder {
  const attempts: Attempt[] = [];

  const send = onceHeard(client);

  /** Undefined where the connection broke. */
  const ask = (...request: Parameters<Client['request']>): Promise<Answer | undefined> =>
    send(...request).catch(() => undefined);

  return {
    attempts,
    async write(claim, method, path, body, headers) {
      for (let repeat = false; ; repeat = true) {
        const sent = Date.now();
        const answer = await ask(method, path, body, headers);
        attempts.push({ claim, repeat, sent, ended: Date.now(), ...(answer && { answer: noted(answer) }) });
        if (answer && answer.status !== 503) return answer;
        await pause();
      }
    },
    async read(path) {
      for (;;) {
        const answer = await ask('GET', path);
        if (answer && answer.status !== 503) return answer;
        await pause();
      }
    },
  };
}

function noted({ status, headers, body }: Answer): NonNullable<Attempt['answer']> {
  const version = /^W\/"(\d+)"$/.exec(String(headers['etag']))?.[1];
  return {
    status,
    request: String(headers['x-request-id']),
    ...(status === 201 && { id: body.id }),
    ...(version !== undefined && { version: Number(version) }),
  };
}

/** People and groups that all clients change at once. */
export interface Common {
  readonly people: readonly string[];
  readonly groups: readonly string[];
}

/** The message of a PATCH. */
export const patchOp = (...Operations: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});

/** These as a group's `members`. */
export const asMembers = (ids: readonly string[]) => ids.map((value) => ({ value }));

/** Makes what the clients of a workload share. */
export async function makeCommon({ write }: Recorder, name: string, people: number, groups: number): Promise<Common> {
  const many = async (count: number, make: (at: number) => Promise<Answer>) =>
    (await Promise.all(Array.from({ length: count }, (_, at) => make(at)))).map(({ body }) => body.id);
  return {
    people: await many(people, (at) => {
      const userName = `${name}-common-${at}`;
      return write({ operation: 'create', kind: 'User', sets: { userName } }, 'POST', '/Users', { userName });
    }),
    groups: await many(groups, (at) => {
      const displayName = `${name} common ${at}`;
      return write({ operation: 'create', kind: 'Group', sets: { displayName } }, 'POST', '/Groups', { displayName });
    }),
  };
}

/** One client of a workload: it changes and removes what it made itself, and members of what all share. */
export function worker(name: string, { write, read }: Recorder, { people, groups }: Common, random: () => number) {
  const users = new Map<string, { readonly userName: string; version: number }>();
  const own = new Set<string>();
  let made = 0;

  const below = (count: number): number => Math.floor(random() * count);
  const one = <T>(from: Iterable<T>): T | undefined => {
    const all = [...from];
    return all[below(all.length)];
  };
  const some = (count: number): string[] => {
    const all = [...people, ...users.keys()];
    return Array.from({ length: Math.min(count, all.length) }, () => all.splice(below(all.length), 1)).flat();
  };
  const fresh = (): string => {
    made += 1;
    return `${name}-${made}`;
  };

  /** The id of what was made, also where only who asked again learnt that it was. */
  async function idOf({ status, body }: Answer, path: string, filter: string): Promise<string> {
    if (status === 201) return body.id;
    const found = await read(`${path}?filter=${encodeURIComponent(filter)}`);
    const [resource] = (found.body['Resources'] ?? []) as { id: string }[];
    if (!resource) throw new Error(`${filter}: ${String(status)}, and found nowhere`);
    return resource.id;
  }

  async function versionOf(id: string, { status, headers }: Answer): Promise<number> {
    const known = status === 200 ? headers : (await read(`/Users/${id}`)).headers;
    return Number(/\d+/.exec(String(known['etag']))?.[0]);
  }

  async function createUser(): Promise<void> {
    const userName = fresh();
    const sets = { userName, nickName: `first of ${userName}` };
    const answer = await write({ operation: 'create', kind: 'User', sets }, 'POST', '/Users', sets);
    users.set(await idOf(answer, '/Users', `userName eq "${userName}"`), { userName, version: 1 });
  }

  async function changeUser(method: 'PUT' | 'PATCH'): Promise<void> {
    const [id, user] = one(users) ?? [];
    if (!id || !user) return createUser();
    const sets = { nickName: `${method} ${fresh()}`, title: 'Engineer' };
    const body = method === 'PUT' ? { userName: user.userName, ...sets } : patchOp({ op: 'replace', value: sets });
    const headers = random() < 0.5 ? { 'If-Match': `W/"${user.version}"` } : {};
    const answer = await write(
      { operation: 'revise', kind: 'User', resource: id, sets },
      method,
      `/Users/${id}`,
      body,
      headers,
    );
    user.version = await versionOf(id, answer);
  }

  async function removeOne(
    kind: 'User' | 'Group',
    from: { keys(): Iterable<string>; delete(id: string): boolean },
  ): Promise<void> {
    const id = one(from.keys());
    if (!id) return createUser();
    from.delete(id);
    await write({ operation: 'remove', kind, resource: id }, 'DELETE', `/${kind}s/${id}`);
  }

  async function changeMembers(): Promise<void> {
    const group = one([...groups, ...own]) ?? '';
    const chosen = some(50);
    const [joins, leaves] = random() < 0.6 ? [chosen, []] : [chosen.slice(0, 10), chosen.slice(10)];
    const operations = [
      { op: 'add', path: 'members', value: asMembers(joins) },
      ...(leaves.length > 0 ? [{ op: 'remove', path: 'members', value: asMembers(leaves) }] : []),
    ];
    await write(
      { operation: 'members', kind: 'Group', resource: group, joins, leaves },
      'PATCH',
      `/Groups/${group}`,
      patchOp(...operations),
    );
  }

  async function createGroup(): Promise<void> {
    const displayName = fresh();
    const joins = some(10);
    const claim: Claim = { operation: 'create', kind: 'Group', sets: { displayName }, joins };
    const answer = await write(claim, 'POST', '/Groups', { displayName, members: asMembers(joins) });
    own.add(await idOf(answer, '/Groups', `displayName eq "${displayName}"`));
  }

  const mix: readonly (readonly [share: number, act: () => Promise<void>])[] = [
    [0.25, createUser],
    [0.4, () => changeUser('PUT')],
    [0.55, () => changeUser('PATCH')],
    [0.7, () => removeOne('User', users)],
    [0.8, createGroup],
    [0.87, () => removeOne('Group', own)],
    [1, changeMembers],
  ];

  /** Does one write. */
  return async (): Promise<void> => {
    const drawn = random();
    await mix.find(([share]) => drawn < share)?.[1]();
  };
}

/**
 * Starts so many clients, each of which does one write after the other; what comes back lets each of them finish, and
 * settles when they have.
 */
export async function startLoad(
  recording: Recorder,
  workers: number,
  random: () => number,
): Promise<() => Promise<void>> {
  const common = await makeCommon(recording, 'load', 60, 4);
  const over = new AbortController();
  const working = Promise.all(
    Array.from({ length: workers }, async (_, index) => {
      const step = worker(`c${index}`, recording, common, random);
      while (!over.signal.aborted) await step();
    }),
  );
  return async () => {
    over.abort();
    await working;
  };
}

/** The attempts that no client may see end as they did: only 503, and a repeat of what had been done, excuse an outage. */
export const unexcused = (attempts: readonly Attempt[]): Attempt[] =>
  attempts.filter(
    ({ answer, repeat }) =>
      !answer || !([200, 201, 204, 503].includes(answer.status) || (repeat && [404, 409, 412].includes(answer.status))),
  );
