import { ownSchemaLimits as limits, typeOf } from '../domain/tenantSchemas.ts';
import type { OwnSchema } from '../domain/tenantSchemas.ts';
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
export function faultsOf(schema: Described, surroundings: Surroundings): readonly string[] {
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
  { length: faults }: readonly string[],
): _schema is Described & Pick<OwnSchema, 'attributes'> => faults === 0;

/** How many attributes there are, with those inside them. */
const counted = (attributes: readonly Pick<DescribedAttribute, 'subAttributes'>[]): number =>
  attributes.reduce((sum, { subAttributes = [] }) => sum + 1 + subAttributes.length, 0);

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What is said where it fails. */
type Check = readonly [fails: boolean, fault: string];

const failing = (...checks: readonly Check[]): string[] => checks.flatMap(([fails, fault]) => (fails ? [fault] : []));

function urnFaults(id: string, { builtIn, others }: Surroundings): string[] {
  if (!urnForm.test(id) || id.length > limits.urnLength)
    return [`'id' must be a URN of at most ${String(limits.urnLength)} characters, as 'urn:example:scim:Badge'`];
  const urn = id.toLowerCase();
  const taken = [...builtIn.schemas, ...others.map((other) => other.id)].find((other) =>
    overlap(urn, other.toLowerCase()),
  );
  if (taken !== undefined)
    return [
      sameText(taken, id)
        ? `there is a schema '${taken}' already: choose another 'id'`
        : `'id' and the schema '${taken}' begin alike, so that paths would mean two things: choose another 'id'`,
    ];
  const foreign = /^urn:(?:ietf:(?!params:scim:schemas:extension:)|rollcall:)/.test(urn);
  return failing([foreign, `'id' is in a namespace that is not yours: choose another, as 'urn:example:scim:Badge'`]);
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
      `'resourceType.name' must be letters and digits, a letter first, at most ${String(limits.nameLength)}: '${shown(name)}' is not`,
    ]),
    ...failing([isTaken, `the resource type '${shown(name)}' is taken: choose another 'resourceType.name'`]),
    ...failing([
      !endpointForm.test(endpoint) || isLong(endpoint),
      `'resourceType.endpoint' must be a slash and letters and digits, as '/Devices': '${shown(endpoint)}' is not`,
    ]),
    ...failing([isPlaced, `the endpoint '${shown(endpoint)}' is taken: choose another 'resourceType.endpoint'`]),
    ...failing([
      !naming || more.length > 0 || !isName(naming),
      "one attribute must name a resource of the type, and one alone: a 'required' string with 'uniqueness' 'server', not 'caseExact', not 'multiValued'",
    ]),
    ...attributes
      .filter((attribute) => reservedAttributes.has(attribute.name.toLowerCase()))
      .map((attribute) => `the attribute '${attribute.name}' is reserved: choose another name`),
  ];
}

const isName = ({ uniqueness, required, type, caseExact, multiValued, returned }: DescribedAttribute): boolean =>
  uniqueness === 'server' && required && type === 'string' && !caseExact && !multiValued && returned !== 'request';

function extensionFaults(schema: Extract<Described, { extends: string }>, around: Surroundings): string[] {
  const names = [...around.builtIn.types, ...ownTypes(around)].map(({ name }) => name);
  return [
    ...failing([
      !names.includes(schema.extends),
      `there is no resource type '${shown(schema.extends)}' to extend: choose among ${names.join(', ')}`,
    ]),
    ...schema.attributes
      .filter(({ uniqueness }) => uniqueness !== 'none')
      .map(({ name }) => `'${name}' of an extension can't be unique: set its 'uniqueness' to 'none'`),
  ];
}

const ownTypes = ({ others }: Surroundings) => others.filter(({ state }) => state === 'served').flatMap(typesOf);

const typesOf = (schema: OwnSchema) => ('resourceType' in schema ? [schema.resourceType] : []);

