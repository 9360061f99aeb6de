import type { PlainKey } from '../../words/say.ts';

/** A command that asks a route of the admin API. */
export interface RouteCommand {
  /** As it is typed, without what stands in the braces of the path: `user list`. */
  readonly command: string;
  /** Method and path: `GET /users`. */
  readonly route: string;
  readonly help: PlainKey & `help.${string}`;
}

const commands = (
  group: string,
  all: readonly (readonly [name: string, route: string, help: RouteCommand['help']])[],
): readonly RouteCommand[] => all.map(([name, route, help]) => ({ command: `${group} ${name}`.trim(), route, help }));

/** Every command that asks a route as it is: what it takes and shows follows from the route. */
export const routeCommands: readonly RouteCommand[] = [
  ...commands('settings', [
    ['show', 'GET /settings', 'help.settings.show'],
    ['set', 'PATCH /settings', 'help.settings.set'],
  ]),
  ...commands('invitation', [
    ['list', 'GET /invitations', 'help.invitation.list'],
    ['show', 'GET /users/{id}/invitation', 'help.invitation.show'],
    ['send', 'POST /invitations/send', 'help.invitation.send'],
    ['revoke', 'DELETE /users/{id}/invitation', 'help.invitation.revoke'],
  ]),
  ...commands('user', [['invite', 'POST /users/{id}/invitation', 'help.user.invite']]),
  ...commands('key', [
    ['list', 'GET /keys', 'help.key.list'],
    ['show', 'GET /keys/{id}', 'help.key.show'],
    ['create', 'POST /keys', 'help.key.create'],
    ['revoke', 'DELETE /keys/{id}', 'help.key.revoke'],
  ]),
];

/** What the groups of commands are about. */
export const groups = {
  settings: 'help.settings',
  invitation: 'help.invitation',
  user: 'help.users',
  key: 'help.key',
} as const satisfies Readonly<Record<string, RouteCommand['help']>>;

/** Routes that other commands serve, by name. */
export const servedByHand: Readonly<Record<string, string>> = {};

/** Routes that no command serves, and why. */
export const unserved: Readonly<Record<string, string>> = {
  'GET /me': 'who types is the operator, who may do everything',
  'POST /invitations/accept': 'who is invited accepts, by the link alone',
};
