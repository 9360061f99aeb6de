import type { Deciding } from '../domain/deciding.ts';
import { madeOnce, untilItHolds } from '../domain/deciding.ts';
import { contactOf, type Contact } from '../domain/contacts.ts';
import { DomainError } from '../domain/errors.ts';
import type { Order } from '../domain/journal.ts';
import {
  accepted,
  invitationFrom,
  invitationKind,
  invitationStateOf,
  linkStateOf,
  revoked,
  sent,
  sentBy,
  type Invitation,
  type InvitationState,
} from '../domain/invitations.ts';
import { decide, type Circumstances, type Decided } from '../domain/people.ts';
import { personChanges } from '../domain/personChanges.ts';
import { personOf, waitsOf, type Person } from '../domain/person.ts';
import { poolFrom } from '../domain/seats.ts';
import type { State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import { active, invited, prepared } from '../domain/transitions.ts';
import { circumstancesOf, type Asker, type PeoplePorts } from './people/asker.ts';

/** An invitation as an administrator sees it: never its link, nor what that is checked against. */
export interface InvitationView {
  readonly id: string;
  readonly user: string;
  readonly channel: Invitation['channel'];
  readonly to: string;
  readonly language: string;
  readonly state: InvitationState;
  readonly sentAt: string;
  readonly expiresAt: string;
  readonly acceptedAt?: string;
  readonly revokedAt?: string;
  readonly sends: number;
  readonly invitedBy: string;
}

/** The invitation as an administrator sees it at an instant. */
export function invitationView(invitation: Invitation, at: Date): InvitationView {
  const { id, user, channel, to, language, sentAt, expiresAt, acceptedAt, revokedAt, sends, invitedBy } = invitation;
  return {
    id,
    user,
    channel,
    to,
    language,
    state: invitationStateOf(invitation, at),
    sentAt: sentAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(acceptedAt && { acceptedAt: acceptedAt.toISOString() }),
    ...(revokedAt && { revokedAt: revokedAt.toISOString() }),
    sends,
    invitedBy,
  };
}

/** A person with the invitation that he has, if he has one. */
interface Invitee {
  readonly user: State | undefined;
  readonly invitation: State | undefined;
}

async function inviteeOf({ states }: Deciding, tenant: TenantId, user: string): Promise<Invitee> {
  const [state, [invitation]] = await Promise.all([
    states.read(tenant, 'User', user),
    states.some(tenant, [{ kind: invitationKind, name: user }]),
  ]);
  return { user: state, invitation };
}

/**
 * The invitation of somebody.
 *
 * @throws DomainError `unknown`
 */
export async function readInvitation(
  { deciding }: PeoplePorts,
  { tenant }: Pick<Asker, 'tenant'>,
  user: string,
): Promise<Invitation> {
  const { invitation } = await inviteeOf(deciding, tenant, user);
  if (!invitation) throw new DomainError({ rule: 'unknown', type: invitationKind, id: user });
  return invitationFrom(invitation);
}

/**
 * Invites somebody who is prepared, or sends the invitation he has again: with another link, the one before is dead. Of two
 * who do so at once each sends one, and the last link counts.
 *
 * @throws DomainError `unknown`; `wrong-status` for who is in already, or deactivated; `unreachable`; `seats-exhausted` for
 *   who waits for a seat; `credits-exhausted`, `administrator-out-of-reach`
 */
export function invite(ports: PeoplePorts, asker: Asker, user: string): Promise<Invitation> {
  const { deciding } = ports;
  const { tenant, order, deadline, now } = asker;
  return untilItHolds(deadline, deciding, async () => {
    const { state, contact, invitation } = await requireInvitable(deciding, tenant, user);
    const circumstances = await circumstancesOf(ports, asker);
    await requireSeat(deciding, state, circumstances);
    const decided = await become(deciding, state, circumstances, invited);
    const id = invitation?.id ?? deciding.newId();
    const link = await deciding.links.issue(tenant, id);
    const sending = sent(invitation ?? id, state, contact, { ...circumstances, now, link });
    const changes = [...ofPerson(state, decided, order, 'invite'), sending];
    const committed = await madeOnce(invitationKind, deciding.work.commitAll(changes, deadline));
    const version = committed.at(-1)?.version ?? 1;
    return { ...sentBy(sending, id), version };
  });
}

/** @throws DomainError `unknown`, `unreachable` */
async function requireInvitable(
  deciding: Deciding,
  tenant: TenantId,
  id: string,
): Promise<{ readonly state: State; readonly contact: Contact; readonly invitation: State | undefined }> {
  const { user: state, invitation } = await inviteeOf(deciding, tenant, id);
  if (!state) throw new DomainError({ rule: 'unknown', type: 'User', id });
  const contact = contactOf(state.attributes);
  if (!contact) throw new DomainError({ rule: 'unreachable', id });
  return { state, contact, invitation };
}

/**
 * Ends an invitation: its link is dead, and who was invited is prepared again. One that was revoked before stays so.
 *
 * @throws DomainError `unknown`; `wrong-status` where it was accepted; `administrator-out-of-reach`
 */
export function revokeInvitation(ports: PeoplePorts, asker: Asker, user: string): Promise<Invitation> {
  const { deciding } = ports;
  const { tenant, order, deadline, now } = asker;
  return untilItHolds(deadline, deciding, async () => {
    const { user: state, invitation } = await inviteeOf(deciding, tenant, user);
    if (!invitation) throw new DomainError({ rule: 'unknown', type: invitationKind, id: user });
    const known = invitationFrom(invitation);
    if (known.revokedAt) return known;
    if (known.acceptedAt) throw new DomainError({ rule: 'wrong-status', status: 'active', wanted: 'invited' });
    const decided = state && (await become(deciding, state, await circumstancesOf(ports, asker), uninvited));
    const ending = revoked(invitation, { order, now });
    const changes = [...(decided ? ofPerson(state, decided, order, 'revoke-invitation') : []), ending];
    const version = (await deciding.work.commitAll(changes, deadline)).at(-1)?.version ?? known.version;
    return { ...known, revokedAt: now, version };
  });
}

/** What somebody brings who accepts an invitation. Nobody knows yet who it is: the link says it. */
export interface Acceptance {
  readonly link: string;
  readonly password: string;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly now: Date;
}

/** Who accepted, and of which organization. */
export interface Accepted {
  readonly tenant: TenantId;
  readonly user: string;
  readonly login: string;
}

/**
 * Accepts an invitation: the password becomes that of its person, who is active from then on, and the link is used up, all of
 * it at one instant. “Once they accept the invitation and create their password, they can log in.”
 *
 * @throws DomainError `link-unknown`; `link-over` for a link that was used, has expired, or whose invitation is over
 */
export function acceptInvitation({ deciding }: PeoplePorts, acceptance: Acceptance): Promise<Accepted> {
  const { states, links, books, work } = deciding;
  const { link, password, requestId, deadline, now } = acceptance;
  let hash: Promise<string> | undefined;
  return untilItHolds(deadline, deciding, async () => {
    const presented = links.parse(link);
    const { tenant, invitation: id, digest } = presented ?? nothing();
    const found = await states.readWithSecret(tenant, invitationKind, id);
    const { state: invitation } = found && links.same(found.secret, digest) ? found : nothing();
    const known = invitationFrom(invitation);
    const user = await states.read(tenant, 'User', known.user);
    const worth = linkStateOf(known, user && personOf(user), now);
    if (worth !== 'open' || !user)
      throw new DomainError({ rule: 'link-over', why: worth === 'open' ? 'revoked' : worth });
    // Nobody has a password hashed before his link is found to be good.
    hash ??= deciding.hashPassword(tenant, password);
    const order = { connection: `person:${user.id}`, request: requestId };
    const { settings } = await books.of(tenant);
    const circumstances = { tenant, settings, order, now: now.toISOString(), reach: 'everybody' } as const;
    const decided = await become(deciding, user, circumstances, active);
    const changes = [...ofPerson(user, decided, order, 'accept', await hash), accepted(invitation, { order, now })];
    await work.commitAll(changes, deadline);
    return { tenant, user: user.id, login: user.name };
  });
}

function nothing(): never {
  throw new DomainError({ rule: 'link-unknown' });
}

/** He is prepared again, or will be when he is activated. */
const uninvited = (person: Person): Person => {
  if (person.status === 'invited') return prepared(person);
  return person.was === 'invited' ? { ...person, was: 'prepared' } : person;
};

const become = (
  deciding: Deciding,
  state: State,
  circumstances: Circumstances,
  apply: (person: Person) => Person,
): Promise<Decided> => decide(deciding, state, state.id, { named: {}, apply }, circumstances);

const ofPerson = (
  state: State,
  decided: Decided,
  order: Order,
  act: 'invite' | 'revoke-invitation' | 'accept',
  password?: string,
) =>
  personChanges(state, state, decided, {
    tenant: state.tenant,
    id: state.id,
    owner: state.owner,
    order,
    act,
    password,
  });

/** Who waits for a license is kept as prepared until a seat is his: “You need to have available licenses.” */
async function requireSeat(
  { states }: Deciding,
  state: State,
  { tenant, settings }: Pick<Circumstances, 'tenant' | 'settings'>,
): Promise<void> {
  const [waits] = waitsOf(personOf(state));
  if (settings.seatPolicy !== 'waitlist' || !waits) return;
  const [pool] = (await states.some(tenant, [{ kind: 'Entitlement', name: waits.pool }])).map(poolFrom);
  throw new DomainError({ rule: 'seats-exhausted', license: pool?.name ?? waits.pool, seats: pool?.seats ?? 0 });
}

/** What became of the invitation of one of many. */
export type Outcome =
  { readonly user: string; readonly invitation: Invitation } | { readonly user: string; readonly refused: DomainError };

/** So many are invited side by side: their changes share commits. */
const sideBySide = 16;

/**
 * Sends the invitations of people who were selected, each by itself: “Select one or more users. Click Send.”
 *
 * @returns in the order in which they were named
 * @throws what is no rule of the domain; those whose turn had come are invited then
 */
export async function inviteMany(
  ports: PeoplePorts,
  asker: Asker,
  users: readonly string[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let at = 0; at < users.length; at += sideBySide) {
    const some = users.slice(at, at + sideBySide);
    outcomes.push(...(await Promise.all(some.map((user) => outcomeOf(ports, asker, user)))));
  }
  return outcomes;
}

async function outcomeOf(ports: PeoplePorts, asker: Asker, user: string): Promise<Outcome> {
  try {
    return { user, invitation: await invite(ports, asker, user) };
  } catch (error) {
    if (error instanceof DomainError) return { user, refused: error };
    throw error;
  }
}
