import { kept } from '../../src/storage/kept.ts';

/** A command as the driver sends it. */
export type Command = Readonly<Record<string, unknown>>;

type Filter = Readonly<Record<string, unknown>>;

/** The field by which documents name their tenant, in every collection of tenants' data. */
const fields: ReadonlyMap<string, string> = new Map([...Object.entries(kept), ['rates', 'tenant']]);

const isObject = (value: unknown): value is Filter => typeof value === 'object' && value !== null;
const list = (value: unknown): readonly Filter[] => (Array.isArray(value) ? (value as Filter[]) : []);

/** Whether a filter lets only documents through whose field is one text. */
function names(filter: unknown, field: string): boolean {
  if (!isObject(filter)) return false;
  const value = filter[field];
  const exactly = isObject(value) ? value['$eq'] : value;
  return typeof exactly === 'string' || list(filter['$and']).some((each) => names(each, field));
}

/** Whether a filter inside a `$lookup` demands that the tenant be that of the document it looks up for. */
const namesSame = (filter: unknown): boolean => {
  const all = isObject(filter) && isObject(filter['$expr']) ? list(filter['$expr']['$and']) : [];
  return all.some(({ $eq }) => JSON.stringify($eq) === '["$tenant","$$tenant"]');
};

const shape = (filter: unknown): string => {
  const keys = isObject(filter) ? Object.keys(filter) : [];
  return keys.length === 0 ? 'nothing' : keys.join(', ');
};

/** What is wrong with a read or write of a collection by a filter. */
function faultsOf(what: string, collection: string, filter: unknown): string[] {
  const field = fields.get(collection);
  return field === undefined || names(filter, field) ? [] : [`${what} ${collection} by ${shape(filter)}`];
}

/** What is wrong with a pipeline on a collection, and with those within it. */
function faultsIn(what: string, collection: string, pipeline: readonly Filter[]): string[] {
  const [first = {}] = pipeline;
  return [...faultsOf(what, collection, first['$match']), ...pipeline.flatMap(faultsWithin)];
}

function faultsWithin({ $lookup, $unionWith, $facet }: Filter): string[] {
  const inner = isObject($facet) ? Object.values($facet).flatMap((stages) => list(stages).flatMap(faultsWithin)) : [];
  const union = isObject($unionWith)
    ? faultsIn('$unionWith', String($unionWith['coll']), list($unionWith['pipeline']))
    : [];
  return [...inner, ...union, ...(isObject($lookup) ? faultsOfLookup($lookup) : [])];
}

function faultsOfLookup({ from, foreignField, pipeline }: Filter): string[] {
  const [first = {}, ...others] = list(pipeline);
  const match = {
    ...(typeof foreignField === 'string' && { [foreignField]: {} }),
    ...(isObject(first['$match']) && first['$match']),
  };
  return namesSame(match)
    ? others.flatMap(faultsWithin)
    : faultsIn('$lookup', String(from), [{ $match: match }, ...others]);
}

/** What of a command concerns tenants' data and does not say of which tenant, each as one line. */
export function unnamed(name: string, command: Command): readonly string[] {
  const collection = String(command[name]);
  switch (name) {
    case 'find':
      return faultsOf(name, collection, command['filter']);
    case 'findAndModify':
    case 'count':
    case 'distinct':
      return faultsOf(name, collection, command['query']);
    case 'update':
      return list(command['updates']).flatMap(({ q }) => faultsOf(name, collection, q));
    case 'delete':
      return list(command['deletes']).flatMap(({ q }) => faultsOf(name, collection, q));
    case 'insert':
      return list(command['documents']).flatMap((document) => faultsOf(name, collection, document));
    case 'aggregate':
      return faultsIn(name, collection, list(command['pipeline']));
    default:
      return others.has(name) ? [] : [`${name}, which nothing here understands`];
  }
}

/** Goes on with a command, ends one, or is about no documents. */
const others: ReadonlySet<string> = new Set([
  ...['getMore', 'killCursors', 'commitTransaction', 'abortTransaction', 'endSessions', 'hello', 'ping'],
]);
