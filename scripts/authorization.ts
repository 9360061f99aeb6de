import { batchRoute } from '../src/admin/api/batch.ts';
import type { Demand, Route } from '../src/admin/api/route.ts';
import { routes } from '../src/admin/api/table.ts';
import { builtIn, permissions, type Permission } from '../src/domain/permissions.ts';
import { table } from './tables.ts';

/** The built-in roles, by what people call them, with what each allows. */
export const roles: ReadonlyMap<string, readonly Permission[]> = new Map<string, readonly Permission[]>([
  ['Primary Admin', builtIn.primary['primary-admin']],
  ['Admin', builtIn.primary.admin],
  ['Workspace Admin', builtIn.workspace.Admin],
  ['Workspace Manager', builtIn.workspace.Manager],
  ['Workspace User', builtIn.workspace.User],
]);

const code = (text: string): string => `\`${text}\``;

const may = (allowed: readonly Permission[], demand: Demand): boolean =>
  demand === 'any-key' || demand === 'open' || allowed.includes(demand);

const needs: Readonly<Record<'any-key' | 'open', string>> = { 'any-key': 'any key', open: 'no key' };

const demanded = (demand: Demand): string => (demand === 'any-key' || demand === 'open' ? needs[demand] : code(demand));

const everyRoute: readonly Route[] = [
  ...routes,
  batchRoute(() => {
    throw new Error('nothing is asked here');
  }),
];

const columns = (demand: Demand): string[] =>
  [...roles.values()].map((allowed) => (may(allowed, demand) ? 'yes' : 'no'));

/** docs/authorization.md: which role may do what, and which route demands it. */
export const authorizationDocument = (): string =>
  `# Who may do what

Everything in the admin API demands a permission, or says that it demands none; a route without one does not start. What
somebody may do is all that their primary role, their roles and what was given to them directly allow; a key allows no more
than it was made for, and no more than its person may at that moment. \`test/admin/api/authorization.test.ts\` asks each route
below with each permission alone, as each role, and with keys that are no longer good.

A person whose primary role is User, and who holds no role, may do nothing here but ask who they are.

## Permissions

${table(['permission', 'what it allows', ...roles.keys()], permissionRows())}

## Routes

What is below \`/admin/v1\`. *Any key* is one that is live; each item of a batch demands what it would demand alone.

${table(['route', 'demands', ...roles.keys()], routeRows())}
`;

function permissionRows(): string[][] {
  const all = Object.entries(permissions) as [Permission, string][];
  return all.map(([permission, meaning]) => [code(permission), meaning, ...columns(permission)]);
}

function routeRows(): string[][] {
  return everyRoute.map(({ method, path, permission }) => [
    code(`${method} ${path}`),
    demanded(permission),
    ...columns(permission),
  ]);
}
