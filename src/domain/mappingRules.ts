import type { CompanyRole } from './permissions.ts';

/** How a rule says which groups it speaks of. */
export const matchings = ['id', 'name', 'pattern'] as const;

/** What an identity provider's group means; without a rule, a team. */
export interface MappingRule {
  readonly id: string;
  readonly name: string;
  /** The connection whose groups it speaks of. */
  readonly connection: string;
  /** Rules are looked at in this order; the first that speaks of a group says what it means. */
  readonly position: number;
  readonly match: { readonly by: (typeof matchings)[number]; readonly value: string };
  readonly gives: Gift;
}

/** What the members of a group get besides being in the team. */
export interface Gift {
  readonly what: 'team' | 'role' | 'license' | 'entity';
  /** Of the role, license pool or entity. */
  readonly id?: string;
  /** In the entity. */
  readonly role?: CompanyRole;
}
