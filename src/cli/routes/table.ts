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
  ...commands('user', [
    ['list', 'GET /users', 'help.user.list'],
    ['show', 'GET /users/{id}', 'help.user.show'],
    ['create', 'POST /users', 'help.user.create'],
    ['create-direct', 'POST /users/direct', 'help.user.create-direct'],
    ['appoint', 'POST /primary-admin', 'help.user.appoint'],
    ['change', 'PATCH /users/{id}', 'help.user.change'],
    ['invite', 'POST /users/{id}/invitation', 'help.user.invite'],
    ['deactivate', 'POST /users/{id}/deactivate', 'help.user.deactivate'],
    ['reactivate', 'POST /users/{id}/reactivate', 'help.user.reactivate'],
    ['password', 'PUT /users/{id}/password', 'help.user.password'],
    ['delete-credentials', 'DELETE /users/{id}/credentials', 'help.user.delete-credentials'],
    ['end-sessions', 'POST /users/{id}/end-sessions', 'help.user.end-sessions'],
    ['remove', 'DELETE /users/{id}', 'help.user.remove'],
    ['join-entity', 'PUT /users/{id}/entities/{entity}', 'help.user.join-entity'],
    ['leave-entity', 'DELETE /users/{id}/entities/{entity}', 'help.user.leave-entity'],
    ['telephony', 'GET /users/{id}/telephony', 'help.user.telephony'],
    ['set-telephony', 'PUT /users/{id}/telephony', 'help.user.set-telephony'],
    ['integrations', 'GET /users/{id}/integrations', 'help.user.integrations'],
    ['set-integration', 'PUT /users/{id}/integrations/{tool}', 'help.user.set-integration'],
    ['drop-integration', 'DELETE /users/{id}/integrations/{tool}', 'help.user.drop-integration'],
    ['extra', 'GET /users/{id}/extra', 'help.user.extra'],
    ['set-extra', 'PUT /users/{id}/extra', 'help.user.set-extra'],
  ]),
  ...commands('', [['explain', 'GET /users/{id}/explain', 'help.explain']]),
  ...commands('role', [
    ['list', 'GET /roles', 'help.role.list'],
    ['show', 'GET /roles/{id}', 'help.role.show'],
    ['create', 'POST /roles', 'help.role.create'],
    ['change', 'PATCH /roles/{id}', 'help.role.change'],
    ['delete', 'DELETE /roles/{id}', 'help.role.delete'],
  ]),
  ...commands('team', [
    ['list', 'GET /teams', 'help.team.list'],
    ['show', 'GET /teams/{id}', 'help.team.show'],
    ['create', 'POST /teams', 'help.team.create'],
    ['change', 'PATCH /teams/{id}', 'help.team.change'],
    ['members', 'GET /teams/{id}/members', 'help.team.members'],
    ['change-members', 'PATCH /teams/{id}/members', 'help.team.change-members'],
    ['delete', 'DELETE /teams/{id}', 'help.team.delete'],
  ]),
  ...commands('channel', [
    ['create', 'POST /teams/{id}/channels', 'help.channel.create'],
    ['change', 'PATCH /teams/{id}/channels/{channel}', 'help.channel.change'],
    ['delete', 'DELETE /teams/{id}/channels/{channel}', 'help.channel.delete'],
  ]),
  ...commands('license', [
    ['list', 'GET /license-pools', 'help.license.list'],
    ['show', 'GET /license-pools/{id}', 'help.license.show'],
    ['create', 'POST /license-pools', 'help.license.create'],
    ['change', 'PATCH /license-pools/{id}', 'help.license.change'],
    ['delete', 'DELETE /license-pools/{id}', 'help.license.delete'],
  ]),
  ...commands('credits', [
    ['show', 'GET /credits', 'help.credits.show'],
    ['post', 'POST /credits', 'help.credits.post'],
    ['ledger', 'GET /credits/ledger', 'help.credits.ledger'],
  ]),
  ...commands('entity', [
    ['list', 'GET /entities', 'help.entity.list'],
    ['show', 'GET /entities/{id}', 'help.entity.show'],
    ['create', 'POST /entities', 'help.entity.create'],
    ['members', 'GET /entities/{id}/members', 'help.entity.members'],
    ['change', 'PATCH /entities/{id}', 'help.entity.change'],
    ['delete', 'DELETE /entities/{id}', 'help.entity.delete'],
  ]),
  ...commands('number', [
    ['list', 'GET /numbers', 'help.number.list'],
    ['show', 'GET /numbers/{id}', 'help.number.show'],
    ['add', 'POST /numbers', 'help.number.add'],
    ['remove', 'DELETE /numbers/{id}', 'help.number.remove'],
  ]),
  ...commands('integration', [
    ['list', 'GET /integrations/{tool}/accounts', 'help.integration.list'],
    ['set', 'PUT /integrations/{tool}/accounts', 'help.integration.set'],
    ['remove', 'DELETE /integrations/{tool}/accounts/{value}', 'help.integration.remove'],
  ]),
  ...commands('mapping', [
    ['list', 'GET /mapping-rules', 'help.mapping.list'],
    ['show', 'GET /mapping-rules/{id}', 'help.mapping.show'],
    ['preview', 'POST /mapping-rules/preview', 'help.mapping.preview'],
    ['add', 'POST /mapping-rules', 'help.mapping.add'],
    ['change', 'PATCH /mapping-rules/{id}', 'help.mapping.change'],
    ['move', 'PUT /mapping-rules/order', 'help.mapping.move'],
    ['remove', 'DELETE /mapping-rules/{id}', 'help.mapping.remove'],
  ]),
  ...commands('job', [
    ['list', 'GET /jobs', 'help.job.list'],
    ['show', 'GET /jobs/{id}', 'help.job.show'],
    ['cancel', 'POST /jobs/{id}/cancel', 'help.job.cancel'],
  ]),
  ...commands('key', [['show', 'GET /keys/{id}', 'help.key.show']]),
];

/** What the groups of commands are about. */
export const groups = {
  settings: 'help.settings',
  invitation: 'help.invitation',
  user: 'help.users',
  role: 'help.role',
  team: 'help.team',
  channel: 'help.channel',
  license: 'help.license',
  credits: 'help.credits',
  entity: 'help.entity',
  mapping: 'help.mapping',
  job: 'help.job',
  number: 'help.number',
  integration: 'help.integration',
} as const satisfies Readonly<Record<string, RouteCommand['help']>>;

/** Routes that other commands serve, and which. */
export const servedByHand: Readonly<Record<string, string>> = {
  'GET /keys': 'key list',
  'POST /keys': 'key create',
  'DELETE /keys/{id}': 'key revoke',
  'GET /history/groups/{id}/members': 'who',
  'GET /history/roles/{id}/members': 'who',
  'GET /history/licenses/{id}/members': 'who',
  'GET /history/entities/{id}/members': 'who',
  'GET /history/administrators': 'who',
  'GET /history/users/{id}/timeline': 'timeline',
  'GET /history/users/{id}': 'timeline',
  'GET /history/changes': 'changes',
  'GET /history/accounts-outside-scim': 'accounts',
  'GET /history/tokens': 'token list',
};

/** Routes that no command serves, and why. */
export const unserved: Readonly<Record<string, string>> = {
  'GET /me': 'who types is the operator, who may do everything',
  'POST /invitations/accept': 'who is invited accepts, by the link alone',
};
