import { isObject } from '../patch/values.ts';
import type { Json } from '../types.ts';
import type { Operation } from './parse.ts';

/** Finds the id that stands for a `bulkId`. */
export type IdOf = (bulkId: string) => string;

const prefix = 'bulkId:';

// In a filter a reference is one of the strings. A bulkId with a quote or a backslash is not referred to there.
const inFilter = /"bulkId:([^"\\]+)"/g;

/** The bulkIds that an operation refers to: in its path, in its data, in the filters of a PATCH (RFC 7644 §3.7.2). */
export function referencesOf(operation: Operation): ReadonlySet<string> {
  const found = new Set<string>();
  resolved(operation, (bulkId) => {
    found.add(bulkId);
    return bulkId;
  });
  return found;
}

/** The operation with an id in place of each reference. */
export function resolved<T extends Operation>(operation: T, idOf: IdOf): T {
  const { data, method } = operation;
  return {
    ...operation,
    ...('id' in operation && { id: replaced(operation.id, idOf) }),
    ...(data !== undefined && { data: method === 'PATCH' ? inPatch(data, idOf) : inData(data, idOf) }),
  };
}

/** The bulkId that a text as a whole refers to. */
export const referenceIn = (text: string): string | undefined =>
  text.startsWith(prefix) ? text.slice(prefix.length) : undefined;

function replaced(text: string, idOf: IdOf): string {
  const bulkId = referenceIn(text);
  return bulkId === undefined ? text : idOf(bulkId);
}

const inData = (json: Json, idOf: IdOf): Json => mapped(json, (text) => replaced(text, idOf));

/** A PATCH names values in its paths too: `members[value eq "bulkId:x"]`. */
const inPatch = (json: Json, idOf: IdOf): Json =>
  mapped(json, (text, key) =>
    key.toLowerCase() === 'path'
      ? text.replace(inFilter, (_, bulkId: string) => JSON.stringify(idOf(bulkId)))
      : replaced(text, idOf),
  );

/** The JSON with each of its strings replaced; `key` is that of the innermost object that has it. */
function mapped(json: Json, replace: (text: string, key: string) => string, key = ''): Json {
  if (typeof json === 'string') return replace(json, key);
  if (Array.isArray(json)) return json.map((element) => mapped(element, replace, key));
  if (!isObject(json)) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, mapped(value, replace, name)]));
}
