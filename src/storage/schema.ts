import mongoose from 'mongoose';
import { UnusableDatabase } from './connect.ts';
import { lease } from './lease.ts';

const { Mixed, ObjectId } = mongoose.Schema.Types;

const options = { strict: 'throw', autoIndex: false, autoCreate: false, versionKey: false, minimize: false } as const;

/** The searchable shape that resources and their closed versions share. */
const state = {
  tenant: { type: String, required: true },
  type: { type: String, required: true },
  version: Number,
  revision: Number,
  generation: Number,
  created: Date,
  modified: Date,
  revised: Date,
  owner: String,
  name: String,
  key: String,
  ext: { type: [String], default: undefined },
  attributes: Mixed,
  fold: Mixed,
  custom: Mixed,
  person: Mixed,
  held: { type: [String], default: undefined },
  waits: Mixed,
};

const resources = new mongoose.Schema(
  { _id: String, ...state, password: String, lastUsedAt: Date, touched: Number, nested: Boolean },
  options,
)
  .index({ tenant: 1, key: 1 }, { unique: true })
  .index({ tenant: 1, type: 1, _id: 1 })
  .index({ tenant: 1, type: 1, modified: 1, _id: 1 })
  .index({ tenant: 1, ext: 1 }, { partialFilterExpression: { ext: { $exists: true } } })
  .index({ tenant: 1, 'fold.emails.value': 1 })
  // Who holds what, now; that of closed versions says who held it then.
  .index({ tenant: 1, held: 1, _id: 1 }, { partialFilterExpression: { held: { $exists: true } } })
  // Who waits for a pool, in their order.
  .index(
    { tenant: 1, 'waits.pool': 1, 'waits.since': 1, _id: 1 },
    { partialFilterExpression: { 'waits.pool': { $exists: true } } },
  )
  // One for the attributes of all tenants' own schemas.
  .index({ tenant: 1, 'custom.k': 1, 'custom.v': 1 }, { partialFilterExpression: { custom: { $exists: true } } });

/** Open edges by group; no two of one member in one generation. */
export const edgesByGroup = { tenant: 1, group: 1, generation: 1, member: 1 } as const;

/** Open edges by member. */
export const edgesByMember = { tenant: 1, member: 1 } as const;

/** Open edges that roles give, by group. */
export const edgesByRole = { tenant: 1, group: 1, via: 1 } as const;

/** Whoever joins pays nothing for the indexes by which it is found who was in what: they have closed edges alone. */
const isClosed = { partialFilterExpression: { to: { $exists: true } } } as const;

/** Closed edges that never got the instant since which they counted, or not yet. */
export const edgesToMend = { tenant: 1, group: 1, generation: 1 } as const;

const edges = new mongoose.Schema(
  {
    tenant: { type: String, required: true },
    group: String,
    generation: Number,
    member: String,
    type: String,
    from: Date,
    to: Date,
    live: Boolean,
    via: String,
    staged: Boolean,
  },
  options,
)
  .index(edgesByGroup, { unique: true, partialFilterExpression: { live: true } })
  .index(edgesByMember, { partialFilterExpression: { live: true } })
  .index(edgesByRole, { partialFilterExpression: { live: true, via: { $exists: true } } })
  .index({ tenant: 1, group: 1, member: 1, from: 1 }, isClosed)
  .index({ tenant: 1, member: 1, from: 1, _id: 1 }, isClosed)
  .index({ tenant: 1, member: 1, to: 1, _id: 1 }, isClosed)
  .index(edgesToMend, { partialFilterExpression: { staged: true, to: { $exists: true } } });

const history = new mongoose.Schema({ resource: String, ...state, freed: Boolean, from: Date, to: Date }, options)
  // Versions of a resource are in one order by number and by instant.
  .index({ tenant: 1, resource: 1, from: 1, revision: 1 })
  .index({ tenant: 1, held: 1, resource: 1, from: 1 }, { partialFilterExpression: { held: { $exists: true } } })
  .index({ tenant: 1, key: 1, to: 1 }, { partialFilterExpression: { freed: true } });

/** Entries that have no place yet. */
export const journalPending = { tenant: 1, pending: 1, kind: 1, adds: 1, at: 1 } as const;

/** Entries that have their place, by instant. */
export const journalByInstant = { tenant: 1, at: 1, version: 1, _id: 1 } as const;

/** Entries by what they are about; versions of a resource are in one order by number and by instant. */
export const journalByResource = { tenant: 1, resource: 1, at: 1, version: 1, _id: 1 } as const;

const journal = new mongoose.Schema(
  {
    tenant: { type: String, required: true },
    pending: Boolean,
    epoch: Number,
    at: Date,
    operation: String,
    act: String,
    kind: String,
    resource: String,
    version: Number,
    connection: String,
    request: String,
    part: Mixed,
    members: Mixed,
    left: Mixed,
    adds: Number,
    credits: Mixed,
    personal: Mixed,
    salt: Buffer,
    digest: Buffer,
  },
  options,
)
  // Has all that totals ask for, so that they read no entries.
  .index(journalPending, { partialFilterExpression: { pending: true } })
  .index({ tenant: 1, epoch: 1, at: 1, version: 1, _id: 1 }, { partialFilterExpression: { epoch: { $exists: true } } })
  // As the order of the tenant, for who asks by instants; an entry comes into both when it gets its place.
  .index(journalByInstant, { partialFilterExpression: { epoch: { $exists: true } } })
  .index(journalByResource)
  // The ledger of credits.
  .index({ tenant: 1, at: 1, _id: 1 }, { partialFilterExpression: { credits: { $exists: true } } })
  // No operation of a Bulk is done twice, whoever goes on with it.
  .index(
    { tenant: 1, 'part.run': 1, 'part.index': 1 },
    { unique: true, partialFilterExpression: { 'part.run': { $exists: true } } },
  );

