import type { Person } from './person.ts';
import type { Attributes, Kind, NewContent } from './states.ts';

/** Who ordered a change, by which request. */
export interface Order {
  readonly connection: string;
  readonly request: string;
  /** Recorded once, hence done once. */
  readonly part?: Part;
}

/** Which operation of which run of a Bulk a change is. */
export interface Part {
  readonly run: string;
  readonly index: number;
}

/** What an entry records. `read`: what somebody looked up in the history, which changed nothing. */
export const operations = ['create', 'revise', 'members', 'remove', 'read'] as const;
export type Operation = (typeof operations)[number];

/** What is done to people by name: the transitions of their status, and what ends or lays down how they sign in. */
export type Act =
  | 'prepare'
  | 'invite'
  | 'revoke-invitation'
  | 'accept'
  | 'deactivate'
  | 'reactivate'
  | 'promote'
  | 'appoint'
  | 'leave-entity'
  | 'set-password'
  | 'delete-credentials'
  | 'end-sessions';

/** One attribute before and after. A secret shows only that it changed. */
export interface Difference {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** The record of one change (who, when, what, by which request). It is never altered; its personal values can be erased. */
export interface Entry {
  readonly order: Order;
  readonly operation: Operation;
  readonly kind: Kind;
  readonly resource: string;
  readonly differences: readonly Difference[];
  /** What was done to a person, where that has a name of its own. */
  readonly act?: Act;
  readonly members?: { readonly reset: boolean; readonly joined: readonly string[]; readonly left: readonly string[] };
  /** Who is to be told of it. */
  readonly events?: readonly DomainEvent[];
  /** What it costs (below zero) or brings, in credits, and why. */
  readonly credits?: { readonly by: number; readonly why: CreditReason };
}

/** Why credits were spent or gained. */
export type CreditReason = 'invitation' | 'creation' | 'purchase' | 'correction' | 'license';

/** Something that somebody is to be told, in his language; who follows the journal tells him. */
export interface DomainEvent {
  readonly event: 'invited' | 'invitation-revoked' | 'promoted' | 'password-changed' | 'deactivated' | 'removed';
  readonly user: string;
  readonly channel?: 'email' | 'mobile';
  readonly to?: string;
  readonly language: string;
  /** The id of the invitation that he is told of. */
  readonly invitation?: string;
  /** The invitation's link, sealed: `Links.open` opens it for who sends it, and the journal gives it to nobody else. */
  readonly link?: string;
}

/** What differs between two sets of attributes, one row per attribute; extensions by their URN, then the attribute. */
export function differences(before: Attributes, after: Attributes): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    if (same(old, now)) return [];
    const [from, to] = [old === undefined ? {} : old, now === undefined ? {} : now];
    if (name.startsWith('urn:') && isRecord(from) && isRecord(to))
      return differences(from, to).map((row) => ({
        ...row,
        path: `${name}:${row.path}`,
      }));
    return [{ path: name, ...(old !== undefined && { before: old }), ...(now !== undefined && { after: now }) }];
  });
}

interface Owned {
  readonly owner?: string | undefined;
}

/**
 * What the journal says of a change: the external ids, the owner and what stands in no attribute of a person too, and of a
 * password that it changed.
 *
 * @param password undefined where it stays as it is, `null` where it goes
 */
export const recorded = (
  before: (NewContent & Owned) | undefined,
  after: (NewContent & Owned) | undefined,
  password: string | null | undefined,
): Difference[] => [
  ...differences(flat(before), flat(after)),
  ...(before && after?.owner !== undefined && before.owner !== after.owner
    ? differences({ owner: before.owner }, { owner: after.owner })
    : []),
  ...(password === undefined ? [] : [{ path: 'password' }]),
];

const flat = (content: NewContent | undefined): Attributes =>
  content
    ? {
        ...content.attributes,
        ...(Object.keys(content.externalIds).length > 0 && { externalIds: content.externalIds }),
        ...(content.person && unshown(content.person)),
      }
    : {};

/** What no attribute shows of a person: with it, the entries alone say who held what at any time, and why. */
const unshown = ({ grants, was, paid, keepsSeats, whenSeated, sessionsSince, administrative }: Person): Attributes => ({
  ...(administrative && { 'person.administrative': true }),
  ...(grants.length > 0 && { 'person.grants': grants }),
  ...(was !== undefined && { 'person.was': was }),
  ...(paid !== undefined && { 'person.paid': paid }),
  ...(keepsSeats && { 'person.keepsSeats': keepsSeats }),
  ...(whenSeated && { 'person.whenSeated': whenSeated }),
  ...(sessionsSince !== undefined && { 'person.sessionsSince': sessionsSince }),
});

/** Whether two attribute values are the same, the order of keys aside. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, at) => same(value, b[at]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

const isRecord = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
