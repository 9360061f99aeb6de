import { randomUUID } from 'node:crypto';
import type { Asker } from '../../../src/admin/people/asker.ts';
import { createUsers, type Draft } from '../../../src/admin/people/create.ts';
import { credits, primaryAdmins, queueOf, seatsOf } from '../../../src/domain/accounts.ts';
import { emptyBook } from '../../../src/domain/book.ts';
import type { Change } from '../../../src/domain/changes.ts';
import { DomainError, type Violation } from '../../../src/domain/errors.ts';
import { making } from '../../../src/domain/keeping.ts';
import { everyPermission, type Permission } from '../../../src/domain/permissions.ts';
import { personOf } from '../../../src/domain/person.ts';
import { defaultSettings, type Settings } from '../../../src/domain/settings.ts';
import type { Attributes, State } from '../../../src/domain/states.ts';
import { tenantId, type TenantId } from '../../../src/domain/tenants.ts';
import { portsOver } from '../../../src/protocol.ts';
import type { JournalDocument, ResourceDocument } from '../../../src/storage/documents.ts';
import { openTestStore } from '../../storage/store.ts';
import { testRegistry } from '../../support/schemas.ts';

/** An organization on a real database, whose people are administered. */
export async function openOrganization() {
  const store = await openTestStore();
  let settings: Settings = defaultSettings;
  let tenant: TenantId = tenantId('none');
  const deciding = portsOver(store.db, testRegistry(), {}, undefined, { of: () => ({ ...emptyBook, settings }) });

  const made = async (kind: string, name: string, attributes: Attributes, more: Partial<Change> = {}) => {
    const id = randomUUID();
    const order = { connection: 'test', request: 'kept' };
    const content = { name, attributes: { displayName: name, ...attributes } };
    await store.commit({ ...making({ tenant, order }, kind, id, content), ...more });
    return id;
  };
  const account = async (name: string): Promise<number> =>
    (await deciding.accounts.read(tenant, [name])).get(name)?.value ?? 0;

  return {
    store,
    ports: { deciding },
    /** Who may do all of that, or everything. */
    asker: (permissions: readonly Permission[] = everyPermission, more: Partial<Asker> = {}): Asker => ({
      tenant,
      order: { connection: 'key:1', request: 'request' },
      permissions: new Set(permissions),
      deadline: Date.now() + 20_000,
      now: new Date(),
      ...more,
    }),
    /** An organization that nobody is in, which has chosen that. */
    begin(chosen: Partial<Settings> = {}, id: TenantId = store.tenant()): TenantId {
      settings = { ...defaultSettings, ...chosen };
      tenant = id;
      return tenant;
    },
    role: (name: string, permissions: readonly Permission[], teams: readonly State[] = []) =>
      made('Role', name, {
        permissions,
        teams: teams.map((team) => ({ value: team.id, display: team.name, permissions: [] })),
      }),
    entity: (name: string) => made('Entity', name, {}),
    /** A license pool; without seats, one without end. */
    async pool(name: string, seats?: number, price = 0) {
      const id = await made('Entitlement', name, {
        type: 'License',
        price,
        ...(seats !== undefined && { totalAssignmentsPermitted: seats }),
      });
      if (seats !== undefined)
        await made('Entity', randomUUID(), {}, { moves: [{ account: seatsOf(id), by: 0, most: seats }] });
      return id;
    },
    team: (name: string) => store.group(tenant, name),
    credit: (by: number) => made('Entity', randomUUID(), {}, { moves: [{ account: credits, by }] }),
    credits: () => account(credits),
    seats: (pool: string) => account(seatsOf(pool)),
    waiting: (pool: string) => account(queueOf(pool)),
    primaryAdmins: () => account(primaryAdmins),
    person: async (id: string) => personOf(await store.stateOf(tenant, 'User', id)),
    attributes: async (id: string) => (await store.stateOf(tenant, 'User', id)).attributes,
    entries: (resource: string) =>
      store.db.collection<JournalDocument>('journal').find({ tenant, resource }).sort({ version: 1 }).toArray(),
    /** How many users there are. */
    users: () => store.db.collection('resources').countDocuments({ tenant, type: 'User' }),
    /** The hash that is kept of a user's password. */
    password: async (id: string) =>
      (await store.db.collection<ResourceDocument>('resources').findOne({ _id: id, tenant }))?.password,
    close: () => store.close(),
  };
}

export type Organization = Awaited<ReturnType<typeof openOrganization>>;

/** Opens one for a suite, new at each test of it. */
export function forSuite(opened: (org: Organization) => void): void {
  let org: Organization | undefined;
  before(async () => {
    org = await openOrganization();
    opened(org);
  });
  after(() => org?.close());
  beforeEach(() => {
    org?.begin();
  });
}

/** Creates somebody, and gives his id. */
export async function madeIn({ ports, asker }: Organization, given: Draft): Promise<string> {
  const [one] = await createUsers(ports, asker(), [given]);
  return one?.state.id ?? '';
}

/** Somebody to create: active, unless more is said. */
export const draft = (userName: string = `${randomUUID()}@example.com`, more: Partial<Draft> = {}): Draft => ({
  profile: { userName },
  rights: {},
  begins: 'active',
  ...more,
});

/** The rule that was broken. */
export async function broken(doing: Promise<unknown>): Promise<Violation['rule'] | undefined> {
  try {
    await doing;
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.violation.rule;
    throw error;
  }
}
