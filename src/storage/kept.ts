/** What is kept of a tenant, collection by collection: the field by which each document names its tenant. */
export const kept = {
  tenantSchemas: '_id',
  resources: 'tenant',
  edges: 'tenant',
  history: 'tenant',
  journal: 'tenant',
  closings: 'tenant',
  nesting: '_id',
  departures: 'tenant',
  accounts: 'tenant',
  jobs: 'tenant',
  totals: '_id',
  bulks: 'tenant',
  bulkNotes: 'tenant',
  provisioningLog: 'tenant',
  quirkTally: 'tenant',
  connections: 'tenant',
  tokens: 'tenant',
  tenants: '_id',
} as const satisfies Readonly<Record<string, '_id' | 'tenant'>>;

/** A collection of the tenants' data. */
export type Kept = keyof typeof kept;

/** All of them. */
export const keptCollections = Object.keys(kept) as readonly Kept[];

/** The documents of one tenant, or of all. */
export const ofTenant = (collection: Kept, tenant: string | undefined): Readonly<Record<string, string>> =>
  tenant === undefined ? {} : { [kept[collection]]: tenant };
