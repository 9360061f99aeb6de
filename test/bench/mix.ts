import { groupId, joinerId, teamCount, userBody, userId, userName } from './data.ts';
import type { Open, Party } from './openLoop.ts';
import { patchOp, scattered, type Sent } from './operation.ts';

/** A request with the status that it is to be answered with. */
interface Expected extends Sent {
  readonly status: number;
}

type Round = Pick<Open, 'mark' | 'users' | 'joiners'>;

type Make = (round: Round, world: string, at: number) => Expected;

const found = (path: string): Expected => ({ method: 'GET', path, status: 200 });

const byName: Make = ({ users }, world, at) =>
  found(`/Users?filter=${encodeURIComponent(`userName eq "${userName(scattered(at, users), world)}"`)}`);

const byUnknownName: Make = (_, __, at) =>
  found(`/Users?filter=${encodeURIComponent(`userName eq "nobody${at}@corp.example"`)}`);

const byId: Make = ({ users }, world, at) => found(`/Users/${userId(scattered(at, users), world)}`);

const groupByName: Make = (_, __, at) =>
  found(`/Groups?excludedAttributes=members&filter=${encodeURIComponent(`displayName eq "team ${at % teamCount}"`)}`);

const changed: Make = ({ users, mark }, world, at) => ({
  method: 'PATCH',
  path: `/Users/${userId(scattered(at, users), world)}`,
  body: patchOp({ op: 'Replace', path: 'title', value: `${mark} ${at}` }),
  status: 200,
});

const created: Make = ({ mark }, world, at) => ({
  method: 'POST',
  path: '/Users',
  body: userBody(`${mark}-${world}-${at}@corp.example`),
  status: 201,
});

/** In one cycle somebody joins a team, and leaves it by a later request. */
const membership =
  (op: 'Add' | 'Remove'): Make =>
  ({ joiners }, world, at) => {
    const cycle = Math.floor(at / cycleOfEntra.length);
    return {
      method: 'PATCH',
      path: `/Groups/${groupId(`team ${cycle % teamCount}`, world)}`,
      body: patchOp({ op, path: 'members', value: [{ value: joinerId(cycle % joiners, world) }] }),
      status: 204,
    };
  };

const [joins, leaves] = [membership('Add'), membership('Remove')];

// What a cycle of Entra's sends: it looks everybody up by name, and again by id before it changes them.
const cycleOfEntra: readonly Make[] = [
  ...[byName, byId, changed, byName, groupByName, joins, byName, byUnknownName, created, byName],
  ...[byName, byId, changed, byName, groupByName, leaves, byName, byId, changed, byName],
];

/** The request of that number of a tenant that Entra provisions. */
const ofEntra: Make = (round, world, at) => (cycleOfEntra[at % cycleOfEntra.length] ?? byName)(round, world, at);

const withPassword: Make = (round, world, at) => {
  const { body, ...request } = created(round, world, at);
  return { ...request, body: { ...body, password: `Aq9-${round.mark}-${at}` } };
};

const makes: Readonly<Record<Party['sends'], Make>> = {
  mix: ofEntra,
  creates: created,
  passwords: withPassword,
  flood: byName,
};

/** The request of that number of a party. */
export const requestOf = (round: Round, { world, sends }: Pick<Party, 'world' | 'sends'>, at: number): Expected =>
  makes[sends](round, world, at);
