import type { Joiner, Mark } from './changes.ts';
import type { Member, Via } from './states.ts';

/** The schema by which a group says what it is as a team. */
export const teamSchema = 'urn:ietf:params:scim:schemas:extension:team:2.0:Group';

/** The edges that open, close and change their reasons. */
export interface Membership {
  readonly joins: readonly Joiner[];
  readonly leaves: readonly string[];
  readonly marks: readonly Mark[];
}

/** A group as it stands, to those who are named. */
interface Present {
  readonly present: ReadonlySet<string>;
  /** Those of them whom a role made members. */
  readonly given: ReadonlyMap<string, Via>;
}

/**
 * What it takes to choose and dismiss members. Whom a role made a member stays one, for that reason alone, until the role
 * lets go: “Add team (occurs automatically if roles are linked to teams).”
 */
export function chosen(adds: readonly Member[], removes: readonly string[], { present, given }: Present): Membership {
  return {
    joins: adds.filter(({ id }) => !present.has(id)),
    leaves: removes.filter((id) => present.has(id) && !given.has(id)),
    marks: [
      ...adds.flatMap(({ id }) => (given.get(id) === 'role' ? [mark(id, 'role', 'both')] : [])),
      ...removes.flatMap((id) => (given.get(id) === 'both' ? [mark(id, 'both', 'role')] : [])),
    ],
  };
}

/** What it takes that the chosen members are exactly these. */
export function replaced(
  wanted: readonly Member[],
  held: readonly string[],
  given: ReadonlyMap<string, Via>,
): Membership {
  const stays = new Set(wanted.map(({ id }) => id));
  return chosen(
    wanted,
    held.filter((id) => !stays.has(id)),
    { present: new Set(held), given },
  );
}

/** The members of a group that begins anew with these: whom a role made a member comes along. */
export function renewed(
  wanted: readonly Member[],
  given: readonly (Member & { readonly via: Via })[],
): readonly Joiner[] {
  const roles = new Set(given.map(({ id }) => id));
  const stays = new Set(wanted.map(({ id }) => id));
  return [
    ...wanted.map((member): Joiner => (roles.has(member.id) ? { ...member, via: 'both' } : member)),
    ...given.flatMap(({ id, kind }): Joiner[] => (stays.has(id) ? [] : [{ id, kind, via: 'role' }])),
  ];
}

/** How somebody is in a group: chosen, by way of a role, both; undefined: not at all. */
export type Standing = Via | 'chosen' | undefined;

/** What it takes that somebody who is in a group in one way is in it in another. */
export function moved(member: Member, from: Standing, to: Standing): Membership & { readonly leavesVia?: Via } {
  const nothing = { joins: [], leaves: [], marks: [] };
  if (from === to) return nothing;
  if (from === undefined) return { ...nothing, joins: [joiner(member, viaOf(to))] };
  if (to !== undefined) return { ...nothing, marks: [mark(member.id, viaOf(from), viaOf(to))] };
  const via = viaOf(from);
  return { ...nothing, leaves: [member.id], ...(via && { leavesVia: via }) };
}

const viaOf = (standing: Standing): Via | undefined => (standing === 'chosen' ? undefined : standing);

const joiner = (member: Member, via: Via | undefined): Joiner => ({ ...member, ...(via && { via }) });

const mark = (id: string, from: Via | undefined, to: Via | undefined): Mark => ({ id, from, to });

/** Whether roles come with the team, as it says of itself. */
export const bringsMembers = (attributes: { readonly [name: string]: unknown }): boolean => {
  const team = attributes[teamSchema];
  return typeof team === 'object' && team !== null && 'roles' in team && Array.isArray(team.roles);
};
