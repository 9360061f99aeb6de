import { ownSchemaLimits as limits, typeOf } from '../domain/tenantSchemas.ts';
import type { OwnSchema } from '../domain/tenantSchemas.ts';
import { said, type Said } from '../words/say.ts';
import { shown } from './names.ts';
import type { Described, DescribedAttribute } from './schemaFile.ts';

/** What everybody has, which no tenant can make anew. */
export interface BuiltIn {
  readonly schemas: readonly string[];
  /** What SCIM serves: a tenant's schemas can extend it, and refer to it. */
  readonly types: readonly Placed[];
  /** What is kept beside it. */
  readonly internal: readonly Placed[];
}

interface Placed {
  readonly name: string;
  readonly endpoint: string;
  readonly access: 'readOnly' | 'readWrite';
}

/** What a schema has to go with. */
export interface Surroundings {
  readonly builtIn: BuiltIn;
  /** The tenant's other schemas. */
  readonly others: readonly OwnSchema[];
}

/** Endpoints and types that Rollcall has, or will have. */
const reserved: ReadonlySet<string> = new Set([
  ...['users', 'groups', 'roles', 'entitlements', 'entities', 'licenses', 'teams', 'tenants', 'connections'],
  ...['user', 'group', 'role', 'entitlement', 'entity', 'license', 'team', 'tenant', 'connection', 'member'],
  ...['me', 'bulk', 'search', 'schemas', 'schema', 'resourcetypes', 'resourcetype'],
  ...['serviceproviderconfig', 'health', 'metrics', 'docs', 'admin', 'all', 'none'],
]);

/** Attributes that every resource has, or that mean something wherever they stand. */
const reservedAttributes: ReadonlySet<string> = new Set([
  ...['schemas', 'id', 'externalid', 'meta', 'members', 'groups', 'password'],
]);

