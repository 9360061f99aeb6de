import { membersOf } from '../patch/delta.ts';
import type { Attribute, ResourceType } from '../schema/types.ts';
import type { Json, JsonObject } from '../types.ts';
import { urns } from '../urns.ts';

/** A resource of a type that a client may create as it stands. */
export function resourceExample(type: ResourceType): JsonObject {
  const values = type.attributes.flatMap((attribute): [string, Json][] => {
    const value = isShown(type, attribute) ? exampleOf(attribute) : undefined;
    return value === undefined ? [] : [[attribute.name, value]];
  });
  return { schemas: [type.schema.id], ...Object.fromEntries(values) };
}

/** A change that a client may make of any resource of a type. */
export function patchExample({ nameAttribute }: ResourceType): JsonObject {
  return {
    schemas: [urns.patch],
    Operations: [{ op: 'replace', path: nameAttribute.name, value: `new-${textOf(nameAttribute)}` }],
  };
}

/** A search for what the example is: of all types, for a user. */
export function searchExample(types: readonly ResourceType[]): JsonObject {
  const type = types.find(({ name }) => name === 'User') ?? types[0];
  const filter = type && `${type.nameAttribute.name} eq "${textOf(type.nameAttribute)}"`;
  return { schemas: [urns.search], ...(filter !== undefined && { filter }), count: 10 };
}

/** A Bulk that creates one of each type. */
export const bulkExample = (types: readonly ResourceType[]): JsonObject => ({
  schemas: [urns.bulkRequest],
  failOnErrors: 1,
  Operations: types.map((type) => ({
    method: 'POST',
    path: type.endpoint,
    bulkId: type.name.toLowerCase(),
    data: resourceExample(type),
  })),
});

/** What names a resource, and what people know one by. */
function isShown(type: ResourceType, { name, required, mutability }: Attribute): boolean {
  if (mutability === 'readOnly' || membersOf(type)?.name === name) return false;
  return required || name === 'externalId' || ['name', 'emails'].includes(name);
}

function exampleOf(attribute: Attribute): Json | undefined {
  const { multiValued, type, subAttributes } = attribute;
  if (type !== 'complex') return simple(attribute);
  const known = subAttributes.filter(({ name, mutability }) => mutability !== 'readOnly' && words.has(name));
  const value = Object.fromEntries(known.map((sub) => [sub.name, simple(sub)]));
  return multiValued ? [value] : value;
}

const words: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['userName', 'bjensen@example.com'],
  ['displayName', 'Tour Guides'],
  ['externalId', '701984'],
  ['givenName', 'Barbara'],
  ['familyName', 'Jensen'],
  ['value', 'bjensen@example.com'],
  ['type', 'work'],
  ['primary', true],
]);

function simple(attribute: Attribute): Json {
  switch (attribute.type) {
    case 'boolean':
      return true;
    case 'integer':
    case 'decimal':
      return 1;
    case 'dateTime':
      return '2026-01-31T09:00:00Z';
    case 'binary':
      return 'QQ==';
    default:
      return words.get(attribute.name) ?? textOf(attribute);
  }
}

const textOf = ({ name, canonicalValues = [] }: Attribute): string => {
  const word = words.get(name);
  return typeof word === 'string' ? word : (canonicalValues[0] ?? name);
};
