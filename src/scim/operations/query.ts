import type { Leniency } from '../dialects.ts';
import { invalidValue, sensitive } from '../errors.ts';
import { parseFilter } from '../filter/parse.ts';
import { limits } from '../limits.ts';
import type { Protocol } from '../ports.ts';
import { present } from '../present.ts';
import { isChunks, projection } from '../projection.ts';
import { resolvePath, subPath } from '../schema/path.ts';
import type { AttributePath, ResourceType } from '../schema/types.ts';
import type { Chunks, JsonObject, Query, Resource, ScimRequest, ScimResponse } from '../types.ts';
import { urns } from '../urns.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Querying the resources of one type (RFC 7644 §3.4.2).
 *
 * @throws ScimError 400 `invalidFilter`, `invalidValue`, `tooMany`; 403 `sensitive`
 */
export async function query(
  endpoint: Endpoint,
  request: ScimRequest,
  leniency: Leniency,
  _protocol: Protocol,
): Promise<ScimResponse> {
  const { type, store, baseUrl } = endpoint;
  const parameters = request.query;
  const answer = projection(type, parameters);
  // An empty filter is none that can be understood; it never means everything.
  const filter = parameters['filter'] === undefined ? undefined : parseFilter(type, parameters['filter'], leniency);
  const sort = sorting(type, parameters);
  const startIndex = Math.max(1, integer(parameters, 'startIndex') ?? 1);
  const count = Math.min(limits.pageSize, Math.max(0, integer(parameters, 'count') ?? limits.defaultPageSize));

  const found = await store.query(request.caller, {
    ...(filter && { filter }),
    ...(sort && { sort }),
    startIndex,
    count,
    wanted: answer.wanted,
  });

  const resources = found.resources.map((stored) => present(type, stored, baseUrl, answer));
  const body = {
    schemas: [urns.list],
    totalResults: found.total,
    startIndex,
    itemsPerPage: found.resources.length,
    Resources: resources.every(isWhole) ? resources : chunk(resources),
  };
  return { status: 200, headers: {}, body };
}

type Parameters = ScimRequest['query'];

function integer(parameters: Parameters, name: 'startIndex' | 'count'): number | undefined {
  const text = parameters[name]?.trim();
  if (!text) return undefined;
  if (!/^[-+]?\d+$/.test(text)) throw invalidValue(`'${name}' must be an integer`);
  return Math.max(-1, Math.min(Number(text), Number.MAX_SAFE_INTEGER));
}

/** By which path and in which order a page is sorted (RFC 7644 §3.4.2.3). */
function sorting(type: ResourceType, parameters: Parameters): Query['sort'] {
  const order = (parameters['sortOrder'] || 'ascending').toLowerCase();
  if (order !== 'ascending' && order !== 'descending') {
    throw invalidValue(`'sortOrder' must be 'ascending' or 'descending'`);
  }
  const { sortBy } = parameters;
  return sortBy ? { path: sortable(type, sortBy), order } : undefined;
}

/** A multi-valued attribute is sorted by the `value` of its values. */
function sortable(type: ResourceType, sortBy: string): AttributePath {
  const named = resolvePath(type, sortBy);
  if (named?.attribute.returned === 'never') throw sensitive(`'sortBy' may not name what is never returned`);
  const path = named?.attribute.type === 'complex' ? subPath(named, 'value') : named;
  if (!path) throw invalidValue(`'sortBy' must name an attribute, and a sub-attribute of one without 'value'`);
  return path;
}

/** Nothing of it is still to come. */
const isWhole = (resource: Resource): resource is JsonObject => !Object.values(resource).some(isChunks);

async function* chunk(resources: readonly Resource[]): Chunks<Resource> {
  yield await Promise.resolve(resources);
}
