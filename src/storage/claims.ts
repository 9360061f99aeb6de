import { many, subjectsOf, type Change, type Unit } from '../domain/changes.ts';
import { accountId } from './accounts.ts';
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
  const { relies, removes, tenant } = change;
  const claims: Taken = { alone: new Set(), shared: new Set(relies), documents: new Set(relies) };
  // What both write to would only make their transactions meet.
  if (removes || relies.length > many) claims.documents.add(`${tenant} departures`);
  for (const claim of [claimCreation, claimRevision, claimRemoval, claimMembers, claimMoves, claimVersion])
    claim(change, claims);
  return claims;
}

/** The claims while they are gathered. */
type Taken = { readonly [Kind in keyof Claims]: Set<string> };

function claimCreation({ tenant, creates }: Change, { alone }: Taken): void {
  if (creates) alone.add(`${tenant} ${keyOf(creates.kind, creates.name)}`);
}

function claimRevision({ tenant, revises }: Change, { alone, shared, documents }: Taken): void {
  if (!revises) return;
  const { before, after } = revises;
  shared.add(before.id);
  documents.add(before.id);
  alone.add(`${before.id} revision`);
  if (after.name !== before.name) alone.add(`${tenant} ${keyOf(before.kind, after.name)}`);
}

function claimRemoval({ removes }: Change, { alone, shared, documents }: Taken): void {
  if (!removes) return;
  alone.add(removes.state.id);
  documents.add(removes.state.id);
  for (const { id } of removes.leaves) {
    shared.add(id);
    documents.add(id);
  }
}

function claimMembers({ members, creates }: Change, { alone, shared, documents }: Taken): void {
  if (!members || creates) return;
  const { id } = members.group;
  shared.add(id);
  documents.add(id);
  (members.reset ? alone : shared).add(`${id} members`);
  for (const member of members.joins) alone.add(`${id} ${member.id}`);
  for (const member of [...members.leaves, ...(members.marks ?? []).map((mark) => mark.id)]) {
    alone.add(`${id} ${member}`);
    // Whose removal closes the same edge.
    shared.add(member);
  }
}

function claimMoves({ tenant, moves = [] }: Change, { alone, shared, documents }: Taken): void {
  for (const { account, most } of moves) {
    const document = accountId(tenant, account);
    documents.add(document);
    (most === undefined ? shared : alone).add(document);
  }
}

function claimVersion(change: Change, { alone }: Taken): void {
  const { tenant, onlyAt, nesting } = change;
  if (onlyAt !== undefined) for (const { id } of subjectsOf(change)) alone.add(id);
  if (nesting !== undefined) alone.add(`${tenant} nesting`);
}

/**
 * The claims of changes that stand or fall together.
 *
 * @throws TypeError where two of them can't be in one batch: who put them together should have known
 */
export function unitedClaims({ changes }: Unit): Claims {
  const [only, ...others] = changes;
  if (only && others.length === 0) return claimsOf(only);
  const united: Taken = { alone: new Set(), shared: new Set(), documents: new Set() };
  const book = claimBook();
  for (const change of changes) {
    const claims = claimsOf(change);
    if (!book.admits(claims)) throw new TypeError('two changes of one subject cannot stand or fall together');
    for (const kind of ['alone', 'shared', 'documents'] as const) for (const key of claims[kind]) united[kind].add(key);
  }
  return united;
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

/** How many documents changes write: what a batch may hold is counted in these. */
export const weightOf = ({ changes }: Unit): number => changes.reduce((sum, change) => sum + writesOf(change), 0);

const writesOf = ({ members, removes, relies, moves = [] }: Change): number =>
  2 +
  relies.length +
  moves.length +
  (members ? members.joins.length + members.leaves.length + (members.marks ?? []).length : 0) +
  (removes ? removes.leaves.length : 0);