function sizeFaults({ attributes }: Described, { others }: Surroundings): string[] {
  const all = others.reduce((sum, other) => sum + counted(other.attributes), counted(attributes));
  return [
    ...failing([
      others.length >= limits.schemas,
      `a tenant can have at most ${String(limits.schemas)} schemas: remove one that is not used`,
    ]),
    ...failing([
      all > limits.attributes,
      `the schemas of a tenant can have at most ${String(limits.attributes)} attributes, with their sub-attributes: these would be ${String(all)}`,
    ]),
  ];
}

function attributesFaults(schema: Described, around: Surroundings): string[] {
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

function duplicates(attributes: readonly DescribedAttribute[], prefix: string): string[] {
  const names = attributes.map(({ name }) => name.toLowerCase());
  return attributes
    .filter(({ name }, at) => names.indexOf(name.toLowerCase()) !== at)
    .map(({ name }) => `there are two attributes '${prefix}${name}': letter case makes no difference`);
}

function subFaults(sub: DescribedAttribute, prefix: string, targets: ReadonlySet<string>): string[] {
  const name = `'${prefix}${sub.name}'`;
  return [
    ...attributeFaults(sub, prefix, targets),
    ...failing([sub.type === 'complex', `${name} is complex inside a complex attribute: make it simple`]),
    ...failing([sub.multiValued, `${name} has several values inside a complex attribute: make it single-valued`]),
    ...failing([sub.uniqueness !== 'none', `${name} can't be unique: set its 'uniqueness' to 'none'`]),
  ];
}

function attributeFaults(attribute: DescribedAttribute, prefix: string, targets: ReadonlySet<string>): string[] {
  const { type, subAttributes = [], canonicalValues, referenceTypes = [] } = attribute;
  const name = `'${prefix}${shown(attribute.name)}'`;
  const unknown = referenceTypes.find((target) => !targets.has(target));
  return [
    ...nameFaults(attribute, name, prefix),
    ...accessFaults(attribute, name),
    ...failing([type === 'complex' && subAttributes.length === 0, `${name} is complex: give it 'subAttributes'`]),
    ...failing([
      type !== 'complex' && subAttributes.length > 0,
      `${name} has 'subAttributes': make its 'type' 'complex'`,
    ]),
    ...failing([
      canonicalValues !== undefined && type !== 'string',
      `${name} has 'canonicalValues', which strings alone have: leave them out`,
    ]),
    ...failing([
      (type === 'reference') !== referenceTypes.length > 0,
      type === 'reference'
        ? `${name} is a reference: say in 'referenceTypes' to what, as 'external', 'uri' or 'User'`
        : `${name} has 'referenceTypes', which references alone have: leave them out`,
    ]),
    ...failing([
      isLost(subAttributes),
      `'${attribute.name}.$ref' is made from the 'value' beside it: say in its 'referenceTypes' of which type, or choose another name`,
    ]),
    ...failing([
      unknown !== undefined,
      `${name} refers to '${shown(unknown ?? '')}': choose 'referenceTypes' among ${[...targets].join(', ')}`,
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

function nameFaults({ name, type }: DescribedAttribute, quoted: string, prefix: string): string[] {
  // `$ref` stands beside a `value` (RFC 7643 §2.4), and nowhere else.
  if (name === '$ref' && prefix !== '' && type === 'reference') return [];
  if (!attributeForm.test(name) || name.length > limits.nameLength)
    return [
      `${quoted} is no name of an attribute: letters, digits, '_', '-' and '$', a letter first, at most ${String(limits.nameLength)}`,
    ];
  return failing([
    reservedWords.has(name.toLowerCase()),
    `${quoted} is a word with another meaning: choose another name`,
  ]);
}

/** What nobody could set, or nobody could see, is of no use. */
const accessFaults = ({ mutability, returned }: DescribedAttribute, name: string): string[] => [
  ...failing([
    mutability === 'readOnly' || mutability === 'writeOnly',
    `${name} is '${mutability}', which no client could ${mutability === 'readOnly' ? 'set' : 'read'}: make its 'mutability' 'readWrite' or 'immutable'`,
  ]),
  ...failing([
    returned === 'never',
    `${name} would never be shown: make its 'returned' 'default', 'always' or 'request'`,
  ]),
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
