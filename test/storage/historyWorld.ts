import { randomUUID } from 'node:crypto';
import type { TenantId } from '../../src/domain/tenants.ts';
import { protocolOver } from '../../src/protocol.ts';
import type { Json, JsonObject, ScimRequest } from '../../src/scim/types.ts';
import { keyOf, type ResourceDocument } from '../../src/storage/documents.ts';
import { testCaller } from '../support/callers.ts';
import { keep, keptFile } from '../support/kept.ts';
import { testRegistry } from '../support/schemas.ts';
import type { TestStore } from './store.ts';

/** Random numbers that are the same for the same seed. */
export function randomOf(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  const oneOf = <T>(all: readonly T[]): T => {
    const chosen = all[below(all.length)];
    if (chosen === undefined) throw new Error('nothing to choose among');
    return chosen;
  };
  return { next, below, oneOf, some: <T>(all: readonly T[], share: number) => all.filter(() => next() < share) };
}

export type Random = ReturnType<typeof randomOf>;

/** An organization that lives: people and groups that come, change and go, through the protocol. */
export function world(store: TestStore, tenant: TenantId, random: Random) {
  const handle = protocolOver(store.db, testRegistry(), 'http://127.0.0.1');
  const users: string[] = [];
  const groups: string[] = [];
  const gone: string[] = [];
  const roles: string[] = [];
  const pools: string[] = [];

  async function ask(method: ScimRequest['method'], path: string[], body?: Json): Promise<string | undefined> {
    const caller = testCaller({ tenant, requestId: randomUUID(), deadline: Date.now() + 60_000 });
    const answer = await handle({
      ...{ method, path, caller, query: { excludedAttributes: 'members' } },
      ...(body !== undefined && { body }),
    });
    // Somebody may have been removed by another lane meanwhile; a group is never inside itself.
    if (answer.status >= 400 && ![400, 404, 409, 412].includes(answer.status))
      throw new Error(`${method} ${path.join('/')}: ${answer.status} ${JSON.stringify(answer.body)}`);
    const id = answer.body?.['id'];
    return answer.status === 201 && typeof id === 'string' ? id : undefined;
  }

  const patch = (group: string, ...Operations: JsonObject[]) => ask('PATCH', ['Groups', group], { Operations });
  const values = (ids: readonly string[]): Json => ids.map((value) => ({ value }));

  async function addUser(): Promise<void> {
    const id = await ask('POST', ['Users'], { userName: randomUUID(), title: 'new' });
    if (id !== undefined) users.push(id);
  }

  async function addGroup(members: readonly string[] = random.some(users, 0.1)): Promise<string | undefined> {
    const id = await ask('POST', ['Groups'], { displayName: randomUUID(), members: values(members) });
    if (id !== undefined) groups.push(id);
    return id;
  }

  /** Takes it out of those that are there, and asks that it go. */
  async function remove(from: string[], path: 'Users' | 'Groups'): Promise<void> {
    if (from.length < 5) return;
    const [id] = from.splice(random.below(from.length), 1);
    if (id === undefined) return;
    gone.push(id);
    await ask('DELETE', [path, id]);
  }

  const join = () =>
    patch(random.oneOf(groups), { op: 'add', path: 'members', value: values(random.some(users, 0.05)) });
  const leave = () =>
    patch(
      random.oneOf(groups),
      ...random.some(users, 0.2).map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
    );

  /** Changes somebody. */
  const revise = (operation: JsonObject) => ask('PATCH', ['Users', random.oneOf(users)], { Operations: [operation] });

  const operations: readonly (readonly [weight: number, act: () => Promise<unknown>])[] = [
    [3, addUser],
    [1, () => addGroup()],
    [8, join],
    [6, leave],
    [2, () => patch(random.oneOf(groups), { op: 'replace', path: 'members', value: values(random.some(users, 0.2)) })],
    [2, () => patch(random.oneOf(groups), { op: 'replace', path: 'members', value: [] })],
    [1, () => patch(random.oneOf(groups), { op: 'add', path: 'members', value: values([random.oneOf(groups)]) })],
    [3, () => patch(random.oneOf(groups), { op: 'replace', path: 'displayName', value: randomUUID() })],
    [3, () => revise({ op: 'replace', path: random.oneOf(['title', 'userName']), value: randomUUID() })],
    [4, () => revise({ op: 'replace', path: 'roles', value: values(random.some(roles, 0.4)) })],
    [2, () => revise({ op: 'replace', path: 'entitlements', value: values(random.some(pools, 0.4)) })],
    [2, () => revise({ op: 'replace', path: 'active', value: random.next() < 0.7 })],
    [1, () => remove(users, 'Users')],
    [0.5, () => remove(groups, 'Groups')],
  ];
  const whole = operations.reduce((sum, [weight]) => sum + weight, 0);

  function step(): Promise<unknown> {
    let at = random.next() * whole;
    const [, act] = operations.find(([weight]) => (at -= weight) < 0) ?? [0, addUser];
    return act();
  }

  return {
    users,
    groups,
    /** Those that were removed. */
    gone,
    roles,
    pools,
    /** Lays down the roles and license pools that people are given. */
    async found(): Promise<void> {
      for (const name of ['clerk', 'guide']) roles.push(await keep(store.db, tenant, keptFile(name)));
      for (const name of ['listening', 'dialling']) pools.push(await keep(store.db, tenant, keptFile(name)));
    },
    ask,
    patch,
    values,
    addUser,
    addGroup,
    /** So many steps, several at a time. */
    async live(steps: number, lanes = 4): Promise<void> {
      let left = steps;
      await Promise.all(
        Array.from({ length: lanes }, async () => {
          while ((left -= 1) >= 0) await step();
        }),
      );
    },
    /** So many users, past the server. */
    async crowd(size: number): Promise<string[]> {
      const resources = store.db.collection<ResourceDocument>('resources');
      const template = await resources.findOne({ tenant, _id: random.oneOf(users) });
      if (!template) throw new Error('no user');
      const { person: _, held: __, waits: ___, ...plain } = template;
      const copies = Array.from({ length: size }, () => {
        const [id, name] = [randomUUID(), randomUUID()];
        return { ...plain, _id: id, name, key: keyOf('User', name) };
      });
      await resources.insertMany(copies);
      return copies.map(({ _id }) => _id);
    },
  };
}
