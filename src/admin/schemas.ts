import { concerns } from '../domain/connections.ts';
import { typeOf, withdrawalMs } from '../domain/tenantSchemas.ts';
import type { OwnAttribute, OwnSchema, SchemaSet } from '../domain/tenantSchemas.ts';
import type { Tenant } from '../domain/tenants.ts';
import { Refusal } from './errors.ts';
import { shown } from './names.ts';
import type { Ports } from './ports.ts';
import { readSchemaFile } from './schemaFile.ts';
import { dependents, faultsOf, isAllowed } from './schemaRules.ts';
import { requireTenant } from './tenants.ts';

/** A schema that is to be a tenant's own. */
export interface SchemaRequest {
  /** By name or id. */
  readonly tenant?: string | undefined;
  /** The content of the file that describes it. */
  readonly content: string;
  /** The type that it extends, where the file doesn't say. */
  readonly extends?: string | undefined;
}

/** One of a tenant's schemas. */
export interface SchemaChoice {
  /** By name or id. */
  readonly tenant?: string | undefined;
  readonly urn: string;
}

/** What a schema adds, and whom it concerns. */
export interface Effect {
  readonly tenant: string;
  readonly schema: string;
  readonly type: string;
  /** Where resources of the type are served, where the type is new. */
  readonly endpoint?: string;
  /** How many resources of the type there are: none of them is changed. */
  readonly resources: number;
  readonly attributes: readonly {
    readonly path: string;
    readonly type: string;
    /** How a filter by it finds resources: by an index, or not at all. */
    readonly search: 'by index' | 'by its parts' | 'no';
  }[];
  /** The connections whose scopes let them read or write it, by name. */
  readonly connections: readonly string[];
}

type Needed = Pick<Ports, 'tenants' | 'connections' | 'schemas' | 'builtIn' | 'now' | 'by'>;

/** The longest file, in characters. */
const longestFile = 262_144;

const mostConnections = 1_000;

/**
 * What adding a schema would come to; nothing is added.
 *
 * @throws Refusal as `addSchema` does
 */
export async function previewSchema(ports: Needed, request: SchemaRequest): Promise<Effect> {
  const tenant = await requireTenant(ports, request.tenant);
  return effectOf(ports, tenant, allowed(ports, request, await ports.schemas.read(tenant.id)));
}

/**
 * Gives a tenant a schema of its own: an extension of a type, or a type. Every process serves it within a second.
 *
 * @throws Refusal that says all that is wrong with it
 */
export async function addSchema(ports: Needed, request: SchemaRequest): Promise<Effect> {
  const tenant = await requireTenant(ports, request.tenant);
  const added = await change(ports, tenant, (set) => {
    const schema = allowed(ports, request, set);
    return { schema, schemas: [...set.schemas, schema] };
  });
  return effectOf(ports, tenant, added);
}

/** The schemas that a tenant made, in the order of making. */
export async function listSchemas(
  ports: Pick<Ports, 'tenants' | 'schemas'>,
  tenant: string | undefined,
): Promise<readonly OwnSchema[]> {
  const { id } = await requireTenant(ports, tenant);
  return (await ports.schemas.read(id)).schemas;
}

/** A schema in the form of the file that makes it. */
export type SchemaText = Omit<OwnSchema, 'state' | 'createdAt' | 'createdBy'>;

/**
 * A schema as a file that could be added describes it.
 *
 * @throws Refusal where the tenant made no such schema
 */
export async function showSchema(
  ports: Pick<Ports, 'tenants' | 'schemas'>,
  { tenant, urn }: SchemaChoice,
): Promise<SchemaText> {
  const { id } = await requireTenant(ports, tenant);
  const { state: _state, createdAt: _at, createdBy: _by, ...text } = requireSchema(await ports.schemas.read(id), urn);
  return text;
}

/**
 * Removes a schema that nothing uses. It is withdrawn first, and looked at again when no process writes under it any
 * more; where somebody was faster it is served again. A removal that broke off leaves it withdrawn: repeated, it ends.
 *
 * @throws Refusal where resources hold values of it, or another schema needs it: with how many, and which
 */
