import { DomainError } from '../../domain/errors.ts';
import { isPermission } from '../../domain/permissions.ts';
import { tell } from '../../words/say.ts';
import type { Api } from './api.ts';
import { batchRoute } from './batch.ts';
import { confirmed } from './confirm.ts';
import { problem, problemOf, type Problem } from './problems.ts';
import type { Demand, Input, Route } from './route.ts';
import { checksOf, faultsOf, type Checks } from './validate.ts';

/** What else the API is made with. */
export interface ApiPorts {
  /** Whether a failure means that the database cannot be reached. */
  readonly isOutage: (failure: unknown) => boolean;
  /** Told of defects. */
  readonly onDefect: (requestId: string, failure: unknown) => void;
}

interface Served extends Checks {
  readonly route: Route;
  readonly segments: readonly string[];
}

/**
 * Serves routes, and batches of them.
 *
 * @throws Error where a route demands no permission, says nothing of its answers, or is there twice: nothing is served then
 */
export function api(written: readonly Route[], { isOutage, onDefect }: ApiPorts): Api {
  const told = (failure: unknown, requestId: string): Problem => {
    const known = problemOf(failure);
    if (known) return known;
    if (isOutage(failure)) return problem('unavailable', {}, { headers: { 'Retry-After': '15' }, cause: failure });
    onDefect(requestId, failure);
    return problem('defect', {}, { cause: failure });
  };
  const itself = (): Api => served;
  const routes = [...written, batchRoute(itself)];
  requireSound(routes);
  const table = routes.map(toServed);

  const served: Api = {
    routes,
    find(method, path) {
      const segments = segmentsOf(path);
      const here = segments ? mostSpecific(table.filter((each) => matches(each.segments, segments))) : [];
      if (here.length === 0 || !segments) throw problem('no-such-address', {});
      const wanted = method === 'HEAD' ? 'GET' : method;
      const one = here.find(({ route }) => route.method === wanted);
      if (one) return { route: one.route, params: paramsOf(one.segments, segments) };
      const allowed = allowedAt(here);
      throw problem('no-such-method', { allowed }, { headers: { Allow: allowed.join(', ') } });
    },
    requireAllowed({ route: { permission } }, { permissions }) {
      if (isEverybodys(permission) || permissions.has(permission)) return;
      throw new DomainError({ rule: 'not-allowed', permission });
    },
    async answer(found, { query, body, ifMatch }, context) {
      served.requireAllowed(found, context.actor);
      const { route } = found;
      const one = table.find((each) => each.route === route);
      if (!one) throw new Error('a route of another table');
      const { confirmation: given, ...rest } = objectOf(query);
      const asked = { params: { ...found.params }, query: route.effects ? rest : objectOf(query), body };
      one.check(asked.params, asked.query, body);
      const onlyAt = versionOf(ifMatch);
      const input: Input<unknown, unknown, unknown> = { ...asked, ...(onlyAt !== undefined && { onlyAt }) };
      const { effects } = route;
      if (!effects) return route.handle(context, input, undefined);
      // Given twice, it is none that was ever sealed.
      return confirmed({ ...route, effects }, context, input, given === undefined ? undefined : String(given));
    },
    told,
  };
  return served;
}

const isEverybodys = (demand: Demand): demand is 'any-key' | 'open' => demand === 'any-key' || demand === 'open';

const toServed = (route: Route): Served => ({
  route,
  segments: route.path.slice(1).split('/'),
  ...checksOf(route.params, route.query, route.body),
});

const isParam = (segment: string): boolean => segment.startsWith('{');

const matches = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length && pattern.every((each, at) => isParam(each) || each === segments[at]);

/** Of routes that match, those of the address with the most words of its own: `/users/batch` before `/users/{id}`. */
function mostSpecific(routes: readonly Served[]): readonly Served[] {
  const wordsOf = ({ segments }: Served) => segments.filter((each) => !isParam(each)).length;
  const most = Math.max(...routes.map(wordsOf));
  return routes.filter((each) => wordsOf(each) === most);
}

const allowedAt = (routes: readonly Served[]): string[] => {
  const methods = routes.map(({ route }) => route.method as string);
  return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
};

function segmentsOf(path: string): readonly string[] | undefined {
  try {
    const segments = path.slice(1).split('/').map(decodeURIComponent);
    return segments.includes('') ? undefined : segments;
  } catch {
    return undefined;
  }
}

const paramsOf = (pattern: readonly string[], segments: readonly string[]): Record<string, string> =>
  Object.fromEntries(pattern.flatMap((each, at) => (isParam(each) ? [[each.slice(1, -1), segments[at] ?? '']] : [])));

/** A parameter that is given several times is told as a list. */
function objectOf(query: URLSearchParams): Record<string, string | readonly string[]> {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const all = query.getAll(name);
      return [name, all.length === 1 ? (all[0] ?? '') : all];
    }),
  );
}

/** The version that `If-Match` demands (RFC 9110 §13.1.1); -1, which no version is, where it names none of ours. */
function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(ifMatch.trim())?.[1];
  return version === undefined ? -1 : Number(version);
}

function requireSound(routes: readonly Route[]): void {
  const known = new Set<string>();
  for (const route of routes) {
    const name = `${route.method} ${route.path}`;
    const fail = (why: string): never => {
      throw new Error(`Route ${name} ${why}`);
    };
    // What a type demands can still be cast away, and this would open a door.
    if (!isEverybodys(route.permission) && !isPermission(route.permission)) fail('demands no permission');
    if (!/^(?:\/(?:[\w.-]+|\{\w+\}))+$/.test(route.path)) fail('has a path that cannot be asked for');
    const pattern = `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`;
    if (known.has(pattern)) fail('is there twice');
    known.add(pattern);
    if (route.effects && Object.hasOwn(route.query, 'confirmation')) fail('may not name its own confirmation');
    requireAnswers(route, fail);
  }
}

function requireAnswers({ answers }: Route, fail: (why: string) => never): void {
  const all = Object.entries(answers);
  if (all.length === 0) fail('says nothing of its answers');
  for (const [status, { schema, example, rows }] of all) {
    if (!schema) continue;
    if (example === undefined) fail(`has no example of its answer ${status}`);
    const [fault] = faultsOf(schema)(example);
    if (fault) fail(`has an example that is no answer ${status}${rows ?? ''}: ${fault.path} ${tell('en', fault.said)}`);
  }
}
