import { belongingsOf } from '../domain/belongings.ts';
import type { Change } from '../domain/changes.ts';
import { contactOf } from '../domain/contacts.ts';
import { sent } from '../domain/invitations.ts';
import { decide, decideRemoval, requireWithin, type Circumstances, type Decided } from '../domain/people.ts';
import { personSchemas, projected } from '../domain/projection.ts';
import { same, type Act } from '../domain/journal.ts';
import { personOf, type Status } from '../domain/person.ts';
import type { NewContent, State } from '../domain/states.ts';
import type { Caller } from '../scim/types.ts';
import { inTurn, type Accompanied, type Companion } from './companions.ts';
import { ordered, type Ports } from './decide.ts';
import { equipping } from './equipment.ts';
import { linking } from './linking.ts';
import { wishOf, type ScimWish } from './wishes.ts';

/** What of a user's attributes the organization decides. */
const decided = ['active', 'roles', 'entitlements', ...Object.values(personSchemas)] as const;

/**
 * What follows from a client's changes of users under the rules of the organization: status, seats, roles and the teams
 * that come with them, entities.
 */
export function persons(ports: Ports): Companion {
  async function circumstances(caller: Caller): Promise<Circumstances> {
    const { tenant, order } = ordered(caller);
    const { settings } = await ports.books.of(tenant);
    const now = new Date(ports.clock()).toISOString();
    // An operation of a Bulk has one entry: the user's own. What follows for others is told of the request alone.
    const { connection, request } = order;
    return { tenant, settings, order: { connection, request }, now, reach: reachOf(caller) };
  }

  async function accompanied(
    caller: Caller,
    before: State | undefined,
    id: string,
    content: NewContent,
  ): Promise<Accompanied> {
    const about = await circumstances(caller);
    const { connection, dialect } = caller;
    const asking = { connection, dialect, settings: about.settings, now: about.now };
    const wish = wishOf(before?.attributes, content.attributes, asking);
    const outcome = await decide(ports, before, id, wish, about);
    const invitations = await inviting(before, id, content, outcome, about);
    return accompaniedBy(before, content, outcome, wish, invitations);
  }

  /** Who becomes one who is invited is sent an invitation. */
  async function inviting(
    before: State | undefined,
    id: string,
    { attributes }: NewContent,
    { person }: Decided,
    { tenant, settings, order, now }: Circumstances,
  ): Promise<readonly Change[]> {
    const contact = contactOf(attributes);
    if (person.status !== 'invited' || before || !contact) return [];
    const invitation = ports.newId();
    const link = await ports.links.issue(tenant, invitation);
    return [sent(invitation, { id, attributes }, contact, { tenant, settings, order, now: new Date(now), link })];
  }

  /** What he telephones with, and his accounts in connected tools. */
  const toolsOf = async (
    caller: Caller,
    before: State | undefined,
    id: string,
    content: NewContent,
  ): Promise<Accompanied> =>
    inTurn(await equipping(ports, caller, before, id, content), (each) => linking(ports, caller, before, id, each));

  return {
    async created(caller, id, content) {
      const tools = await toolsOf(caller, undefined, id, content);
      return inTurn(tools, (each) => accompanied(caller, undefined, id, each));
    },

    async revised(caller, before, content) {
      requireWithin(reachOf(caller), before.id, before.person);
      const touched = decided.some((name) => !same(before.attributes[name], content.attributes[name]));
      const tools = await toolsOf(caller, before, before.id, content);
      return touched ? inTurn(tools, (each) => accompanied(caller, before, before.id, each)) : tools;
    },

    async removed(caller, state) {
      const { tenant, order } = ordered(caller);
      const moves = await decideRemoval(ports, state, { tenant, reach: reachOf(caller) });
      const left = await belongingsOf(ports.states, state, order);
      return { moves: [...moves, ...left.moves], others: left.changes };
    },
  };
}

/** Administrators are out of an identity provider's reach unless its connection is allowed that explicitly. */
const reachOf = ({ options }: Caller): Circumstances['reach'] =>
  options.has('administrators') ? 'everybody' : 'ordinary';

function accompaniedBy(
  before: State | undefined,
  content: NewContent,
  { person, moves, relies, teams, credits }: Decided,
  wish: ScimWish,
  invitations: readonly Change[],
): Accompanied {
  const act = actOf(before && personOf(before).status, person.status);
  return {
    content: { ...content, person, attributes: projected(content.attributes, person) },
    moves,
    relies,
    others: [...teams, ...invitations],
    entry: { ...(act && { act }), ...(credits && { credits }) },
    settled(lenient) {
      for (let left = wish.unknown(); left > 0; left -= 1) lenient.repairs('unknownGrants');
    },
  };
}

const acts: Readonly<Record<Status, Act | undefined>> = {
  prepared: 'prepare',
  invited: 'invite',
  active: undefined,
  deactivated: 'deactivate',
};

/** What a change of status is called; nothing where it stays, or where somebody new is simply there. */
function actOf(before: Status | undefined, after: Status): Act | undefined {
  if (before === after) return undefined;
  if (before === 'deactivated') return 'reactivate';
  return acts[after];
}
