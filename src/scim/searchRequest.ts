import type { Leniency } from './dialects.ts';
import { invalidSyntax, invalidValue } from './errors.ts';
import { quoted } from './filter/guard.ts';
import { requireSchema } from './messages.ts';
import type { Parameters } from './paging.ts';
import { isObject } from './patch/values.ts';
import type { Json, JsonObject } from './types.ts';
import { urns } from './urns.ts';

type Reader = (value: Json, name: string, leniency: Leniency) => string;

const text: Reader = (value, name) => {
  if (typeof value !== 'string') throw invalidValue(`'${name}' must be a string`);
  return value;
};

const list: Reader = (value, name, leniency) => {
  if (typeof value === 'string' && leniency.repairs('singleForMany')) return value;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(',');
  throw invalidValue(`'${name}' must be an array of strings`);
};

const integer: Reader = (value, name, leniency) => {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value).toString();
  if (typeof value === 'string' && leniency.repairs('stringScalars')) return value;
  throw invalidValue(`'${name}' must be an integer`);
};

/** The attributes of a SearchRequest (RFC 7644 §3.4.3, RFC 9865 §3), by their lower-cased names. */
const readers: ReadonlyMap<string, readonly [name: string, read: Reader]> = new Map(
  Object.entries({
    attributes: list,
    excludedAttributes: list,
    filter: text,
    sortBy: text,
    sortOrder: text,
    startIndex: integer,
    count: integer,
    cursor: text,
  }).map(([name, read]) => [name.toLowerCase(), [name, read]]),
);

/**
 * The parameters of the query that the body of a `.search` asks (RFC 7644 §3.4.3). What is null is not given.
 *
 * @throws ScimError 400 `invalidSyntax` where it is no SearchRequest; `invalidValue` where a value is of another type
 */
export function searchParameters(body: Json | undefined, leniency: Leniency): Parameters {
  if (!isObject(body)) throw invalidSyntax('A search needs a body: an object with `schemas`');
  const { schemas = [], ...members } = Object.fromEntries(named(body));
  requireSchema(schemas, urns.search, leniency);
  const parameters: Record<string, string> = {};
  for (const [key, value] of Object.entries(members)) {
    const [name, read] = readers.get(key) ?? [];
    if (name !== undefined && read) {
      if (value !== null) parameters[name] = read(value, name, leniency);
    } else if (!leniency.repairs('unknownAttributes')) {
      throw invalidSyntax(`${quoted(key)} is not an attribute of a SearchRequest`);
    }
  }
  return parameters;
}

/** Names ignore letter case (RFC 7643 §2.1). */
function named(body: JsonObject): [string, Json][] {
  const members = Object.entries(body).map(([key, value]): [string, Json] => [key.toLowerCase(), value]);
  if (new Set(members.map(([key]) => key)).size < members.length) throw invalidSyntax('A name is given twice');
  return members;
}
