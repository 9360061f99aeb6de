import type { Leniency } from '../dialects.ts';
import { invalidValue } from '../errors.ts';
import { parseFilter } from '../filter/parse.ts';
import { quoted } from '../filter/guard.ts';
import { listOf } from '../listing.ts';
import type { List } from '../listing.ts';
import { sortPath } from '../order.ts';
import { boundTo, pageAsked, pageShown } from '../paging.ts';
import type { Parameters } from '../paging.ts';
import type { Protocol } from '../ports.ts';
import { present } from '../present.ts';
import { isChunks, projection } from '../projection.ts';
import type { Projection } from '../projection.ts';
import type { ResourceType } from '../schema/types.ts';
import type { Chunks, JsonObject, Resource, ScimRequest, ScimResponse, Sort } from '../types.ts';
import { urns } from '../urns.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Querying the resources of one type (RFC 7644 §3.4.2).
 *
 * @throws ScimError 400 `invalidFilter`, `invalidValue`, `tooMany`, `invalidCursor`, `expiredCursor`, `invalidCount`; 403
 * `sensitive`
 */
export function query(
  endpoint: Endpoint,
  request: ScimRequest,
  leniency: Leniency,
  protocol: Protocol,
): Promise<ScimResponse> {
  return queried(endpoint, request, request.query, leniency, protocol);
}

/** As `query`, whose parameters came in another way. */
export async function queried(
  endpoint: Endpoint,
  request: ScimRequest,
  parameters: Parameters,
  leniency: Leniency,
  protocol: Protocol,
): Promise<ScimResponse> {
  const { type } = endpoint;
  const shown = projection(type, parameters);
  // An empty filter is none that can be understood; it never means everything.
  const filter = parameters['filter'] === undefined ? undefined : parseFilter(type, parameters['filter'], leniency);
  const { sortBy } = parameters;
  const order = sortOrder(parameters);
  const path = sortBy ? sortPath(type, sortBy) : undefined;
  if (sortBy && !path) throw unknownSort(sortBy);
  const part = { endpoint, wanted: shown.wanted, ...(filter && { filter }), ...(path && { sort: { path, order } }) };
  return answered(listOf(part), new Map([[type, shown]]), request, parameters, protocol);
}

/** Which way a list is sorted: ascending, where nothing else is said (RFC 7644 §3.4.2.3). @throws 400 `invalidValue` */
export function sortOrder(parameters: Parameters): Sort['order'] {
  const order = (parameters['sortOrder'] || 'ascending').toLowerCase();
  if (order === 'ascending' || order === 'descending') return order;
  throw invalidValue(`'sortOrder' must be 'ascending' or 'descending'`);
}

/** The refusal of a list that is to be sorted by what is no attribute. */
export const unknownSort = (sortBy: string) =>
  invalidValue(`'sortBy' must name an attribute, which ${quoted(sortBy)} is not`);

/** What a list shows of the resources of each type that may be in it. */
export type Projections = ReadonlyMap<ResourceType, Projection>;

/** A ListResponse of the page that the parameters ask for (RFC 7644 §3.4.2, RFC 9865 §2). */
export async function answered(
  list: List,
  projections: Projections,
  request: ScimRequest,
  parameters: Parameters,
  ports: Pick<Protocol, 'seals' | 'clock'>,
): Promise<ScimResponse> {
  const bound = boundTo(request, [...projections.keys()], parameters);
  const page = await pageAsked(parameters, bound, ports);
  const { total, rows, more } = await list(request.caller, page);

  const resources = rows.map(({ endpoint: { type, baseUrl }, stored }) =>
    present(type, stored, baseUrl, shownOf(projections, type)),
  );
  const positions = rows.map(({ position }) => position);
  const body = {
    schemas: [urns.list],
    ...(total !== undefined && { totalResults: total }),
    ...(await pageShown(page, { positions, more }, bound, ports)),
    Resources: resources.every(isWhole) ? resources : chunk(resources),
  };
  return { status: 200, headers: {}, body };
}

/** What is shown of a type of the list. */
export function shownOf(projections: Projections, type: ResourceType): Projection {
  const shown = projections.get(type);
  if (!shown) throw new TypeError(`${type.name} is not in this list`);
  return shown;
}

/** Nothing of it is still to come. */
const isWhole = (resource: Resource): resource is JsonObject => !Object.values(resource).some(isChunks);

async function* chunk(resources: readonly Resource[]): Chunks<Resource> {
  yield await Promise.resolve(resources);
}
