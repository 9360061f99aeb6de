import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import { ownSchemaLimits as limits } from '../domain/tenantSchemas.ts';
import type { OwnAttribute, OwnType, Use } from '../domain/tenantSchemas.ts';
import { said, type Said } from '../words/say.ts';
import { Refusal } from './errors.ts';

/** An attribute as a file may write it: with any characteristic of RFC 7643 §7, or with its default. */
type FileAttribute = Omit<Partial<DescribedAttribute>, 'name' | 'subAttributes'> & {
  readonly name: string;
  readonly subAttributes?: readonly FileAttribute[];
};

/** An attribute with every characteristic, be it one that a tenant can't have. */
export type DescribedAttribute = Omit<OwnAttribute, 'mutability' | 'returned' | 'uniqueness' | 'subAttributes'> & {
  readonly mutability: OwnAttribute['mutability'] | 'readOnly' | 'writeOnly';
  readonly returned: OwnAttribute['returned'] | 'never';
  readonly uniqueness: OwnAttribute['uniqueness'] | 'global';
  readonly subAttributes?: readonly DescribedAttribute[];
};

/** What a file describes, before any rule is asked. */
export type Described = Use & {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly DescribedAttribute[];
};

interface SchemaFile {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly attributes: readonly FileAttribute[];
  readonly extends?: string;
  readonly resourceType?: Omit<OwnType, 'description'> & { readonly description?: string };
}

const text = { type: 'string', minLength: 1, maxLength: limits.descriptionLength } as const;
const texts = {
  type: 'array',
  items: { ...text, maxLength: limits.urnLength },
  maxItems: limits.canonicalValues,
} as const;

const attribute = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    type: { enum: ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'] },
    multiValued: { type: 'boolean' },
    description: text,
    required: { type: 'boolean' },
    caseExact: { type: 'boolean' },
    mutability: { enum: ['readOnly', 'readWrite', 'immutable', 'writeOnly'] },
    returned: { enum: ['always', 'never', 'default', 'request'] },
    uniqueness: { enum: ['none', 'server', 'global'] },
    canonicalValues: texts,
    referenceTypes: texts,
    subAttributes: { type: 'array', items: { $ref: '#/$defs/attribute' }, maxItems: limits.attributes },
  },
  required: ['name'],
  additionalProperties: false,
} as const;

/** A SCIM Schema resource (RFC 7643 §7), and what it is for. */
const file = {
  $defs: { attribute },
  type: 'object',
  properties: {
    schemas: { type: 'array', items: { const: 'urn:ietf:params:scim:schemas:core:2.0:Schema' } },
    meta: { type: 'object' },
    id: { type: 'string' },
    name: { ...text, maxLength: limits.nameLength },
    description: text,
    attributes: { type: 'array', items: { $ref: '#/$defs/attribute' }, minItems: 1, maxItems: limits.attributes },
    extends: { type: 'string', minLength: 1 },
    resourceType: {
      type: 'object',
      properties: { name: { type: 'string' }, endpoint: { type: 'string' }, description: text },
      required: ['name', 'endpoint'],
      additionalProperties: false,
    },
  },
  required: ['id', 'attributes'],
  additionalProperties: false,
} as const;

const isFile = new Ajv({ allErrors: true, strictTypes: false }).compile<SchemaFile>(file);

/**
 * What a file of `rollcall schema add` describes.
 *
 * @param extended the type that it extends, where it is not the file that says so
 * @throws Refusal that says all that is wrong with its form
 */
export function readSchemaFile(content: string, extended: string | undefined): Described {
  const json = parse(content);
  if (!isFile(json)) throw new Refusal('schema.no-schema', { faults: (isFile.errors ?? []).map(sentence) });
  const name = json.name ?? json.resourceType?.name ?? json.id.split(':').at(-1) ?? json.id;
  const description = json.description ?? name;
  return {
    id: json.id,
    name,
    description,
    attributes: json.attributes.map(complete),
    ...useOf(json, extended, description),
  };
}

function parse(content: string): unknown {
  try {
    // Editors on Windows begin a file with a mark that is no part of the text.
    return JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new Refusal('schema.no-json', { why: cause instanceof Error ? cause.message : String(cause) });
  }
}

function useOf({ extends: own, resourceType }: SchemaFile, extended: string | undefined, description: string): Use {
  const said = [...new Set([own, extended].filter((name) => name !== undefined))];
  const [type] = said;
  if (said.length + (resourceType ? 1 : 0) !== 1) throw new Refusal('schema.one-use');
  if (type !== undefined) return { extends: type };
  return { resourceType: { name: '', endpoint: '', description, ...resourceType } };
}

/** With the defaults of RFC 7643 §2.2; what is no text in any case is case exact (§2.3.6, §2.3.7). */
function complete({ subAttributes = [], ...given }: FileAttribute): DescribedAttribute {
  const type = given.type ?? 'string';
  return {
    multiValued: false,
    description: given.name === '' ? 'An attribute' : given.name,
    required: false,
    caseExact: type === 'binary' || type === 'reference',
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...given,
    type,
    ...(subAttributes.length > 0 && { subAttributes: subAttributes.map(complete) }),
  };
}

/** What ajv found, for whoever wrote the file. */
function sentence({ instancePath, keyword, params, message = '' }: ErrorObject): Said {
  const where = instancePath === '' ? said('form.the-file') : `'${instancePath.slice(1).replaceAll('/', '.')}'`;
  const named = params as Readonly<Record<string, unknown>>;
  const attribute = (name: string) => String(named[name]).slice(0, 100);
  const limit = Number(named['limit']);
  switch (keyword) {
    case 'additionalProperties':
      return said('form.unknown-attribute', { where, attribute: attribute('additionalProperty') });
    case 'required':
      return said('form.required', { where, attribute: attribute('missingProperty') });
    case 'enum':
      return said('form.one-of', { where, values: named['allowedValues'] as readonly string[] });
    case 'const':
      return said('form.exactly', { where, value: String(named['allowedValue']) });
    case 'type':
      return said('form.type', { where, type: String(named['type']) });
    case 'minLength':
      return said('form.too-short', { where, least: limit });
    case 'maxLength':
      return said('form.too-long', { where, most: limit });
    case 'minItems':
      return said('form.too-few', { where, least: limit });
    case 'maxItems':
      return said('form.too-many', { where, most: limit });
    default:
      return said('form.other', { where, why: message });
  }
}
