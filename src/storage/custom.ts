import { fieldKey, type Folded, type FoldedObject } from '../scim/schema/fold.ts';
import type { Attribute, AttributePath, ResourceType, Schema } from '../scim/schema/types.ts';

/** A value of an attribute of a tenant's own schema, as the one index over all of them has it. */
export interface CustomValue {
  /** `<schema>:<attribute>.<sub-attribute>`; the schema alone says that the resource holds values of it. */
  readonly k: string;
  /** As in the folded twin. */
  readonly v: Exclude<Folded, readonly Folded[] | FoldedObject>;
}

/** The values of a folded resource that its tenant's own schemas describe; none where there is no such schema. */
export function customValues(type: ResourceType, folded: FoldedObject): readonly CustomValue[] {
  return ownSchemas(type).flatMap((schema) => {
    const holder = schema === type.schema ? folded : folded[fieldKey(schema.id)];
    if (!isObject(holder)) return [];
    return [{ k: schema.id, v: true }, ...below(`${schema.id}:`, schema.attributes, holder)];
  });
}

/** The key of a path's values in the index; undefined for what no own schema describes. */
export function customKey(type: ResourceType, { keys }: Pick<AttributePath, 'keys'>): string | undefined {
  const [first = '', ...rest] = keys;
  const schema = ownSchemas(type).find(({ id, attributes }) =>
    id === type.schema.id ? attributes.some(({ name }) => name === first) : id === first,
  );
  if (!schema) return undefined;
  const names = schema === type.schema ? keys : rest;
  return names.length === 0 ? undefined : `${schema.id}:${names.join('.')}`;
}

/** What says that a resource holds values of a schema. */
export const holds = (schema: string) => ({ custom: { $elemMatch: { k: schema, v: true } } });

const ownSchemas = ({ schema, extensions }: ResourceType): readonly Schema[] =>
  [schema, ...extensions.map((extension) => extension.schema)].filter(({ madeBy }) => madeBy === 'tenant');

function below(prefix: string, attributes: readonly Attribute[], holder: FoldedObject): CustomValue[] {
  return attributes.flatMap(({ name, subAttributes }) => {
    const value = holder[fieldKey(name)];
    return (Array.isArray(value) ? value : [value]).flatMap((each): CustomValue[] => {
      if (isObject(each)) return below(`${prefix}${name}.`, subAttributes, each);
      return each === undefined || Array.isArray(each) ? [] : [{ k: prefix + name, v: each }];
    });
  });
}

const isObject = (value: Folded | undefined): value is FoldedObject =>
  typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
