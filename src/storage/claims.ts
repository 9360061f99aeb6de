import type { Change } from '../domain/changes.ts';
import { keyOf } from './documents.ts';

/** What a change needs for itself or together with others while its batch is under way. */
export interface Claims {
  readonly alone: ReadonlySet<string>;
  readonly shared: ReadonlySet<string>;
  /** Documents that it writes and that changes elsewhere may write too. */
  readonly documents: ReadonlySet<string>;
}

/**
 * The claims of a change. Member changes of one group share it and add up; two revisions of one resource, two changes
 * of one membership and two bearers of one name never meet in a batch, nor does a removal with anything that relies
 * on what it removes.
 */
export function claimsOf(change: Change): Claims {
  const { tenant, creates, revises, removes, members } = change;
  const alone = new Set<string>();
  const shared = new Set<string>(change.relies);
  const documents = new Set<string>(change.relies);
  if (creates) alone.add(`${tenant} ${keyOf(creates.kind, creates.name)}`);
  if (revises) {
    shared.add(revises.before.id);
    documents.add(revises.before.id);
    alone.add(`${revises.before.id} revision`);
    if (revises.after.name !== revises.before.name)
      alone.add(`${tenant} ${keyOf(revises.before.kind, revises.after.name)}`);
  }
  if (removes) {
    alone.add(removes.state.id);
    documents.add(removes.state.id);
    for (const { id } of removes.leaves) {
      shared.add(id);
      documents.add(id);
    }
  }
  if (members && !creates) {
    const { id } = members.group;
    shared.add(id);
    documents.add(id);
    (members.reset ? alone : shared).add(`${id} members`);
    for (const member of members.joins) alone.add(`${id} ${member.id}`);
    for (const member of members.leaves) alone.add(`${id} ${member}`);
  }
  if (change.onlyAt !== undefined) alone.add(revises?.before.id ?? members?.group.id ?? removes?.state.id ?? '');
  if (change.nesting !== undefined) alone.add(`${tenant} nesting`);
  return { alone, shared, documents };
}

/** Which claims are taken, and by how many. */
export function claimBook() {
  const alone = new Set<string>();
  const shared = new Set<string>();
  return {
    /** Takes the claims if nobody holds any of them otherwise. */
    admits(claims: Claims): boolean {
      for (const key of claims.alone) if (alone.has(key) || shared.has(key)) return false;
      for (const key of claims.shared) if (alone.has(key)) return false;
      for (const key of claims.alone) alone.add(key);
      for (const key of claims.shared) shared.add(key);
      return true;
    },
  };
}

/** How many documents a change writes: what a batch may hold is counted in these. */
export const weightOf = ({ members, removes, relies }: Change): number =>
  2 +
  relies.length +
  (members ? members.joins.length + members.leaves.length : 0) +
  (removes ? removes.leaves.length : 0);
