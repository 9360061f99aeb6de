import { leniency } from './dialects.ts';
import type { Leniency } from './dialects.ts';
import { forbidden, methodNotAllowed, notFound, ScimError } from './errors.ts';
import { quoted } from './filter/guard.ts';
import { bulk } from './operations/bulk.ts';
import { create } from './operations/create.ts';
import { discovery, discoveryEndpoints } from './operations/discovery.ts';
import type { Endpoint } from './operations/endpoint.ts';
import { myself } from './operations/me.ts';
import { patch } from './operations/patch.ts';
import { query } from './operations/query.ts';
import { read } from './operations/read.ts';
import { remove } from './operations/remove.ts';
import { replace } from './operations/replace.ts';
import { search, searchAll } from './operations/search.ts';
import type { Protocol, Stores } from './ports.ts';
import { refused } from './refused.ts';
import type { Registry } from './schema/registry.ts';
import type { ResourceType } from './schema/types.ts';
import type { Caller, Handled, ScimRequest, ScimResponse } from './types.ts';

type Method = ScimRequest['method'];

/** What each method does at a place. */
type Methods = Partial<Record<Method, () => Promise<ScimResponse>>>;

/** What answering one request has to do with. */
interface Context {
  readonly registry: Registry;
  readonly stores: Stores;
  readonly lenient: Leniency;
}

/**
 * The whole SCIM protocol (RFC 7644) as a function of a request and of the stores that keep resources. A refusal is an
 * answer like any other; only a defect is thrown.
 */
export function scim(protocol: Protocol): (request: ScimRequest) => Promise<Handled> {
  const { baseUrl } = protocol;
  const discover = discovery(baseUrl);

  const answer = (request: ScimRequest, context: Context): Promise<ScimResponse> => {
    // A slash at the end of a URL is tolerated.
    const path = request.path.at(-1) === '' ? request.path.slice(0, -1) : request.path;
    const [segment = ''] = path;
    if (discoveryEndpoints.some((name) => name === segment))
      return dispatch(request, { GET: () => Promise.resolve(discover(context.registry, { ...request, path })) });
    if (segment === 'Me') return answer({ ...request, path: myself(request, path) }, context);
    return dispatch(request, methodsAt({ ...request, path }, context));
  };

  function methodsAt(request: ScimRequest, context: Context): Methods {
    const [segment = '', id, ...deeper] = request.path;
    const { registry, stores, lenient } = context;
    if (id === undefined && segment === 'Bulk') return { POST: () => performed(request, context) };
    if (id === undefined && segment === '.search') {
      const readable = registry.types.filter((type) => may(request.caller, scopeOf(type, 'read')));
      const endpoints = readable.map((type) => ({ type, store: stores(type), baseUrl }));
      return { POST: () => searchAll(endpoints, request, lenient, protocol) };
    }
    const type = registry.typeAt(segment);
    if (!type || deeper.length > 0) throw notFound(`${quoted(`/${request.path.join('/')}`)} does not exist`);
    return ofType({ type, store: stores(type), baseUrl }, id, request, lenient);
  }

  function ofType(endpoint: Endpoint, id: string | undefined, request: ScimRequest, lenient: Leniency): Methods {
    const reading = permitted(request.caller, endpoint.type, 'read');
    const writing = permitted(request.caller, endpoint.type, 'write');
    // What others keep there is read alone: the methods that would write are not allowed, whatever the token may do.
    const isOpen = endpoint.type.access === 'readWrite';
    if (id === undefined)
      return {
        GET: reading(() => query(endpoint, request, lenient, protocol)),
        ...(isOpen && { POST: writing(() => create(endpoint, request, lenient)) }),
      };
    if (id === '.search') return { POST: reading(() => search(endpoint, request, lenient, protocol)) };
    const GET = reading(() => read(endpoint, id, request));
    if (!isOpen) return { GET };
    return {
      GET,
      PUT: writing(() => replace(endpoint, id, request, lenient)),
      PATCH: writing(() => patch(endpoint, id, request, lenient)),
      DELETE: writing(() => remove(endpoint, id, request)),
    };
  }

  /** A Bulk, whose operations are answered as requests of their own are. */
  const performed = (request: ScimRequest, context: Context): Promise<ScimResponse> =>
    bulk(
      request,
      context.registry,
      (operation, stores, lenient) => answer(operation, { ...context, stores, lenient }),
      context.lenient,
      protocol,
    );

  return async (request) => {
    const lenient = leniency(request.caller.dialect, request.caller.options);
    try {
      const registry = await protocol.registryOf(request.caller.tenant);
      return { ...(await answer(request, { registry, stores: protocol.stores, lenient })), repaired: lenient.repaired };
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      return refused(error, lenient);
    }
  };
}

async function dispatch({ method }: ScimRequest, methods: Methods): Promise<ScimResponse> {
  const run = methods[method];
  if (!run) throw methodNotAllowed(`${method} is not supported here`, Object.keys(methods).join(', '));
  return run();
}

/** A token reads or writes what its scopes name: `users:read`, `groups:write` (RFC 7644 §7.7). */
const permitted =
  (caller: Caller, type: ResourceType, access: 'read' | 'write') =>
  (run: () => Promise<ScimResponse>) =>
  (): Promise<ScimResponse> => {
    const scope = scopeOf(type, access);
    if (!may(caller, scope)) throw forbidden(`This token lacks the scope '${scope}'`, { rule: `needs ${scope}` });
    return run();
  };

const may = ({ scopes }: Caller, scope: string): boolean => {
  const granted: ReadonlySet<string> = scopes;
  return granted.has(scope);
};

/** What scopes call the types that everybody has; those that a tenant made itself share theirs. */
const subjects: ReadonlyMap<string, string> = new Map([
  ['User', 'users'],
  ['Group', 'groups'],
  ['Role', 'roles'],
  ['Entitlement', 'entitlements'],
  ['Entity', 'entities'],
]);

const scopeOf = ({ name }: ResourceType, access: 'read' | 'write'): string =>
  `${subjects.get(name) ?? 'custom'}:${access}`;
