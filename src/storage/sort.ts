import { fieldKey } from '../scim/schema/fold.ts';
import type { AttributePath, ResourceType } from '../scim/schema/types.ts';
import type { Query } from '../scim/types.ts';

/** How a page is put in order, and whether an index does it where nothing else is asked for. */
export interface Order {
  /** Narrows the search to what the index that sorts has. */
  readonly match: object;
  /** Stages that compute `by` and `missing`, which are sorted by. */
  readonly computed: readonly object[];
  readonly by: object;
  readonly indexed: boolean;
}

const direction = { ascending: 1, descending: -1 } as const;

/**
 * The order of a page (RFC 7644 §3.4.2.3): by the primary or first of several values, those without a value last when
 * ascending, and by id among equals, so that pages are disjoint.
 */
export function orderOf(type: ResourceType, connection: string, sort: Query['sort']): Order {
  if (!sort) return { match: {}, computed: [], by: { _id: 1 }, indexed: true };
  const towards = direction[sort.order];
  const name = sort.path.keys.join('.');
  if (name === type.nameAttribute.name)
    return {
      match: { key: { $gte: `${type.name}:`, $lt: `${type.name};` } },
      computed: [],
      by: { key: towards },
      indexed: true,
    };
  const field = stored.get(name);
  if (field !== undefined)
    return {
      match: {},
      computed: [],
      by: field === '_id' ? { _id: towards } : { [field]: towards, _id: towards },
      indexed: field !== 'created',
    };
  return {
    match: {},
    computed: [
      { $addFields: { by: name === 'externalId' ? externalId(connection) : value(sort.path) } },
      { $addFields: { missing: { $cond: [{ $lte: ['$by', null] }, 1, 0] } } },
    ],
    by: { missing: towards, by: towards, _id: 1 },
    indexed: false,
  };
}

/** Attributes with a field of their own that is always there. */
const stored: ReadonlyMap<string, string> = new Map([
  ['id', '_id'],
  ['meta.created', 'created'],
  ['meta.lastModified', 'modified'],
]);

const externalId = (connection: string) => ({
  $first: { $filter: { input: '$ext', cond: { $eq: [{ $indexOfBytes: ['$$this', `${connection}:`] }, 0] } } },
});

/** An expression for the one value of a resource that counts. */
function value({ keys, attribute, parent }: AttributePath): object | string {
  const fields = ['$fold', ...keys.map(fieldKey)];
  if (parent?.multiValued) return ofElement(fields.slice(0, -1).join('.'), keys.at(-1) ?? 'value');
  if (!attribute.multiValued) return fields.join('.');
  return attribute.type === 'complex' ? ofElement(fields.join('.'), 'value') : { $first: fields.join('.') };
}

const ofElement = (elements: string, sub: string) => ({
  $let: {
    vars: {
      primary: { $first: { $filter: { input: elements, cond: { $eq: ['$$this.primary', true] } } } },
      first: { $first: elements },
    },
    in: { $ifNull: [`$$primary.${fieldKey(sub)}`, `$$first.${fieldKey(sub)}`] },
  },
});
