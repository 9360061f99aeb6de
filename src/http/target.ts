import { invalidValue, notFound } from '../scim/errors.ts';

/** What a request's address names, decoded once. */
export interface Target {
  /** Segments below the base path: `['Users', id]`. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Where SCIM is served, whatever path prefix `PUBLIC_URL` shows to clients. */
export const basePath = '/scim/v2';

/** The resource types served, by the first segment of their addresses. */
const resourceTypes = new Map([
  ['Users', 'User'],
  ['Groups', 'Group'],
  ['Roles', 'Role'],
  ['Entitlements', 'Entitlement'],
  ['Entities', 'Entity'],
]);

/** What else is served, by the same segment. */
const others = new Set(['ServiceProviderConfig', 'Schemas', 'ResourceTypes', 'Bulk', '.search', 'Me']);

const health = new Set(['/health/live', '/health/ready']);

/**
 * Reads a request's address below the base path. Unknown parameters and a trailing `/`, `?` or `&` are tolerated (Entra:
 * scim-for-keycloak#26); `+` is a space.
 *
 * @throws ScimError 404 when the path can name nothing; 400 `invalidValue` when a parameter is given twice or misencoded
 */
export function parseTarget(url: string): Target {
  const { pathname, search } = split(url);
  return { path: segmentsOf(pathname), query: parametersOf(search) };
}

/** The resource type that an address is about, and the resource's id where it has the form of one of ours. */
export function resourceOf({ path: [endpoint, id] }: Target): { resourceType?: string; id?: string } {
  const resourceType = resourceTypes.get(endpoint ?? '');
  return {
    ...(resourceType !== undefined && { resourceType }),
    // Anything else may be a login id that a client took for an id.
    ...(id !== undefined && isOurs(id) && { id }),
  };
}

/** Whether a text has the form of the ids that we give: anything else may say who somebody is. */
export const isOurs = (id: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id);

/** The pattern of a request's address, for logs: `PATCH /scim/v2/Users/:id`. Nothing a client made up is in it. */
export function routeOf(method: string, url: string): string {
  const { pathname } = split(url);
  if (health.has(pathname)) return `${method} ${pathname}`;
  if (!pathname.startsWith(`${basePath}/`)) return `${method} *`;
  const [endpoint = '', ...rest] = pathname.slice(basePath.length + 1).split('/');
  if (endpoint === '') return `${method} ${basePath}/*`;
  // A type that a tenant made itself, or a word that names nothing: the tenant alone knows.
  const place = resourceTypes.has(endpoint) || others.has(endpoint) ? endpoint : ':type';
  return `${method} ${basePath}/${place}${below(rest)}`;
}

function below([id = '', ...more]: readonly string[]): string {
  if (id === '') return '';
  if (more.some((segment) => segment !== '')) return '/:id/*';
  return id === '.search' ? '/.search' : '/:id';
}

/** Whether a token is in the address, where proxies and browsers would keep it (RFC 6750 §5.3). */
export function hasTokenInQuery(url: string): boolean {
  const names = new URLSearchParams(split(url).search).keys();
  return [...names].some((name) => name.toLowerCase() === 'access_token');
}

/** The path and the query of a request target, which may be in absolute form (RFC 9112 §3.2.2). */
function split(url: string): { pathname: string; search: string } {
  const relative = url.replace(/^https?:\/\/[^/?]*/i, '');
  const at = relative.indexOf('?');
  return at < 0
    ? { pathname: relative, search: '' }
    : { pathname: relative.slice(0, at), search: relative.slice(at + 1) };
}

function segmentsOf(pathname: string): string[] {
  const nothing = () => notFound(`Nothing is served at this address; SCIM's endpoints are below ${basePath}/`);
  if (!pathname.startsWith(`${basePath}/`)) throw nothing();
  const segments = pathname.slice(basePath.length + 1).split('/');
  if (segments.at(-1) === '') segments.pop();
  if (segments.length === 0 || segments.includes('')) throw nothing();
  return segments.map((segment) => {
    const decoded = decode(segment);
    if (decoded === undefined) throw nothing();
    return decoded;
  });
}

function parametersOf(search: string): Record<string, string> {
  // Without a prototype `constructor` is a parameter only when it was sent.
  const parameters = Object.create(null) as Record<string, string>;
  for (const pair of search.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(spaced(at < 0 ? pair : pair.slice(0, at)));
    const value = decode(spaced(at < 0 ? '' : pair.slice(at + 1)));
    if (name === undefined || value === undefined) throw invalidValue('A query parameter is not well percent-encoded');
    if (name in parameters) throw invalidValue('A query parameter is given twice');
    parameters[name] = value;
  }
  return parameters;
}

const spaced = (text: string): string => text.replaceAll('+', ' ');

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
