import type { Command } from 'commander';
import { api } from '../../admin/api/serve.ts';
import type { Answer, Context, Route } from '../../admin/api/route.ts';
import { Refusal } from '../../admin/errors.ts';
import type { Ports } from '../../admin/ports.ts';
import { requireTenant } from '../../admin/tenants.ts';
import { everyPermission } from '../../domain/permissions.ts';
import { labelOf } from '../../words/labels.ts';
import { plain, tell } from '../../words/say.ts';
import { perform, type Front, type Output } from '../front.ts';
import { bodyText } from './shown.ts';
import { dashed, fieldsOf, membersOf, removableOf, separated, type Field } from './fields.ts';
import { groups, routeCommands, type RouteCommand } from './table.ts';

/** What every such command can be given. */
interface Given extends Output, Readonly<Record<string, unknown>> {
  readonly tenant?: string;
  readonly body?: string;
  readonly clear?: string[];
  readonly confirm?: string;
  readonly ifMatch?: string;
}

/** Adds a command for each route that the table names: the same rules, and the same answers, as over the API. */
export function addRouteCommands(rollcall: Command, front: Front, routes: readonly Route[]): void {
  for (const one of routeCommands) {
    const route = routes.find(({ method, path }) => one.route === `${method} ${path}`);
    if (!route) throw new Error(`there is no route ${one.route}`);
    const words = one.command.split(' ');
    add(words.length === 1 ? rollcall : groupOf(rollcall, front, words[0] ?? ''), front, one, route);
  }
}

/** The command that others are below: the one that is there, or a new one. */
const groupOf = (rollcall: Command, { say }: Front, name: string): Command =>
  rollcall.commands.find((one) => one.name() === name) ??
  rollcall.command(name).description(say(groups[name as keyof typeof groups]));

function add(above: Command, front: Front, { command: called, help }: RouteCommand, route: Route): void {
  const { say } = front;
  const body = membersOf(route.body);
  const fields = [...fieldsOf(front, 'query', route.query), ...fieldsOf(front, 'body', body)];
  const removable = removableOf(body).map(dashed);
  const command = above.command(called.split(' ').at(-1) ?? called).description(tell(front.language, plain(help)));
  const params = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  for (const name of params) command.argument(`<${dashed(name)}>`, labelOf(front.language, name));
  for (const { option } of fields) command.addOption(option);
  if (removable.length > 0) command.option('--clear <names>', say('help.clear', { names: removable }), separated);
  // Where nothing else says what the request is, none would say that it is nothing.
  if (route.body)
    command[Object.keys(body).length > 0 ? 'option' : 'requiredOption']('--body <file>', say('help.body'));
  if (route.body && route.method === 'PATCH') command.option('--if-match <version>', say('help.if-match'));
  if (route.effects) command.option('--confirm <confirmation>', say('help.confirm'));
  command.option('--tenant <tenant>', say('help.its-tenant')).option('--json', say('help.json'));
  command.action(async (...args: unknown[]) => {
    const options = args[params.length] as Given;
    const asked = {
      params: Object.fromEntries(params.map((name, at) => [name, String(args[at])])),
      query: queryOf(fields, options),
      body: route.body && (await bodyOf(front, fields, options)),
      ...(options.ifMatch !== undefined && { ifMatch: `"${options.ifMatch}"` }),
    };
    await perform(
      front,
      options,
      async (ports) => (await ask(front, ports, route, options.tenant, asked)).body ?? {},
      (answer) => bodyText(front, answer),
    );
  });
}

const camel = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The value of a field, under the name that commander gives the option. */
const valueOf = ({ option }: Field, options: Given): unknown => options[option.attributeName()];

function queryOf(fields: readonly Field[], options: Given): URLSearchParams {
  const query = new URLSearchParams();
  for (const field of fields) {
    const value = field.part === 'query' ? valueOf(field, options) : undefined;
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) query.append(field.name, String(one));
  }
  if (options.confirm !== undefined) query.set('confirmation', options.confirm);
  return query;
}

/** @throws Refusal where a file is no JSON */
function fileOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Refusal('schema.no-json', { why: cause instanceof Error ? cause.message : String(cause) });
  }
}

/** The file's members, and over them those that were typed. */
async function bodyOf(front: Front, fields: readonly Field[], options: Given): Promise<unknown> {
  const read = options.body === undefined ? {} : fileOf(await front.read(options.body));
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return read;
  const typed = fields.flatMap((field) => {
    const value = field.part === 'body' ? valueOf(field, options) : undefined;
    return value === undefined ? [] : [[field.name, value] as const];
  });
  const cleared = (options.clear ?? []).map((name) => [camel(name), null] as const);
  return { ...read, ...Object.fromEntries([...cleared, ...typed]) };
}

/** An operator has the time of a long request, and is asked for no permission: who has the database has all of it. */
const patienceMs = 60_000;

async function ask(
  { language }: Front,
  ports: Ports,
  route: Route,
  tenant: string | undefined,
  { params, ...request }: { params: Record<string, string>; query: URLSearchParams; body?: unknown; ifMatch?: string },
): Promise<Answer> {
  const now = ports.now();
  const context: Context = {
    ports,
    tenant: (await requireTenant(ports, tenant)).id,
    actor: { name: ports.by, key: ports.by, permissions: new Set(everyPermission) },
    requestId: ports.newId(),
    deadline: now.getTime() + patienceMs,
    language,
    now,
    wants: 'json',
  };
  const served = api([route], { isOutage: () => false, onDefect: () => undefined });
  return served.answer({ route, params }, request, context);
}
