import type { Leniency } from '../dialects.ts';
import { invalidSyntax, invalidValue, notFound, payloadTooLarge, ScimError } from '../errors.ts';
import { quoted } from '../filter/guard.ts';
import { limits } from '../limits.ts';
import { member } from '../messages.ts';
import { isObject } from '../patch/values.ts';
import type { Registry } from '../schema/registry.ts';
import type { ResourceType } from '../schema/types.ts';
import type { Json, JsonObject, ScimRequest } from '../types.ts';
import { urns } from '../urns.ts';

/** An operation of a Bulk, its references still in it (RFC 7644 §3.7). */
export type Operation = Creation | Alteration;

interface Step {
  /** Zero-based, in the order of the request. */
  readonly index: number;
  readonly type: ResourceType;
  readonly query: ScimRequest['query'];
  /** For the operation alone what `If-Match` is for a request. */
  readonly version?: string;
  readonly data?: Json;
}

/** The one kind of operation that others can refer to. */
export interface Creation extends Step {
  readonly method: 'POST';
  readonly bulkId: string;
}

export interface Alteration extends Step {
  readonly method: 'PUT' | 'PATCH' | 'DELETE';
  /** Of the resource, or a reference to it. */
  readonly id: string;
  readonly bulkId?: string;
}

/** An operation that cannot be run; it fails alone. */
export interface Malformed {
  readonly index: number;
  readonly refusal: ScimError;
  readonly method?: Operation['method'];
  readonly bulkId?: string;
  /** What it was to alter, where it says so. */
  readonly place?: Pick<Alteration, 'type' | 'id'>;
}

/** A Bulk, read. */
export interface BulkRequest {
  /** After so many errors no further operation is begun. */
  readonly failOnErrors: number;
  readonly operations: readonly (Operation | Malformed)[];
}

/**
 * The operations of a BulkRequest message (RFC 7644 §3.7).
 *
 * @throws ScimError 400 `invalidSyntax` where the message as a whole is wrong; 413 with more operations than are advertised
 */
export function parseBulk(body: Json | undefined, registry: Registry, leniency: Leniency): BulkRequest {
  if (!isObject(body)) throw invalidSyntax('A Bulk needs a body: an object with `schemas` and `Operations`');
  const schemas = member(body, 'schemas');
  const isNamed = Array.isArray(schemas) && schemas.some((urn) => urn === urns.bulkRequest);
  if (!isNamed && !leniency.repairs('unknownSchemas')) {
    throw invalidSyntax(`\`schemas\` must name ${urns.bulkRequest}`);
  }
  const operations = member(body, 'Operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalidSyntax('`Operations` must be an array of one or more operations');
  }
  if (operations.length > limits.bulkOperations) {
    throw payloadTooLarge(
      `A Bulk may have at most ${limits.bulkOperations} operations (maxOperations): send it in parts`,
    );
  }
  return {
    failOnErrors: tolerated(member(body, 'failOnErrors'), leniency),
    operations: requireDistinct(operations.map((operation, index) => parseOperation(operation, index, registry))),
  };
}

function tolerated(failOnErrors: Json | undefined, leniency: Leniency): number {
  const isText = typeof failOnErrors === 'string' && /^\d{1,9}$/.test(failOnErrors);
  const count = isText && leniency.repairs('stringScalars') ? Number(failOnErrors) : (failOnErrors ?? 0);
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    throw invalidSyntax('`failOnErrors` must be a positive integer');
  }
  // Clients in whose language an integer that nobody set is 0 send that.
  return count === 0 ? Infinity : count;
}

