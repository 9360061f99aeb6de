import type { Change } from './changes.ts';
import type { DomainEvent, Order } from './journal.ts';
import { differences } from './journal.ts';
import type { Person } from './person.ts';
import { removing } from './keeping.ts';
import { languageOf, type InvitationPolicy, type Settings } from './settings.ts';
import type { Attributes, State } from './states.ts';
import { contactOf, type Contact } from './contacts.ts';
import type { TenantId } from './tenants.ts';

/** As what invitations are kept. A user has one, which is sent again and again: its name is the user's id. */
export const invitationKind = 'Invitation';

/** How long a link works, in days. */
export const invitationDays = 14;

/** An invitation to sign in for the first time, as it is kept: of its secret there is no more than a digest. */
export interface Invitation extends Contact {
  readonly id: string;
  readonly user: string;
  readonly language: string;
  readonly sentAt: Date;
  readonly expiresAt: Date;
  /** It works once. */
  readonly acceptedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  /** How often it was sent. Each time has a secret of its own: an older link is dead. */
  readonly sends: number;
  /** Who sent it last, as the journal names actors. */
  readonly invitedBy: string;
  readonly version: number;
}

/** An invitation as its state says it. */
export const invitationFrom = ({
  id,
  name,
  attributes,
  version,
}: Pick<State, 'id' | 'name' | 'attributes' | 'version'>): Invitation => ({
  id,
  user: name,
  channel: attributes.channel === 'mobile' ? 'mobile' : 'email',
  to: String(attributes.login),
  language: String(attributes.language),
  sentAt: new Date(String(attributes.sentAt)),
  expiresAt: new Date(String(attributes.expiresAt)),
  acceptedAt: instant(attributes.acceptedAt),
  revokedAt: instant(attributes.revokedAt),
  sends: Number(attributes.sends),
  invitedBy: String(attributes.invitedBy),
  version,
});

const instant = (value: unknown): Date | undefined => (typeof value === 'string' ? new Date(value) : undefined);

/** What an invitation is at an instant. */
export const invitationStates = ['open', 'accepted', 'revoked', 'expired'] as const;
export type InvitationState = (typeof invitationStates)[number];

export function invitationStateOf(invitation: Invitation, at: Date): InvitationState {
  if (invitation.acceptedAt) return 'accepted';
  if (invitation.revokedAt) return 'revoked';
  return invitation.expiresAt.getTime() > at.getTime() ? 'open' : 'expired';
}

/**
 * What the link is worth to whoever presents it: what the invitation is, and revoked where its user is removed, no longer
 * invited, or was deactivated since it was sent, even if he is back.
 */
export function linkStateOf(invitation: Invitation, person: Person | undefined, at: Date): InvitationState {
  const state = invitationStateOf(invitation, at);
  if (state !== 'open') return state;
  const ended = person?.sessionsSince !== undefined && invitation.sentAt.getTime() <= Date.parse(person.sessionsSince);
  return person?.status === 'invited' && !ended ? 'open' : 'revoked';
}

/** A link that was made: what is kept of it, and itself, for who sends it alone. */
export interface IssuedLink {
  readonly digest: string;
  /** Opened by processes of this deployment alone. */
  readonly sealed: string;
}

/** A link that somebody presents, taken apart. */
export interface PresentedLink {
  readonly tenant: TenantId;
  /** The id of the invitation. */
  readonly invitation: string;
  readonly digest: string;
}

/** How links are made and read. */
export interface Links {
  issue(tenant: TenantId, invitation: string): Promise<IssuedLink>;
  /** The text of a link, for who sends it; undefined where it was not sealed for that invitation. */
  open(tenant: TenantId, invitation: string, sealed: string): Promise<string | undefined>;
  /** Undefined for what can't be a link: no look-up is needed to refuse it. */
  parse(text: string): PresentedLink | undefined;
  /** Compares digests in a time that says nothing of where they differ. */
  same(a: string, b: string): boolean;
}

