import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import type { Json } from '../types.ts';
import type { Access, Attribute } from './types.ts';

/** An attribute as its schema file writes it: every characteristic is stated (RFC 7643 §7). */
export interface AttributeDefinition extends Omit<Attribute, 'subAttributes' | 'canonicalValues' | 'referenceTypes'> {
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeDefinition[];
}

/** A schema file. */
export interface SchemaDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
}

/** A schema that one tenant made, and what it is for: it extends a type, or is the schema of a type of its own. */
export type TenantDefinition = SchemaDefinition &
  ({ readonly extends: string } | { readonly resourceType: Pick<TypeDefinition, 'name' | 'description' | 'endpoint'> });

/** A resource type file (RFC 7643 §6). */
export interface TypeDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly endpoint: string;
  readonly schema: string;
  /** Absent: `readWrite`. */
  readonly access?: Access;
  readonly schemaExtensions: readonly { readonly schema: string; readonly required: boolean }[];
}

const characteristics = {
  name: { type: 'string', pattern: '^[A-Za-z$][A-Za-z0-9$_-]*$' },
  type: { enum: ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'] },
  multiValued: { type: 'boolean' },
  description: { type: 'string', minLength: 1 },
  required: { type: 'boolean' },
  caseExact: { type: 'boolean' },
  mutability: { enum: ['readOnly', 'readWrite', 'immutable', 'writeOnly'] },
  returned: { enum: ['always', 'never', 'default', 'request'] },
  uniqueness: { enum: ['none', 'server', 'global'] },
} as const;

const texts = { type: 'array', items: { type: 'string' } } as const;

const attribute = {
  type: 'object',
  properties: {
    ...characteristics,
    canonicalValues: texts,
    referenceTypes: texts,
    subAttributes: { type: 'array', minItems: 1, items: { $ref: '#/$defs/attribute' } },
  },
  required: Object.keys(characteristics),
  additionalProperties: false,
  // A complex attribute, and no other, has sub-attributes; a reference says what it refers to (RFC 7643 §7).
  allOf: [
    {
      if: { properties: { type: { const: 'complex' } } },
      then: { required: ['subAttributes'] },
      else: { properties: { subAttributes: false } },
    },
    { if: { properties: { type: { const: 'reference' } } }, then: { required: ['referenceTypes'] } },
  ],
} as const;

const urn = { type: 'string', pattern: '^urn:[A-Za-z0-9][A-Za-z0-9-]*:[A-Za-z0-9:._-]+$' } as const;

const schema = {
  $defs: { attribute },
  type: 'object',
  properties: {
    id: urn,
    name: { type: 'string', minLength: 1 },
    description: { type: 'string', minLength: 1 },
    attributes: { type: 'array', minItems: 1, items: { $ref: '#/$defs/attribute' } },
  },
  required: ['id', 'name', 'description', 'attributes'],
  additionalProperties: false,
} as const;

const type = {
  type: 'object',
  properties: {
    id: { type: 'string', minLength: 1 },
    name: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9]*$' },
    description: { type: 'string', minLength: 1 },
    endpoint: { type: 'string', pattern: '^/[A-Za-z][A-Za-z0-9]*$' },
    schema: urn,
    access: { enum: ['readOnly', 'readWrite'] },
    schemaExtensions: {
      type: 'array',
      items: {
        type: 'object',
        properties: { schema: urn, required: { type: 'boolean' } },
        required: ['schema', 'required'],
        additionalProperties: false,
      },
    },
  },
  required: ['id', 'name', 'description', 'endpoint', 'schema', 'schemaExtensions'],
  additionalProperties: false,
} as const;

const ajv = new Ajv({ strictTypes: false, strictRequired: false });

const reader =
  <T>(what: string, check: ValidateFunction<T>) =>
  (definition: Json): T => {
    if (check(definition)) return definition;
    const said = ajv.errorsText(check.errors, { dataVar: what.toLowerCase() });
    throw new Error(`${what}${idOf(definition)} is not well formed: ${said}`);
  };

function idOf(definition: Json): string {
  const isObject = typeof definition === 'object' && definition !== null && !Array.isArray(definition);
  return isObject && typeof definition.id === 'string' ? ` '${definition.id}'` : '';
}

/** A schema file's content, checked. @throws Error naming the schema and what is wrong with it. */
export const readSchema = reader('Schema', ajv.compile<SchemaDefinition>(schema));

/** A resource type file's content, checked. @throws Error naming the type and what is wrong with it. */
export const readType = reader('Type', ajv.compile<TypeDefinition>(type));
