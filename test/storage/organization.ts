import { randomUUID } from 'node:crypto';
import type { Book, Books } from '../../src/domain/book.ts';
import { queueOf, seatsOf, type Move } from '../../src/domain/accounts.ts';
import type { MappingRule } from '../../src/domain/mappingRules.ts';
import { personOf, type Person } from '../../src/domain/person.ts';
import { promote } from '../../src/domain/promoting.ts';
import { workOff, type Settling } from '../../src/domain/settling.ts';
import type { Settings } from '../../src/domain/settings.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { portsOver, protocolOver } from '../../src/protocol.ts';
import type { JsonObject, ScimRequest } from '../../src/scim/types.ts';
import { accounts } from '../../src/storage/accounts.ts';
import { readBook } from '../../src/storage/books.ts';
import { holders } from '../../src/storage/holders.ts';
import { jobs } from '../../src/storage/jobs.ts';
import { walks } from '../../src/storage/walks.ts';
import { testCaller } from '../support/callers.ts';
import { creating, newState } from '../support/changes.ts';
import { testRegistry } from '../support/schemas.ts';
import type { TestStore } from './store.ts';

/** One organization on a store: what it has laid down, its people as a client provisions them, and what follows. */
export function organization(store: TestStore, tenant: TenantId = store.tenant()) {
  const books: Books = { of: (each) => readBook(store.db, each) };
  const deciding = portsOver(store.db, testRegistry(), undefined, undefined, books);
  const handle = protocolOver(store.db, testRegistry(), 'https://id.example.com', undefined, undefined, books);
  // Nobody else decides here: a second pass need not wait for those who might.
  const queue = jobs(store.db, { settledMs: 0, leaseMs: 300 });
  const settling: Settling = { ...deciding, queue, walks: walks(store.db), holders: holders(store.db) };
  const soon = () => Date.now() + 20_000;
  const always = () => true;

  async function ask(method: ScimRequest['method'], path: readonly string[], body?: JsonObject) {
    const caller = testCaller({ tenant, deadline: soon() });
    const answer = await handle({ method, path, query: {}, caller, ...(body && { body }) });
    if (answer.status >= 300) throw new Error(JSON.stringify([answer.status, answer.body]));
    return answer;
  }

  async function create(endpoint: string, body: JsonObject): Promise<string> {
    const id = (await ask('POST', [endpoint], body)).body?.['id'];
    if (typeof id !== 'string') throw new Error('what is created has an id');
    return id;
  }

  async function keep(
    kind: string,
    name: string,
    attributes: object,
    moves: (id: string) => readonly Move[] = () => [],
  ) {
    const state = { ...newState(tenant, kind, name, new Date()), owner: undefined };
    await deciding.work.commit(
      { ...creating({ ...state, attributes: { ...attributes } }), moves: moves(state.id) },
      soon(),
    );
    return state.id;
  }

  return {
    tenant,
    deciding,
    settling,
    queue,
    ask,
    soon,
    keep,
    role: (name: string, permissions: readonly string[] = [], teams: readonly object[] = []) =>
      keep('Role', name, { displayName: name, permissions, teams }),
    pool: (name: string, seats?: number) =>
      keep(
        'Entitlement',
        name,
        { displayName: name, ...(seats !== undefined && { totalAssignmentsPermitted: seats }) },
        (id) => (seats === undefined ? [] : [{ account: seatsOf(id), by: 0, most: seats }]),
      ),
    entity: (name: string) => keep('Entity', name, { displayName: name }),
    settings: (settings: Partial<Settings>) => keep('Settings', 'settings', { name: 'settings', ...settings }),
    rule: (rule: Pick<MappingRule, 'match' | 'gives'> & Partial<MappingRule>) =>
      keep('MappingRule', rule.name ?? randomUUID(), { connection: 'okta', position: 1, reach: 'ordinary', ...rule }),
    user: (userName: string, more: JsonObject = {}) => create('Users', { userName, ...more }),
    group: (displayName: string, members: readonly string[] = []) =>
      create('Groups', { displayName, ...(members.length > 0 && { members: members.map((value) => ({ value })) }) }),
    patch: (endpoint: string, id: string, ...Operations: JsonObject[]) =>
      ask('PATCH', [endpoint, id], { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations }),
    async person(id: string): Promise<Person> {
      return personOf(await store.stateOf(tenant, 'User', id));
    },
    /** What somebody holds, as `role:sales (group)`; `?` for what he waits for. */
    async holds(id: string): Promise<readonly string[]> {
      const { grants } = await this.person(id);
      return grants.map(
        ({ what, name, waiting, origins }) =>
          `${waiting === undefined ? '' : '?'}${what}:${String(name)} (${origins.map(({ by }) => by).join(', ')})`,
      );
    },
    async book(): Promise<Book> {
      return readBook(store.db, tenant);
    },
    /** Seats taken of a pool, and people who wait for one. */
    async seats(pool: string): Promise<readonly [taken: number, waiting: number]> {
      const found = await accounts(store.db).read(tenant, [seatsOf(pool), queueOf(pool)]);
      return [found.get(seatsOf(pool))?.value ?? 0, found.get(queueOf(pool))?.value ?? 0];
    },
    promote: () => promote(settling, tenant, always),
    async settle(): Promise<void> {
      while (await workOff(settling, tenant, always));
    },
  };
}

export type Organization = ReturnType<typeof organization>;