/** Words of filters, of JSON and of prototypes: as an attribute's name each would be read as something else. */
const reservedWords: ReadonlySet<string> = new Set([
  ...['and', 'or', 'not', 'pr', 'eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'true', 'false', 'null'],
  ...['constructor', 'prototype', 'tostring', 'valueof', 'hasownproperty'],
]);

const urnForm = /^urn:[a-z0-9][a-z0-9-]{0,31}(?::[A-Za-z0-9._-]+)+$/;
const nameForm = /^[A-Za-z][A-Za-z0-9]*$/;
const endpointForm = /^\/[A-Za-z][A-Za-z0-9]*$/;
// ATTRNAME of RFC 7643 §2.1.
const attributeForm = /^[A-Za-z][A-Za-z0-9$_-]*$/;

/** All that keeps a schema from being a tenant's; each says what to do. */
export function faultsOf(schema: Described, surroundings: Surroundings): readonly Said[] {
  return [
    ...urnFaults(schema.id, surroundings),
    ...('resourceType' in schema ? typeFaults(schema, surroundings) : extensionFaults(schema, surroundings)),
    ...attributesFaults(schema, surroundings),
    ...sizeFaults(schema, surroundings),
  ];
}

/** Whether a schema without faults is what it is: one that a tenant may have. */
export const isAllowed = (
  _schema: Described,
  { length: faults }: readonly Said[],
): _schema is Described & Pick<OwnSchema, 'attributes'> => faults === 0;

/** How many attributes there are, with those inside them. */
const counted = (attributes: readonly Pick<DescribedAttribute, 'subAttributes'>[]): number =>
  attributes.reduce((sum, { subAttributes = [] }) => sum + 1 + subAttributes.length, 0);

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What is said where it fails. */
type Check = readonly [fails: boolean, fault: Said];

const failing = (...checks: readonly Check[]): Said[] => checks.flatMap(([fails, fault]) => (fails ? [fault] : []));

function urnFaults(id: string, { builtIn, others }: Surroundings): Said[] {
  if (!urnForm.test(id) || id.length > limits.urnLength) return [said('fault.urn', { most: limits.urnLength })];
  const urn = id.toLowerCase();
  const taken = [...builtIn.schemas, ...others.map((other) => other.id)].find((other) =>
    overlap(urn, other.toLowerCase()),
  );
  if (taken !== undefined)
    return [said(sameText(taken, id) ? 'fault.urn-taken' : 'fault.urn-alike', { schema: taken })];
  const foreign = /^urn:(?:ietf:(?!params:scim:schemas:extension:)|rollcall:)/.test(urn);
  return failing([foreign, said('fault.urn-foreign')]);
}

/** Whether a path that begins with one URN could be one that begins with the other. */
const overlap = (a: string, b: string): boolean =>
  a === b || [':', '.'].some((mark) => a.startsWith(b + mark) || b.startsWith(a + mark));

function typeFaults({ resourceType, attributes }: Extract<Described, { resourceType: object }>, around: Surroundings) {
  const { name, endpoint } = resourceType;
  // Also one that is being removed has them: where it turns out to be in use it is served again.
  const types = [...around.builtIn.types, ...around.builtIn.internal, ...around.others.flatMap(typesOf)];
  const isLong = (text: string) => text.length > limits.nameLength;
  const isTaken = types.some((type) => sameText(type.name, name)) || reserved.has(name.toLowerCase());
  const isPlaced =
    types.some((type) => sameText(type.endpoint, endpoint)) || reserved.has(endpoint.slice(1).toLowerCase());
  const [naming, ...more] = attributes.filter(({ uniqueness }) => uniqueness !== 'none');
  return [
    ...failing([
      !nameForm.test(name) || isLong(name),
      said('fault.type-name', { most: limits.nameLength, name: shown(name) }),
    ]),
    ...failing([isTaken, said('fault.type-taken', { name: shown(name) })]),
    ...failing([
      !endpointForm.test(endpoint) || isLong(endpoint),
      said('fault.endpoint', { endpoint: shown(endpoint) }),
    ]),
    ...failing([isPlaced, said('fault.endpoint-taken', { endpoint: shown(endpoint) })]),
    ...failing([!naming || more.length > 0 || !isName(naming), said('fault.naming')]),
    ...attributes
      .filter((attribute) => reservedAttributes.has(attribute.name.toLowerCase()))
      .map((attribute) => said('fault.reserved', { name: attribute.name })),
  ];
}

const isName = ({ uniqueness, required, type, caseExact, multiValued, returned }: DescribedAttribute): boolean =>
  uniqueness === 'server' && required && type === 'string' && !caseExact && !multiValued && returned !== 'request';

function extensionFaults(schema: Extract<Described, { extends: string }>, around: Surroundings): Said[] {
  // Nobody could set what a type that clients only read was extended by.
  const open = around.builtIn.types.filter(({ access }) => access === 'readWrite');
  const names = [...open, ...ownTypes(around)].map(({ name }) => name);
  return [
    ...failing([!names.includes(schema.extends), said('fault.extends', { type: shown(schema.extends), types: names })]),
    ...schema.attributes
      .filter(({ uniqueness }) => uniqueness !== 'none')
      .map(({ name }) => said('fault.unique-extension', { name })),
  ];
}

const ownTypes = ({ others }: Surroundings) => others.filter(({ state }) => state === 'served').flatMap(typesOf);

const typesOf = (schema: OwnSchema) => ('resourceType' in schema ? [schema.resourceType] : []);

function sizeFaults({ attributes }: Described, { others }: Surroundings): Said[] {
  const all = others.reduce((sum, other) => sum + counted(other.attributes), counted(attributes));
  return [
    ...failing([others.length >= limits.schemas, said('fault.most-schemas', { most: limits.schemas })]),
    ...failing([all > limits.attributes, said('fault.most-attributes', { most: limits.attributes, all })]),
  ];
}

function attributesFaults(schema: Described, around: Surroundings): Said[] {
  const own = 'resourceType' in schema ? [schema.resourceType.name] : [];
  const targets = new Set([
    ...elsewhere,
    ...own,
    ...[...around.builtIn.types, ...ownTypes(around)].map(({ name }) => name),
  ]);
  return [
    ...duplicates(schema.attributes, ''),
    ...schema.attributes.flatMap((attribute) => [
      ...attributeFaults(attribute, '', targets),
      ...(attribute.subAttributes ?? []).flatMap((sub) => subFaults(sub, `${attribute.name}.`, targets)),
      ...duplicates(attribute.subAttributes ?? [], `${attribute.name}.`),
    ]),
  ];
}

function duplicates(attributes: readonly DescribedAttribute[], prefix: string): Said[] {
  const names = attributes.map(({ name }) => name.toLowerCase());
  return attributes
    .filter(({ name }, at) => names.indexOf(name.toLowerCase()) !== at)
    .map(({ name }) => said('fault.twice', { name: prefix + name }));
}

function subFaults(sub: DescribedAttribute, prefix: string, targets: ReadonlySet<string>): Said[] {
  const name = prefix + sub.name;
  return [
    ...attributeFaults(sub, prefix, targets),
    ...failing([sub.type === 'complex', said('fault.complex-inside', { name })]),
    ...failing([sub.multiValued, said('fault.several-inside', { name })]),
    ...failing([sub.uniqueness !== 'none', said('fault.unique-inside', { name })]),
  ];
}

function attributeFaults(attribute: DescribedAttribute, prefix: string, targets: ReadonlySet<string>): Said[] {
  const { type, subAttributes = [], canonicalValues, referenceTypes = [] } = attribute;
  const name = prefix + shown(attribute.name);
  const unknown = referenceTypes.find((target) => !targets.has(target));
  return [
    ...nameFaults(attribute, name, prefix),
    ...accessFaults(attribute, name),
    ...failing([type === 'complex' && subAttributes.length === 0, said('fault.complex-empty', { name })]),
    ...failing([type !== 'complex' && subAttributes.length > 0, said('fault.simple-parts', { name })]),
    ...failing([canonicalValues !== undefined && type !== 'string', said('fault.canonical', { name })]),
    ...failing([
      (type === 'reference') !== referenceTypes.length > 0,
      said(type === 'reference' ? 'fault.reference-to-nothing' : 'fault.no-reference', { name }),
    ]),
    ...failing([isLost(subAttributes), said('fault.reference-lost', { name: attribute.name })]),
    ...failing([
      unknown !== undefined,
      said('fault.reference-unknown', { name, target: shown(unknown ?? ''), targets: [...targets] }),
    ]),
  ];
}

/** What refers to no resource. */
const elsewhere = ['uri', 'external'];

/** Whether a `$ref` stands beside a `value` that names no resource: it could neither be kept nor made. */
const isLost = (subAttributes: readonly DescribedAttribute[]): boolean =>
  subAttributes.some(({ name }) => name.toLowerCase() === 'value') &&
  subAttributes.some(
    ({ name, referenceTypes = [] }) =>
      name === '$ref' && referenceTypes.length > 0 && referenceTypes.every((target) => elsewhere.includes(target)),
  );

function nameFaults({ name, type }: DescribedAttribute, full: string, prefix: string): Said[] {
  // `$ref` stands beside a `value` (RFC 7643 §2.4), and nowhere else.
  if (name === '$ref' && prefix !== '' && type === 'reference') return [];
  if (!attributeForm.test(name) || name.length > limits.nameLength)
    return [said('fault.attribute-name', { name: full, most: limits.nameLength })];
  return failing([reservedWords.has(name.toLowerCase()), said('fault.word', { name: full })]);
}

/** What nobody could set, or nobody could see, is of no use. */
const accessFaults = ({ mutability, returned }: DescribedAttribute, name: string): Said[] => [
  ...failing([
    mutability === 'readOnly' || mutability === 'writeOnly',
    said(mutability === 'readOnly' ? 'fault.read-only' : 'fault.write-only', { name }),
  ]),
  ...failing([returned === 'never', said('fault.never-shown', { name })]),
];

/** The other schemas that need a schema: what extends its type, and what refers to it. */
export const dependents = (schema: OwnSchema, others: readonly OwnSchema[]): readonly OwnSchema[] =>
  'resourceType' in schema
    ? others.filter(
        (other) =>
          ('extends' in other && typeOf(other) === schema.resourceType.name) ||
          refersTo(other.attributes, schema.resourceType.name),
      )
    : [];

const refersTo = (attributes: OwnSchema['attributes'], type: string): boolean =>
  attributes.some(
    ({ referenceTypes = [], subAttributes = [] }) => referenceTypes.includes(type) || refersTo(subAttributes, type),
  );
