import { leniency } from './dialects.ts';
import type { Leniency, Quirk } from './dialects.ts';
import { forbidden, methodNotAllowed, notFound, ScimError } from './errors.ts';
import { quoted } from './filter/guard.ts';
import { create } from './operations/create.ts';
import { discovery, discoveryEndpoints } from './operations/discovery.ts';
import type { Endpoint } from './operations/endpoint.ts';
import { patch } from './operations/patch.ts';
import { query } from './operations/query.ts';
import { read } from './operations/read.ts';
import { remove } from './operations/remove.ts';
import { replace } from './operations/replace.ts';
import type { Registry } from './schema/registry.ts';
import type { ResourceType } from './schema/types.ts';
import type { Caller, ResourceStore, ScimRequest, ScimResponse } from './types.ts';

/** An answer, and what the dialect repaired in the request, whatever the answer is. */
export interface Handled extends ScimResponse {
  readonly repaired: ReadonlyMap<Quirk, number>;
  /** Why it was refused, where it was; the body says the same. */
  readonly refusal?: ScimError;
}

type Method = ScimRequest['method'];

/** What each method does at a place. */
type Methods = Partial<Record<Method, () => Promise<ScimResponse>>>;

/**
 * The whole SCIM protocol (RFC 7644) as a function of a request and of the stores that keep resources. A refusal is an
 * answer like any other; only a defect is thrown.
 *
 * @param baseUrl Where the service is found, without a slash at its end.
 */
export function scim(
  registry: Registry,
  stores: (type: ResourceType) => ResourceStore,
  baseUrl: string,
): (request: ScimRequest) => Promise<Handled> {
  const discover = discovery(registry, baseUrl);

  async function answer(request: ScimRequest, lenient: Leniency): Promise<ScimResponse> {
    // A slash at the end of a URL is tolerated.
    const path = request.path.at(-1) === '' ? request.path.slice(0, -1) : request.path;
    const [segment = '', id, ...deeper] = path;
    if (discoveryEndpoints.some((name) => name === segment)) {
      return dispatch(request, { GET: () => Promise.resolve(discover({ ...request, path })) });
    }
    const type = registry.typeAt(segment);
    if (!type || deeper.length > 0) throw notFound(`${quoted(`/${path.join('/')}`)} does not exist`);

    const endpoint = { type, store: stores(type), baseUrl };
    const methods = id === undefined ? onAll(endpoint, request, lenient) : onOne(endpoint, id, request, lenient);
    return dispatch(request, methods, () => {
      requireScope(request.caller, type, request.method);
    });
  }

  return async (request) => {
    const lenient = leniency(request.caller.dialect);
    try {
      return { ...(await answer(request, lenient)), repaired: lenient.repaired };
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      const { status, headers } = error;
      return { status, headers, body: error.toJSON(), repaired: lenient.repaired, refusal: error };
    }
  };
}

const onAll = (endpoint: Endpoint, request: ScimRequest, lenient: Leniency): Methods => ({
  GET: () => query(endpoint, request, lenient),
  POST: () => create(endpoint, request, lenient),
});

const onOne = (endpoint: Endpoint, id: string, request: ScimRequest, lenient: Leniency): Methods => ({
  GET: () => read(endpoint, id, request),
  PUT: () => replace(endpoint, id, request, lenient),
  PATCH: () => patch(endpoint, id, request, lenient),
  DELETE: () => remove(endpoint, id, request),
});

function dispatch(request: ScimRequest, methods: Methods, permit = (): void => undefined): Promise<ScimResponse> {
  const { method } = request;
  const run = methods[method];
  if (!run) throw methodNotAllowed(`${method} is not supported here`, Object.keys(methods).join(', '));
  permit();
  return run();
}

/** A token reads or writes what its scopes name: `users:read`, `groups:write` (RFC 7644 §7.7). */
function requireScope({ scopes }: Caller, type: ResourceType, method: Method): void {
  const scope = `${type.endpoint.slice(1).toLowerCase()}:${method === 'GET' ? 'read' : 'write'}`;
  const granted: ReadonlySet<string> = scopes;
  if (!granted.has(scope)) throw forbidden(`This token lacks the scope '${scope}'`, { rule: `needs ${scope}` });
}