const closings = new mongoose.Schema(
  {
    tenant: { type: String, required: true },
    group: String,
    below: Number,
    staged: Number,
    flipped: Date,
    abandoned: Boolean,
    at: Date,
  },
  options,
).index({ tenant: 1, group: 1 });

const nesting = new mongoose.Schema({ _id: String, version: Number }, options);

/** What removals of a tenant write to, so that they meet those who rely on very many staying. */
const departures = new mongoose.Schema({ _id: String, tenant: String, count: Number }, options);

/** Numbers that are exact under races; by tenant and name. */
const accounts = new mongoose.Schema(
  { _id: String, tenant: String, name: String, value: Number, most: Number, touched: Number },
  options,
);

const totals = new mongoose.Schema({ _id: String, epoch: Number, counts: Mixed }, options);

/** The schemas that a tenant made. */
const tenantSchemas = new mongoose.Schema({ _id: String, version: Number, schemas: Mixed }, options);

/** Jobs that are over are forgotten after thirty days. */
const jobSeconds = 30 * 24 * 3_600;

/** Work that changes left. */
const jobs = new mongoose.Schema(
  {
    _id: String,
    tenant: { type: String, required: true },
    kind: String,
    argument: String,
    state: String,
    connection: String,
    request: String,
    pass: Number,
    position: String,
    done: Number,
    total: Number,
    created: Date,
    due: Date,
    begun: Date,
    ended: Date,
    holder: String,
    until: Date,
    attempts: Number,
    error: String,
  },
  options,
)
  .index({ tenant: 1, due: 1 }, { partialFilterExpression: { state: 'open' } })
  .index({ tenant: 1, created: 1, _id: 1 })
  .index({ ended: 1 }, { expireAfterSeconds: jobSeconds });

const meta = new mongoose.Schema({ _id: String, version: Number, holder: ObjectId, until: Date }, options);

/** What is kept of a Bulk that may be sent again goes after a day. */
const bulkSeconds = 24 * 3_600;

const bulks = new mongoose.Schema(
  {
    tenant: { type: String, required: true },
    connection: String,
    key: String,
    run: String,
    digest: String,
    created: Date,
    holder: String,
    until: Date,
  },
  options,
)
  .index({ tenant: 1, connection: 1, key: 1 }, { unique: true })
  .index({ created: 1 }, { expireAfterSeconds: bulkSeconds });

const bulkNotes = new mongoose.Schema(
  { tenant: { type: String, required: true }, run: String, index: Number, settled: Mixed, created: Date },
  options,
)
  .index({ tenant: 1, run: 1, index: 1 }, { unique: true })
  .index({ created: 1 }, { expireAfterSeconds: bulkSeconds });

/** Every collection of the tenants' data, by its name. */
const collections = {
  resources,
  edges,
  history,
  journal,
  closings,
  nesting,
  departures,
  accounts,
  totals,
  bulks,
  bulkNotes,
  tenantSchemas,
  jobs,
  meta,
} as const;

/** Indexes of earlier versions that others have replaced. */
const replaced = [
  ['history', 'tenant_1_resource_1_revision_1'],
  ['journal', 'tenant_1_resource_1_version_1'],
] as const;

/** What the collections look like now. A migration that changes it raises this. */
export const schemaVersion = 2;

/** A collection that comes with indexes. */
export interface Indexed {
  readonly collection: { readonly name: string };
  readonly schema: { indexes(): readonly (readonly [key: Readonly<Record<string, unknown>>, options: object])[] };
  createCollection(): Promise<unknown>;
  createIndexes(): Promise<unknown>;
}

/** The collections of the tenants' data, each with its indexes. */
export const modelsOf = (connection: mongoose.Connection): readonly Indexed[] =>
  Object.entries(collections).map(([name, schema]) => connection.model(name, schema as mongoose.Schema, name));

/**
 * Makes collections and indexes what this version needs, one process at a time (under a lease), before anything is
 * served.
 *
 * @param more models of other parts of the store that bring indexes of their own
 * @throws UnusableDatabase where a newer Rollcall has used the database
 */
export async function migrate(connection: mongoose.Connection, more: readonly Indexed[] = []): Promise<void> {
  const models = [...modelsOf(connection), ...more];
  const release = await lease(connection, 'migration', 60_000);
  try {
    const found = await connection.collection<{ _id: string; version: number }>('meta').findOne({ _id: 'schema' });
    if (found && found.version > schemaVersion)
      throw new UnusableDatabase(
        `A newer Rollcall has used this database (its schema is ${found.version}, this one knows ${schemaVersion}): start that one.`,
      );
    // Inside a transaction a collection that does not exist yet would be made under a lock; so all are made here.
    const existing = new Set((await connection.listCollections()).map(({ name }) => name));
    for (const model of models) {
      if (!existing.has(model.collection.name)) await model.createCollection();
      await model.createIndexes();
    }
    for (const [collection, index] of replaced)
      if (await connection.collection(collection).indexExists(index))
        await connection.collection(collection).dropIndex(index);
    await connection
      .collection<{ _id: string; version: number }>('meta')
      .updateOne({ _id: 'schema' }, { $set: { version: schemaVersion } }, { upsert: true });
  } finally {
    await release();
  }
}