/**
 * A person whom an identity provider creates, under the organization's policy: invited, prepared for it, or, since he
 * signs in by single sign-on, active. Who cannot be reached is prepared. Who comes inactive becomes that when he is
 * activated, and is not invited behind anybody's back.
 */
export function forProvisioned(person: Person, attributes: Attributes, policy: InvitationPolicy): Person {
  if (policy === 'none') return person;
  if (person.status === 'deactivated') return { ...person, was: 'prepared' };
  return { ...person, status: policy === 'invite' && contactOf(attributes) ? 'invited' : 'prepared' };
}

/** Who is invited: what he says of himself. */
interface Invitee {
  readonly id: string;
  readonly attributes: Attributes;
}

/** The circumstances in which an invitation is sent. */
export interface Sending {
  readonly tenant: TenantId;
  readonly settings: Settings;
  readonly order: Order;
  readonly now: Date;
  readonly link: IssuedLink;
}

/**
 * The invitation of somebody, or the one he has, sent: with a new secret, until another time, in his language. Its entry
 * says who is to be told. To be committed with what makes him invited.
 *
 * @param invitation its state, or the id of a new one
 * @param contact how he is reached
 */
export function sent(
  invitation: State | string,
  invitee: Invitee,
  contact: Contact,
  { tenant, settings, order, now, link }: Sending,
): Change {
  const before = typeof invitation === 'string' ? undefined : invitation;
  const id = typeof invitation === 'string' ? invitation : invitation.id;
  const language = languageOf(settings, invitee.attributes);
  const attributes: Attributes = {
    name: invitee.id,
    user: invitee.id,
    login: contact.to,
    channel: contact.channel,
    language,
    sentAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + invitationDays * day).toISOString(),
    sends: (before ? invitationFrom(before).sends : 0) + 1,
    invitedBy: order.connection,
  };
  const event: DomainEvent = {
    event: 'invited',
    user: invitee.id,
    ...contact,
    language,
    invitation: id,
    link: link.sealed,
  };
  const content = { name: invitee.id, owner: undefined, externalIds: {}, attributes };
  return {
    tenant,
    ...(before
      ? { revises: { before, after: content, password: link.digest } }
      : { creates: { id, tenant, kind: invitationKind, ...content, password: link.digest } }),
    // Who is removed meanwhile is not invited any more.
    relies: [invitee.id],
    entry: {
      order,
      operation: before ? 'revise' : 'create',
      kind: invitationKind,
      resource: id,
      differences: differences(before?.attributes ?? {}, attributes),
      events: [event],
    },
  };
}

const day = 86_400_000;

/** The invitation that such a change leaves, in its first version. */
export const sentBy = ({ creates, revises }: Change, id: string): Invitation => {
  const { name, attributes } = creates ?? revises?.after ?? { name: '', attributes: {} };
  return invitationFrom({ id, name, attributes, version: 1 });
};

/** How an invitation ends. */
interface Ending {
  readonly order: Order;
  readonly now: Date;
}

/** The invitation, accepted: it works once. */
export const accepted = (before: State, { order, now }: Ending): Change =>
  revised(before, { acceptedAt: now.toISOString() }, order);

/** The invitation, revoked: its link is dead, and who was invited is to be told. */
export function revoked(before: State, { order, now }: Ending): Change {
  const { user, channel, to, language } = invitationFrom(before);
  const event: DomainEvent = { event: 'invitation-revoked', user, channel, to, language, invitation: before.id };
  return revised(before, { revokedAt: now.toISOString() }, order, [event]);
}

/** The invitation gone with its user. */
export const forgotten = (state: State, order: Order): Change => removing({ tenant: state.tenant, order }, state);

function revised(before: State, more: Attributes, order: Order, events: readonly DomainEvent[] = []): Change {
  const attributes = { ...before.attributes, ...more };
  return {
    tenant: before.tenant,
    revises: { before, after: { ...before, attributes } },
    relies: [],
    entry: {
      order,
      operation: 'revise',
      kind: invitationKind,
      resource: before.id,
      differences: differences(before.attributes, attributes),
      ...(events.length > 0 && { events }),
    },
  };
}
