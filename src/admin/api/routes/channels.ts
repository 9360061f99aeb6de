import { DomainError } from '../../../domain/errors.ts';
import { changeChannels } from '../../organization/teams.ts';
import { askerOf } from '../asking.ts';
import { created, done, ok, route, type Route } from '../route.ts';
import { choice, id, named, object, word } from '../schema.ts';

const name = word({ maxLength: 256 });
const visibility = choice(['public', 'private']);

/** A channel of a team. */
export const channel = named('Channel', object({ id: id(), name, visibility }));

const example = { id: '0f3e', name: 'General', visibility: 'public' };

const unknown = (channelId: string): DomainError =>
  new DomainError({ rule: 'unknown', type: 'Channel', id: channelId });

/** Channels of teams: “Admins … can manage users and channels without needing user permission.” */
export const channelRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/teams/{id}/channels',
    permission: 'teams.manage',
    summary: 'Create a channel in a team',
    body: named('NewChannel', object({ name }, { visibility })),
    answers: { 201: { description: 'The channel', schema: channel, example } },
    async handle(context, { params, body }) {
      const made = { id: context.ports.newId(), name: body.name, visibility: body.visibility ?? 'public' };
      await changeChannels(context.ports, askerOf(context), params.id, (all) => [...all, made]);
      return created(`/teams/${params.id}/channels/${made.id}`, made);
    },
  }),
  route({
    method: 'PATCH',
    path: '/teams/{id}/channels/{channel}',
    permission: 'teams.manage',
    summary: 'Rename a channel, or show it to others',
    body: named('ChannelChange', object({}, { name, visibility })),
    answers: { 200: { description: 'The channel as it is now', schema: channel, example } },
    async handle(context, { params, body }) {
      let shown: unknown;
      await changeChannels(context.ports, askerOf(context), params.id, (all) => {
        const before = all.find((each) => each.id === params.channel);
        if (!before) throw unknown(params.channel);
        const after = { ...before, name: body.name ?? before.name, visibility: body.visibility ?? before.visibility };
        shown = after;
        return all.map((each) => (each === before ? after : each));
      });
      return ok(shown);
    },
  }),
  route({
    method: 'DELETE',
    path: '/teams/{id}/channels/{channel}',
    permission: 'teams.manage',
    summary: 'Delete a channel',
    answers: { 204: { description: 'It is deleted' } },
    async handle(context, { params }) {
      await changeChannels(context.ports, askerOf(context), params.id, (all) => {
        if (!all.some((each) => each.id === params.channel)) throw unknown(params.channel);
        return all.filter((each) => each.id !== params.channel);
      });
      return done;
    },
  }),
];
