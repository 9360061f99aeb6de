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
export function entraRequest(round: Round, world: string, at: number): Expected {
  const make = cycleOfEntra[at % cycleOfEntra.length] ?? byName;
  return make(round, world, at);
}

/** A new person, by a party that sends passwords, or does not. */
export function newPerson({ mark }: Round, { world, sends }: Pick<Party, 'world' | 'sends'>, at: number): Expected {
  const body = userBody(`${mark}-${world}-${sends}-${at}@corp.example`);
  const password = sends === 'passwords' ? { password: `Aq9-${mark}-${at}` } : {};
  return { method: 'POST', path: '/Users', body: { ...body, ...password }, status: 201 };
}
