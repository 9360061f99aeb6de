import { isQueue, isSeats, type Move } from './accounts.ts';
import type { NewJob } from './jobs.ts';
import type { Entry } from './journal.ts';
import type { Head, Member, State, Via } from './states.ts';
import type { TenantId } from './tenants.ts';

/**
 * What one operation decided, as data: the writes, and the state of the documents it relied on. It is committed
 * whole or not at all, and only if everything it relied on still holds.
 */
export interface Change {
  readonly tenant: TenantId;
  /** What is new; its name must be free. */
  readonly creates?: NewState;
  /** New attributes; holds while nobody else revised them. */
  readonly revises?: Revision;
  readonly removes?: Removal;
  /** Who joins and leaves a group; holds while the group was not emptied meanwhile. */
  readonly members?: MembersChange;
  /** Holds only while the resource has exactly this version (If-Match). */
  readonly onlyAt?: number;
  /** Ids that must still exist when the change is committed, or that come into being with it. */
  readonly relies: readonly string[];
  /** The version of the tenant's graph of groups inside groups that a new edge between groups was checked against. */
  readonly nesting?: number;
  /** Numbers that it moves within their bounds: seats, credits. */
  readonly moves?: readonly Move[];
  /** What is done after it, and kept with it. */
  readonly starts?: readonly NewJob[];
  readonly entry: Entry;
}

/** Changes of different subjects that stand or fall together; most often one alone. */
export interface Unit {
  readonly changes: readonly Change[];
}

/** A state that gets its version and its instants when it is committed. */
export type NewState = Omit<State, 'version' | 'revision' | 'generation' | 'modified' | 'created' | 'revised'> & {
  /** An argon2id hash. */
  readonly password?: string;
};

/** The attributes of a resource before and after. */
export interface Revision {
  readonly before: State;
  readonly after: Pick<State, 'name' | 'owner' | 'externalIds' | 'attributes' | 'person'>;
  /** An argon2id hash, where the password changes too; `null`: there is none any more. */
  readonly password?: string | null;
}

/** What goes, with the groups it leaves, each of which gets a new version; holds while it is in these and no others. */
export interface Removal {
  readonly state: State;
  readonly leaves: readonly Head[];
  /** How many of its edges are open, those of groups emptied since included. */
  readonly edges: number;
}

/** Edges to open and to close. */
export interface MembersChange {
  readonly group: Head;
  /** All who are in leave first, at the cost of one. */
  readonly reset: boolean;
  readonly joins: readonly Joiner[];
  readonly leaves: readonly string[];
  /** Those who leave are in by way of a role; absent: they are in by choice alone. */
  readonly leavesVia?: Via;
  /** Who stays, for other reasons than before. */
  readonly marks?: readonly Mark[];
  /** The edges of those who join lie ready under this generation, which becomes the group's. */
  readonly staged?: number;
}

/** Who joins a group; by way of a role, where it says so. */
export interface Joiner extends Member {
  readonly via?: Via;
}

/** Who is in a group, by what way until now and from now on. */
export interface Mark {
  readonly id: string;
  readonly from: Via | undefined;
  readonly to: Via | undefined;
}

/** More who join or leave at once than one transaction takes with each of them written in it. */
export const crowd = 10_000;

/** More who join at once than are held fast each by a write to it: their tenant's removals are held up meanwhile. */
export const many = 100;

/** What became of a change. */
export interface Committed {
  readonly version: number;
  readonly at: Date;
}

/** A change that no longer holds: the operation decides anew from fresh reads. */
export class Stale extends Error {
  override readonly name = 'Stale';
}

/** The heads of what a change changes, as it was decided on: its subject first. */
export const subjectsOf = ({ revises, removes, members, creates }: Change): readonly Head[] => [
  ...(revises ? [revises.before] : []),
  ...(removes ? [removes.state, ...removes.leaves] : []),
  ...(members && !creates ? [members.group] : []),
];

/** Whether it leaves something to do that somebody waits for: a job, a seat that may be free now, one more who waits. */
export const leavesWork = ({ starts = [], moves = [] }: Change): boolean =>
  starts.length > 0 ||
  moves.some(
    ({ account, by, most }) => (isSeats(account) && (by < 0 || most !== undefined)) || (isQueue(account) && by > 0),
  );
