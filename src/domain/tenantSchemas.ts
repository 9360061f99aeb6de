import type { Kind } from './states.ts';
import type { TenantId } from './tenants.ts';

/** An attribute of a tenant's own schema, every characteristic stated (RFC 7643 §7). */
export interface OwnAttribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readWrite' | 'immutable';
  readonly returned: 'always' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly OwnAttribute[];
}

/** A resource type that a tenant made (RFC 7643 §6). */
export interface OwnType {
  readonly name: Kind;
  /** With its slash: `/Devices`. */
  readonly endpoint: string;
  readonly description: string;
}

/** What a schema is for: it extends a type, or is the schema of a type of its own. */
export type Use = { readonly extends: Kind } | { readonly resourceType: OwnType };

/** A schema that one tenant made, which nobody else sees. */
export type OwnSchema = Use & {
  /** Its URN. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly OwnAttribute[];
  /** Withdrawn: it is about to be removed, and no process serves it any more. */
  readonly state: 'served' | 'withdrawn';
  readonly createdAt: Date;
  readonly createdBy: string;
};

/** All schemas that a tenant made. */
export interface SchemaSet {
  /** Counts the changes of the set: 0 where there never was one. */
  readonly version: number;
  readonly schemas: readonly OwnSchema[];
}

/** How much a tenant can make: attributes are counted with their sub-attributes, over all of its schemas. */
export const ownSchemaLimits = {
  schemas: 20,
  attributes: 200,
  nameLength: 64,
  urnLength: 200,
  descriptionLength: 1_000,
  canonicalValues: 100,
} as const;

/** So long a process goes by what it knows of a tenant's schemas. */
export const schemasKnownMs = 900;

/**
 * After so long nothing is written any more that was decided under a schema withdrawn since: what a process knows, then
 * the deadline of the largest request.
 */
export const withdrawalMs = 24_000;

/** The type that a schema's values are kept in: the one it extends, or its own. */
export const typeOf = (schema: OwnSchema): Kind => ('extends' in schema ? schema.extends : schema.resourceType.name);

/** Where tenants' schemas are kept. Every call names the tenant. */
export interface TenantSchemas {
  /** One store command. */
  read(tenant: TenantId): Promise<SchemaSet>;
  /** Puts these in the place of a set, unless somebody else was faster. */
  replace(tenant: TenantId, version: number, schemas: readonly OwnSchema[]): Promise<'replaced' | 'changed'>;
  /** How many resources of a type there are. */
  count(tenant: TenantId, kind: Kind): Promise<number>;
  /** How many resources hold values of a schema: of one that a type was made for, all of that type. */
  holders(tenant: TenantId, schema: OwnSchema): Promise<number>;
}