export async function removeSchema(
  ports: Pick<Ports, 'tenants' | 'schemas' | 'pause'>,
  choice: SchemaChoice,
): Promise<OwnSchema> {
  const tenant = await requireTenant(ports, choice.tenant);
  const schema = requireSchema(await ports.schemas.read(tenant.id), choice.urn);
  await requireUnused(ports, tenant, schema);
  await change(ports, tenant, (set) => ({ schema, schemas: inState('withdrawn', requireFree(set, choice.urn), set) }));
  await ports.pause(withdrawalMs);
  await requireUnused(ports, tenant, schema);
  await change(ports, tenant, (set) => {
    if (requireSchema(set, schema.id).state !== 'withdrawn')
      throw new Refusal('schema.served-again', { schema: schema.id });
    return { schema, schemas: set.schemas.filter(({ id }) => id !== schema.id) };
  });
  return schema;
}

/** @throws Refusal where resources hold values of it: then it is served, whatever it was */
async function requireUnused(ports: Pick<Ports, 'schemas'>, tenant: Tenant, schema: OwnSchema): Promise<void> {
  const holders = await ports.schemas.holders(tenant.id, schema);
  if (holders === 0) return;
  await change(ports, tenant, (set) => ({ schema, schemas: inState('served', schema, set) }));
  const why = 'resourceType' in schema ? 'schema.has-resources' : 'schema.has-values';
  throw new Refusal(why, { schema: schema.id, type: typeOf(schema), holders });
}

/** @throws Refusal where the tenant has no such schema, or another schema needs it */
function requireFree(set: SchemaSet, urn: string): OwnSchema {
  const schema = requireSchema(set, urn);
  const needing = dependents(
    schema,
    set.schemas.filter((other) => other !== schema),
  );
  if (needing.length > 0)
    throw new Refusal('schema.needed', { needing: needing.map(({ id }) => `'${id}'`), schema: schema.id });
  return schema;
}

/** The same list where it is in that state already. */
const inState = (state: OwnSchema['state'], { id }: OwnSchema, { schemas }: SchemaSet): readonly OwnSchema[] =>
  schemas.some((other) => other.id === id && other.state !== state)
    ? schemas.map((other) => (other.id === id ? { ...other, state } : other))
    : schemas;

function requireSchema({ schemas }: SchemaSet, urn: string): OwnSchema {
  const schema = schemas.find(({ id }) => id.toLowerCase() === urn.toLowerCase());
  if (!schema) throw new Refusal('schema.unknown', { urn: shown(urn) });
  return schema;
}

/** Changes what a tenant has, anew as long as somebody else was faster. */
async function change(
  { schemas }: Pick<Ports, 'schemas'>,
  { id }: Tenant,
  decide: (set: SchemaSet) => { readonly schema: OwnSchema; readonly schemas: readonly OwnSchema[] },
): Promise<OwnSchema> {
  for (;;) {
    const set = await schemas.read(id);
    const decided = decide(set);
    if (decided.schemas === set.schemas) return decided.schema;
    if ((await schemas.replace(id, set.version, decided.schemas)) === 'replaced') return decided.schema;
  }
}

/** @throws Refusal that says all that is wrong */
function allowed(ports: Pick<Needed, 'builtIn' | 'now' | 'by'>, request: SchemaRequest, set: SchemaSet): OwnSchema {
  if (request.content.length > longestFile) throw new Refusal('schema.too-long', { most: longestFile });
  const described = readSchemaFile(request.content, request.extends);
  const faults = faultsOf(described, { builtIn: ports.builtIn(), others: set.schemas });
  if (!isAllowed(described, faults)) throw new Refusal('schema.refused', { faults });
  return { ...described, state: 'served', createdAt: ports.now(), createdBy: ports.by };
}

async function effectOf(ports: Needed, tenant: Tenant, schema: OwnSchema): Promise<Effect> {
  const type = typeOf(schema);
  const [resources, connections] = await Promise.all([
    ports.schemas.count(tenant.id, type),
    ports.connections.list(tenant.id, mostConnections),
  ]);
  return {
    tenant: tenant.name,
    schema: schema.id,
    type,
    ...('resourceType' in schema && { endpoint: schema.resourceType.endpoint }),
    resources,
    attributes: schema.attributes.flatMap((attribute) => searchOf(attribute)),
    connections: connections
      .filter(({ scopes }) => scopes.some((scope) => concerns(scope, type)))
      .map(({ name }) => name),
  };
}

function searchOf({ name, type, multiValued, subAttributes = [] }: OwnAttribute, prefix = ''): Effect['attributes'] {
  const path = prefix + name;
  const search = type === 'complex' ? 'by its parts' : type === 'binary' || name === '$ref' ? 'no' : 'by index';
  return [
    { path, type: multiValued ? `${type}[]` : type, search },
    ...subAttributes.flatMap((sub) => searchOf(sub, `${path}.`)),
  ];
}
