import type { Leniency } from '../dialects.ts';
import { forbidden, invalidValue } from '../errors.ts';
import { parseFilterOver } from '../filter/parse.ts';
import { sortPath } from '../order.ts';
import type { Protocol } from '../ports.ts';
import { projection } from '../projection.ts';
import type { AttributePath } from '../schema/types.ts';
import { searchParameters } from '../searchRequest.ts';
import type { ScimRequest, ScimResponse } from '../types.ts';
import { inOrderOf, typeByType } from '../union.ts';
import type { Endpoint } from './endpoint.ts';
import { answered, queried, shownOf, sortOrder, unknownSort } from './query.ts';

/**
 * Querying the resources of one type by POST (RFC 7644 §3.4.3).
 *
 * @throws ScimError as `query` does; 400 `invalidSyntax` where the body is no SearchRequest
 */
export async function search(
  endpoint: Endpoint,
  request: ScimRequest,
  leniency: Leniency,
  protocol: Protocol,
): Promise<ScimResponse> {
  return queried(endpoint, request, searchParameters(request.body, leniency), leniency, protocol);
}

/**
 * Querying the resources of all types that the token may read, as one list (RFC 7644 §3.4.2.1, §3.4.3): type by type,
 * or, where it is sorted, in one order.
 *
 * @throws ScimError as `search` does; 403 where the token may read none
 */
export async function searchAll(
  endpoints: readonly Endpoint[],
  request: ScimRequest,
  leniency: Leniency,
  protocol: Protocol,
): Promise<ScimResponse> {
  if (endpoints.length === 0) throw forbidden('This token may read no resources', { rule: 'needs a scope to read' });
  const parameters = searchParameters(request.body, leniency);
  const types = endpoints.map(({ type }) => type);
  const projections = new Map(types.map((type) => [type, projection(type, parameters)]));
  const { filter, sortBy } = parameters;
  const filters = filter === undefined ? [] : parseFilterOver(types, filter, leniency);
  const order = sortOrder(parameters);

  const parts = endpoints.flatMap((endpoint, at) => {
    const { wanted } = shownOf(projections, endpoint.type);
    const part = filters[at] ?? true;
    return part === false ? [] : [{ endpoint, wanted, ...(part !== true && { filter: part }) }];
  });
  if (!sortBy) return answered(typeByType(parts), projections, request, parameters, protocol);
  const paths = sortPaths(endpoints, sortBy);
  const sorted = parts.map((part) => ({ ...part, path: paths.get(part.endpoint) }));
  return answered(inOrderOf(sorted, order), projections, request, parameters, protocol);
}

/** The attribute to sort by, of each type that has it. */
function sortPaths(endpoints: readonly Endpoint[], sortBy: string): ReadonlyMap<Endpoint, AttributePath> {
  const paths = new Map<Endpoint, AttributePath>();
  for (const endpoint of endpoints) {
    const path = sortPath(endpoint.type, sortBy);
    if (path) paths.set(endpoint, path);
  }
  if (paths.size === 0) throw unknownSort(sortBy);
  const kinds = new Set([...paths.values()].map(({ attribute }) => attribute.type));
  if (kinds.size > 1) throw invalidValue(`'sortBy' names attributes that cannot be compared with each other`);
  return paths;
}
