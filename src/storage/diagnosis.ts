import mongoose from 'mongoose';
import { primaryAdmins, queueOf, seatsOf } from '../domain/accounts.ts';
import type { DatabaseFacts, PoolFacts, RuleFacts, TenantFacts } from '../domain/diagnosis.ts';
import { ruleFrom, speaksOf, type MappingRule } from '../domain/mappingRules.ts';
import { settingsFrom } from '../domain/settings.ts';
import type { Tenant, TenantId } from '../domain/tenants.ts';
import { accounts } from './accounts.ts';
import { notedAddress } from './address.ts';
import { connectionsModel, toConnection } from './connectionDocuments.ts';
import type { ResourceDocument } from './documents.ts';
import { isMarked } from './restore.ts';
import { modelsOf, schemaVersion, type Indexed } from './schema.ts';
import { tenantSchemas } from './tenantSchemas.ts';
import { toToken, tokensModel } from './tokens.ts';

/** Connects to whatever is there: nothing is demanded of it, and nothing made ready. */
export const connectToLook = (uri: string): Promise<mongoose.Connection> =>
  mongoose
    .createConnection(uri, {
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
      serverSelectionTimeoutMS: 3_000,
      appName: 'rollcall doctor',
    })
    .asPromise();

/** What is seen of a database, with the clock of who looks. */
export async function databaseFacts(
  db: mongoose.Connection,
  indexed: readonly Indexed[],
  clock: () => number,
): Promise<DatabaseFacts> {
  const admin = db.getClient().db('admin');
  const asked = clock();
  const hello = await admin.command({ hello: 1 });
  const answered = clock();
  const { version } = (await admin.command({ buildInfo: 1 })) as unknown as { version: string };
  const kind = hello['setName'] !== undefined ? 'replica-set' : hello['msg'] === 'isdbgrid' ? 'sharded' : 'standalone';
  const found = (await db.collection<{ _id: string; version: number }>('meta').findOne({ _id: 'schema' }))?.version;
  return {
    version,
    kind,
    unreachable: kind === 'replica-set' ? await membersAway(admin) : [],
    clockAheadMs: apart((hello['localTime'] as Date).getTime(), asked, answered),
    schema: { found, known: schemaVersion },
    // Where no server was started yet none is expected.
    missingIndexes: found === undefined ? [] : await missingOf(db, [...modelsOf(db), ...indexed]),
    halfRestored: await isMarked(db, {}),
    noted: await notedAddress(db),
  };
}

/** The other's clock was read at some moment between asking and answer: what that may explain is no difference. */
const apart = (theirs: number, asked: number, answered: number): number =>
  theirs > answered ? theirs - answered : Math.min(0, theirs - asked);

/** Members of the set that the one asked cannot reach; nothing where it may not tell. */
async function membersAway(admin: mongoose.mongo.Db): Promise<readonly string[]> {
  const status = await admin.command({ replSetGetStatus: 1 }).catch(() => undefined);
  const members = (status?.['members'] ?? []) as readonly { readonly name: string; readonly health: number }[];
  return members.filter(({ health }) => health !== 1).map(({ name }) => name);
}

async function missingOf(db: mongoose.Connection, models: readonly Indexed[]): Promise<string[]> {
  const there = new Set((await db.listCollections()).map(({ name }) => name));
  const missing = await Promise.all(
    models.map(async ({ collection: { name }, schema }) => {
      const indexes = there.has(name) ? await db.collection(name).indexes() : [];
      const has = new Set(indexes.map(({ key }) => JSON.stringify(key)));
      return schema
        .indexes()
        .filter(([key]) => !has.has(JSON.stringify(key)))
        .map(([key]) => `${name}: ${Object.keys(key).join(', ')}`);
    }),
  );
  return missing.flat();
}

/** So many of a kind are looked at in one organization. */
const most = 10_000;

/** What is seen of one organization. */
export async function tenantFacts(db: mongoose.Connection, { id, name }: Tenant): Promise<TenantFacts> {
  const [connections, tokens, states, schemas] = await Promise.all([
    connectionsModel(db).find({ tenant: id }).limit(most).lean(),
    tokensModel(db).find({ tenant: id }).sort({ createdAt: -1 }).limit(most).lean(),
    statesOf(db, id, ['Settings', 'MappingRule', 'Entitlement']),
    tenantSchemas(db).read(id),
  ]);
  const of = (type: string) => states.filter((state) => state.type === type);
  const pools = of('Entitlement').map(({ _id, name: called }) => ({ id: _id, name: called }));
  const numbers = await accounts(db).read(id, [
    primaryAdmins,
    ...pools.flatMap((pool) => [seatsOf(pool.id), queueOf(pool.id)]),
  ]);
  return {
    name,
    connections: connections.map(toConnection),
    tokens: tokens.map(toToken),
    primaryAdmins: numbers.get(primaryAdmins)?.value ?? 0,
    pools: pools.map((pool): PoolFacts => ({
      ...pool,
      seats: numbers.get(seatsOf(pool.id)) ?? { name: seatsOf(pool.id), value: 0 },
      waiting: numbers.get(queueOf(pool.id))?.value ?? 0,
    })),
    rules: await rulesOf(
      db,
      id,
      of('MappingRule').map((state) => ruleFrom({ id: state._id, ...state })),
    ),
    settings: settingsFrom(of('Settings')[0]?.attributes ?? {}),
    withdrawn: schemas.schemas.filter(({ state }) => state === 'withdrawn').map((schema) => schema.id),
  };
}

type Looked = Pick<ResourceDocument, '_id' | 'type' | 'name' | 'attributes'>;

const resources = (db: mongoose.Connection) => db.collection<ResourceDocument>('resources');

const statesOf = (db: mongoose.Connection, tenant: TenantId, types: readonly string[]): Promise<Looked[]> =>
  resources(db)
    .find({ tenant, type: { $in: [...types] } })
    .project<Looked>({ type: 1, name: 1, attributes: 1 })
    .limit(most)
    .toArray();

/** Which rules speak of a group, and give what there is. Where there are more groups than are looked at, each may. */
async function rulesOf(
  db: mongoose.Connection,
  tenant: TenantId,
  rules: readonly MappingRule[],
): Promise<readonly RuleFacts[]> {
  if (rules.length === 0) return [];
  const groups = await resources(db)
    .find({ tenant, type: 'Group', owner: { $in: rules.map(({ connection }) => connection) } })
    .project<{ _id: string; name: string; owner: string }>({ name: 1, owner: 1 })
    .limit(most)
    .toArray();
  const given = rules.flatMap(({ gives }) => gives.id ?? []);
  const there = await resources(db)
    .find({ tenant, _id: { $in: given } })
    .project<{ _id: string }>({ _id: 1 })
    .toArray();
  const isThere = new Set<string | undefined>([undefined, ...there.map(({ _id }) => _id)]);
  return rules.map((rule) => ({
    name: rule.name,
    connection: rule.connection,
    matches: groups.length >= most || groups.some((group) => speaksOf(rule, { id: group._id, ...group })),
    gives: isThere.has(rule.gives.id) ? 'something' : 'nothing',
  }));
}