function parseOperation(json: Json, index: number, registry: Registry): Operation | Malformed {
  const fields = isObject(json) ? json : {};
  const method = methodOf(member(fields, 'method'));
  let place: Malformed['place'];
  try {
    if (!method) throw invalidSyntax('The `method` of an operation must be POST, PUT, PATCH or DELETE');
    const bulkId = bulkIdOf(fields);
    const { id, ...target } = placeOf(member(fields, 'path'), registry);
    if (method !== 'POST' && id !== undefined) place = { type: target.type, id };
    const step = { index, ...target, ...versionOf(fields), ...dataOf(method, fields) };
    return method === 'POST' ? creation(step, id, bulkId) : alteration(step, method, id, bulkId);
  } catch (refusal) {
    if (!(refusal instanceof ScimError)) throw refusal;
    const bulkId = member(fields, 'bulkId');
    const echoed = { ...(method && { method }), ...(typeof bulkId === 'string' && { bulkId }) };
    return { index, ...echoed, ...(place && { place }), refusal };
  }
}

function bulkIdOf(fields: JsonObject): string | undefined {
  const bulkId = member(fields, 'bulkId') ?? undefined;
  if (bulkId === undefined || (typeof bulkId === 'string' && bulkId !== '')) return bulkId;
  throw invalidSyntax('A `bulkId` must be a string that is not empty');
}

function creation(step: Step, id: string | undefined, bulkId: string | undefined): Creation {
  if (id !== undefined) throw invalidValue(`A POST goes to a type of resources: \`${step.type.endpoint}\``);
  if (bulkId === undefined) throw invalidSyntax('A POST needs a `bulkId`');
  return { ...step, method: 'POST', bulkId };
}

function alteration(
  step: Step,
  method: Alteration['method'],
  id: string | undefined,
  bulkId: string | undefined,
): Alteration {
  if (id === undefined) throw invalidValue(`A ${method} goes to one resource: \`${step.type.endpoint}/{id}\``);
  return { ...step, method, id, ...(bulkId !== undefined && { bulkId }) };
}

function versionOf(fields: JsonObject): Pick<Step, 'version'> {
  const version = member(fields, 'version') ?? undefined;
  if (version === undefined) return {};
  if (typeof version !== 'string') throw invalidSyntax('A `version` must be a string');
  return { version };
}

function dataOf(method: Operation['method'], fields: JsonObject): Pick<Step, 'data'> {
  if (method === 'DELETE') return {};
  const data = member(fields, 'data');
  if (!isObject(data)) throw invalidSyntax(`A ${method} needs \`data\`: an object`);
  return { data };
}

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** In any letter case, as the `op` of a PATCH. */
function methodOf(json: Json | undefined): Operation['method'] | undefined {
  return typeof json === 'string' ? methods.find((method) => method === json.toUpperCase()) : undefined;
}

/** What a path names: `/Users`, `Users/{id}?attributes=userName`. Nothing but resources is changed by a Bulk. */
function placeOf(path: Json | undefined, registry: Registry) {
  if (typeof path !== 'string') throw invalidSyntax('An operation needs a `path`: `/Users`, `/Users/{id}`');
  const [pathname = '', ...search] = path.split('?');
  const [endpoint = '', id, ...deeper] = pathname.replace(/^\//, '').replace(/\/$/, '').split('/').map(decoded);
  const type = registry.typeAt(endpoint);
  if (!type || id === '' || deeper.length > 0) throw notFound(`${quoted(path)} names nothing that a Bulk may change`);
  return { type, id, query: Object.fromEntries(new URLSearchParams(search.join('?'))) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // which names nothing
  }
}

/** Of two operations with one `bulkId` neither is run: nobody could tell which of them is referred to. */
function requireDistinct(operations: readonly (Operation | Malformed)[]): readonly (Operation | Malformed)[] {
  const times = new Map<string | undefined, number>();
  for (const { bulkId } of operations) times.set(bulkId, (times.get(bulkId) ?? 0) + 1);
  return operations.map((each) => {
    const { index, method, bulkId } = each;
    if ('refusal' in each || bulkId === undefined || times.get(bulkId) === 1) return each;
    const refusal = invalidValue(`The bulkId ${quoted(bulkId)} is given to more than one operation`);
    const place = 'id' in each && { place: { type: each.type, id: each.id } };
    return { index, bulkId, refusal, ...(method && { method }), ...place };
  });
}
