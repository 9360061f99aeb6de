import { matchesGlob } from './globs.ts';
import { companyRoles, type CompanyRole } from './permissions.ts';
import type { Attributes, State } from './states.ts';
import { nameKey } from './tenants.ts';

/** How a rule says which groups it speaks of. */
export const matchings = ['id', 'name', 'pattern'] as const;
export type Matching = (typeof matchings)[number];

/** What a rule may give. */
export const gifts = ['team', 'role', 'license', 'entity'] as const;

/** What an identity provider's group means; without a rule, a team. */
export interface MappingRule {
  readonly id: string;
  readonly name: string;
  /** The connection whose groups it speaks of. */
  readonly connection: string;
  /** Rules are looked at in this order; the first that speaks of a group says what it means. */
  readonly position: number;
  readonly match: { readonly by: Matching; readonly value: string };
  readonly gives: Gift;
  /** Whom it may touch: who saved it could appoint administrators, or could not. */
  readonly reach: 'everybody' | 'ordinary';
}

/** What the members of a group get besides being in the team. */
export interface Gift {
  readonly what: (typeof gifts)[number];
  /** Of the role, license pool or entity. */
  readonly id?: string;
  /** In the entity. */
  readonly role?: CompanyRole;
}

/** A group, as far as rules go by it. */
export type Face = Pick<State, 'id' | 'name' | 'owner'>;

/** A rule as its state says it. */
export function ruleFrom({ id, name, attributes }: Pick<State, 'id' | 'name' | 'attributes'>): MappingRule {
  const [match, gives] = [recordOf(attributes.match), recordOf(attributes.gives)];
  const role = companyRoles.find((each) => each === gives.role);
  return {
    id,
    name,
    connection: String(attributes.connection),
    position: Number(attributes.position),
    match: { by: matchings.find((each) => each === match.by) ?? 'id', value: String(match.value) },
    gives: {
      what: gifts.find((each) => each === gives.what) ?? 'team',
      ...(typeof gives.id === 'string' && { id: gives.id }),
      ...(role && { role }),
    },
    reach: attributes.reach === 'everybody' ? 'everybody' : 'ordinary',
  };
}

const recordOf = (value: unknown): Attributes =>
  typeof value === 'object' && value !== null ? (value as Attributes) : {};

/** Rules in the order in which they are looked at; of two at one place, the older name first, so that all agree. */
export const inOrder = (rules: readonly MappingRule[]): readonly MappingRule[] =>
  [...rules].sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));

/** Whether a rule speaks of a group: one of its connection, by its id, its whole name or a pattern; case does not count. */
export function speaksOf({ connection, match: { by, value } }: Omit<MappingRule, 'id'>, group: Face): boolean {
  if (group.owner !== connection) return false;
  if (by === 'id') return group.id === value;
  return by === 'name' ? nameKey(group.name) === nameKey(value) : matchesGlob(nameKey(value), nameKey(group.name));
}

/** The rule that says what a group means: the first in their order that speaks of it. */
export const ruleOf = (rules: readonly MappingRule[], group: Face): MappingRule | undefined =>
  rules.find((rule) => speaksOf(rule, group));

/** Whether members of the group get anything besides being in the team. */
export const isGenerous = (
  rule: MappingRule | undefined,
): rule is MappingRule & { readonly gives: Required<Pick<Gift, 'id'>> } =>
  rule !== undefined && rule.gives.what !== 'team' && rule.gives.id !== undefined;
