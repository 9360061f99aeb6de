import type { Book } from '../domain/book.ts';
import { many, type Change } from '../domain/changes.ts';
import { company } from '../domain/company.ts';
import type { NewJob } from '../domain/jobs.ts';
import { same } from '../domain/journal.ts';
import { giftOf, memberChanges } from '../domain/mapping.ts';
import { ruleOf, type Face } from '../domain/mappingRules.ts';
import type { Caller } from '../scim/types.ts';
import type { MembersChange, Revision } from '../domain/changes.ts';
import type { State } from '../domain/states.ts';
import { bringsMembers } from '../domain/teams.ts';
import { noCompanion, type Companion } from './companions.ts';
import { ordered, type Ports } from './decide.ts';

/** What follows for its members from a change of a group. */
export interface Following {
  /** Changes of people that stand or fall with the group's. */
  readonly changes: readonly Change[];
  /** Where they are too many for one transaction. */
  readonly starts: readonly NewJob[];
}

/** What becomes of a group, as far as rules go by it. */
interface Turn {
  readonly id: string;
  /** Undefined: it is new. */
  readonly before: Face | undefined;
  /** Undefined: it goes. */
  readonly after: Face | undefined;
  /** The users who are chosen as members, and who are no longer. */
  readonly joins: readonly string[];
  readonly leaves: readonly string[];
  /** Who was a chosen member before, where they are few; asked only where all of them are concerned. */
  readonly chosen: () => Promise<readonly string[] | undefined>;
  /** Who leaves is not known: all do, but for those who join. */
  readonly isReset: boolean;
}

const nothing: Following = { changes: [], starts: [] };

/** What follows from a group that is new. */
export const afterCreation = (ports: Ports, caller: Caller, group: Face, joins: MembersChange['joins']) =>
  following(ports, caller, {
    id: group.id,
    before: undefined,
    after: group,
    joins: usersOf(joins),
    leaves: [],
    chosen: () => Promise.resolve([]),
    isReset: false,
  });

/** What follows from a revision of a group, of its members, or of both. */
export const afterRevision = (
  ports: Ports,
  caller: Caller,
  before: State,
  after: Revision['after'] | undefined,
  edges: Omit<MembersChange, 'group'> | undefined,
) =>
  following(ports, caller, {
    id: before.id,
    before,
    after: { ...before, ...after },
    ...movesOf(edges),
    chosen: () => fewChosen(ports, before),
  });

/** What follows from the removal of a group. */
export const mapped = (ports: Ports): Companion => ({
  ...noCompanion,
  async removed(caller, state) {
    const { changes, starts } = await following(ports, caller, {
      id: state.id,
      before: state,
      after: undefined,
      ...movesOf(undefined),
      chosen: () => fewChosen(ports, state),
    });
    return { moves: [], others: changes, starts };
  },
});

/** A role alone makes nobody a member who gets what the group gives: else the role would come from itself. */
function movesOf(edges: Omit<MembersChange, 'group'> | undefined): Pick<Turn, 'joins' | 'leaves' | 'isReset'> {
  const { joins = [], leaves = [], marks = [], reset = false } = edges ?? {};
  const marked = (to: 'both' | 'role') => marks.flatMap((mark) => (mark.to === to ? [mark.id] : []));
  return { joins: [...usersOf(joins), ...marked('both')], leaves: [...leaves, ...marked('role')], isReset: reset };
}

const usersOf = (joins: MembersChange['joins']): string[] =>
  joins.flatMap(({ id, kind, via }) => (kind === 'User' && via !== 'role' ? [id] : []));

/** The chosen members of a group, where its members are few. */
async function fewChosen({ states }: Ports, group: State): Promise<readonly string[] | undefined> {
  const ids = await states.memberIds(group.tenant, group, many);
  if (!ids || !bringsMembers(group.attributes)) return ids;
  const given = await states.givenMembers(group.tenant, group);
  const byRole = new Set(given.flatMap(({ id, via }) => (via === 'role' ? [id] : [])));
  return ids.filter((id) => !byRole.has(id));
}

/**
 * What members of a mapped group get and lose by a change of it: as much as its rule says, in the same transaction, or by a
 * job that begins with it where they are many.
 */
async function following(ports: Ports, caller: Caller, turn: Turn): Promise<Following> {
  const { tenant } = ordered(caller);
  const book = await ports.books.of(tenant);
  const [was, is] = [turn.before, turn.after].map((face) => face && ruleOf(book.rules, face));
  if (!giftOf(was) && !giftOf(is)) return nothing;
  const concerned = await concernedBy(turn, !turn.before || same(giftOf(was), giftOf(is)) ? 'members' : 'all');
  if (!concerned || concerned.size > many) return byJob(ports, turn);
  return decided(ports, caller, turn, book, concerned);
}

const byJob = (ports: Ports, { id }: Turn): Following => ({
  changes: [],
  starts: [{ id: ports.newId(), kind: 'settle-group', argument: id }],
});

/** Who is to be decided on, and whether as a member; undefined where they are too many to be named. */
async function concernedBy(turn: Turn, who: 'members' | 'all'): Promise<ReadonlyMap<string, boolean> | undefined> {
  const chosen = who === 'all' && !turn.isReset ? await turn.chosen() : [];
  if (!chosen || turn.isReset) return undefined;
  const moves = [...turn.leaves.map((id) => [id, false] as const), ...turn.joins.map((id) => [id, true] as const)];
  return new Map([...chosen.map((id) => [id, turn.after !== undefined] as const), ...moves]);
}

async function decided(
  ports: Ports,
  caller: Caller,
  turn: Turn,
  { rules, settings }: Book,
  concerned: ReadonlyMap<string, boolean>,
): Promise<Following> {
  const { tenant, order } = ordered(caller);
  const ids = [...concerned.keys()];
  const found =
    ids.length > 0
      ? await ports.states.some(
          tenant,
          ids.map((name) => ({ kind: 'User', name })),
        )
      : [];
  const rule = turn.after && ruleOf(rules, turn.after);
  // One operation of a Bulk has one entry: the group's.
  const { connection, request } = order;
  const membership = { tenant, settings, order: { connection, request }, now: new Date(ports.clock()).toISOString() };
  const { ports: reads, join } = company(ports);
  const changes: Change[] = [];
  const users = found.filter(({ id }) => concerned.has(id));
  const known = new Set(users.map(({ id }) => id));
  // Who comes into being with this very group, in one Bulk, has nothing yet that could be decided on.
  let later = turn.joins.some((id) => !known.has(id));
  for (const user of users) {
    const own = await memberChanges(reads, user, turn.id, concerned.get(user.id) ? rule : undefined, membership);
    // Where his role comes with this very team, his edge would be written twice: it is his turn when this is done.
    if (own.some(({ members }) => members?.group.id === turn.id)) later = true;
    else {
      join(own);
      changes.push(...own);
    }
  }
  return later ? { ...byJob(ports, turn), changes } : { changes, starts: [] };
}
