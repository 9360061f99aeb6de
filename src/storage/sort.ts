import { comparableText } from '../scim/filter/matches.ts';
import { fieldKey } from '../scim/schema/fold.ts';
import type { AttributePath, ResourceType } from '../scim/schema/types.ts';
import type { Cursor, Position, Sort } from '../scim/types.ts';

/** How a page is read in order, and which index has that order where nothing else is asked for. */
export interface Order {
  /** Narrows the search to what the index that sorts has. */
  readonly match: object;
  /** Stages that compute `by` and `missing`, which are sorted by. */
  readonly computed: readonly object[];
  readonly by: Readonly<Record<string, 1 | -1>>;
  /** Narrows the search to what comes behind a position. */
  readonly behind: (position: Position) => object;
  /** The index that gives this order. */
  readonly index?: Readonly<Record<string, 1>>;
}

type Sign = 1 | -1;

const everything = {};
const nothing = { _id: { $in: [] } };

/**
 * The order in which a page is read (RFC 7644 §3.4.2.3): by the primary or first of several values, those without a value
 * last when ascending, and by id among equals, so that pages are disjoint. Descending is the reverse of that, and so is
 * reading towards the previous page. It is the order of src/scim/order.ts.
 */
export function orderOf(
  type: ResourceType,
  connection: string,
  sort: Sort | undefined,
  towards: Cursor['towards'],
): Order {
  const sign = (sort?.order ?? 'ascending') === 'ascending' ? 1 : -1;
  const ahead: Sign = towards === 'next' ? sign : sign === 1 ? -1 : 1;
  const name = sort?.path.keys.join('.') ?? 'id';
  if (name === 'id') return byId(ahead);
  if (name === type.nameAttribute.name) return byName(type, ahead);
  const field = dates.get(name);
  if (field) return byDate(field, ahead);
  return sort ? byValue(computedBy(type, connection, sort.path), ahead) : byId(ahead);
}

/** Dates with a field of their own that is always there. */
const dates: ReadonlyMap<string, 'created' | 'modified'> = new Map([
  ['meta.created', 'created'],
  ['meta.lastModified', 'modified'],
]);

const beyond = (ahead: Sign, value: unknown) => (ahead === 1 ? { $gt: value } : { $lt: value });

const from = (ahead: Sign, value: unknown) => (ahead === 1 ? { $gte: value } : { $lte: value });

const byId = (ahead: Sign): Order => ({
  match: {},
  computed: [],
  by: { _id: ahead },
  behind: ({ id }) => ({ _id: beyond(ahead, id) }),
  index: { tenant: 1, type: 1, _id: 1 },
});

/** What has no key comes last, so that all others lie on one side of it. */
const besideMissing = (ahead: Sign) => (ahead === 1 ? nothing : everything);

const byName = ({ name }: ResourceType, ahead: Sign): Order => ({
  match: { key: { $gte: `${name}:`, $lt: `${name};` } },
  computed: [],
  by: { key: ahead },
  behind({ key, id }) {
    if (key === undefined) return besideMissing(ahead);
    const own = `${name}:${String(key)}`;
    // Of this type nobody else has the name, but in a list of several types somebody of another may.
    return { key: from(ahead, own), $or: [{ key: beyond(ahead, own) }, { _id: beyond(ahead, id) }] };
  },
  index: { tenant: 1, key: 1 },
});

const byDate = (field: 'created' | 'modified', ahead: Sign): Order => ({
  match: {},
  computed: [],
  by: { [field]: ahead, _id: ahead },
  behind({ key, id }) {
    if (key === undefined) return besideMissing(ahead);
    const date = new Date(Number(key));
    return {
      // Bounds the scan of the index, which the alternatives do not.
      [field]: from(ahead, date),
      $or: [{ [field]: beyond(ahead, date) }, { _id: beyond(ahead, id) }],
    };
  },
  ...(field === 'modified' && { index: { tenant: 1, type: 1, modified: 1, _id: 1 } }),
});

/** What a resource is sorted by where it has to be computed. */
interface Computed {
  readonly expression: object | string;
  /** A key as the expression gives it. */
  readonly stored: (key: NonNullable<Position['key']>) => unknown;
}

const byValue = ({ expression, stored }: Computed, ahead: Sign): Order => ({
  match: {},
  computed: [
    { $addFields: { by: expression } },
    { $addFields: { missing: { $cond: [{ $lte: ['$by', null] }, 1, 0] } } },
  ],
  by: { missing: ahead, by: ahead, _id: ahead },
  behind({ key, id }) {
    const others = { missing: beyond(ahead, key === undefined ? 1 : 0) };
    if (key === undefined) return { $or: [others, { missing: 1, _id: beyond(ahead, id) }] };
    const by = stored(key);
    return { $or: [others, { missing: 0, by: beyond(ahead, by) }, { missing: 0, by, _id: beyond(ahead, id) }] };
  },
});

function computedBy(type: ResourceType, connection: string, path: AttributePath): Computed {
  switch (path.keys.join('.')) {
    case 'externalId':
      return { expression: externalId(connection), stored: (key) => `${connection}:${String(key)}` };
    case 'meta.version':
      return { expression: { $concat: ['W/"', { $toString: '$version' }, '"'] }, stored: (key) => key };
    case 'meta.resourceType':
      return { expression: { $literal: comparableText(path, type.name) }, stored: (key) => key };
    default:
      return {
        expression: value(path),
        stored: (key) => (path.attribute.type === 'dateTime' ? new Date(Number(key)) : key),
      };
  }
}

const externalId = (connection: string) => ({
  $first: { $filter: { input: '$ext', cond: { $eq: [{ $indexOfBytes: ['$$this', `${connection}:`] }, 0] } } },
});

/** An expression for the one value of a resource that counts. */
function value({ keys, attribute, parent }: AttributePath): object | string {
  const fields = ['$fold', ...keys.map(fieldKey)];
  const found = parent?.multiValued
    ? ofChosen(fields.slice(0, -1).join('.'), fieldKey(keys.at(-1) ?? 'value'))
    : fields.join('.');
  return attribute.multiValued ? { $first: found } : found;
}

/** A sub-attribute of the primary element, else of the first. */
const ofChosen = (elements: string, sub: string) => ({
  $let: {
    vars: {
      chosen: {
        $ifNull: [
          { $first: { $filter: { input: elements, cond: { $eq: ['$$this.primary', true] } } } },
          { $first: elements },
        ],
      },
    },
    in: `$$chosen.${sub}`,
  },
});
