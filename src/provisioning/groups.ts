import { crowd, type Change, type Committed, type MembersChange, type Revision as Revised } from '../domain/changes.ts';
import { firstOf } from '../domain/committing.ts';
import { DomainError } from '../domain/errors.ts';
import { recorded, same } from '../domain/journal.ts';
import { requireNoCycle } from '../domain/nesting.ts';
import { ownerAfter } from '../domain/provenance.ts';
import type { GroupForMembers } from '../domain/ports.ts';
import { rolesAfter } from '../domain/teamLinks.ts';
import { bringsMembers, chosen, renewed, replaced, type Membership } from '../domain/teams.ts';
import type { Member, State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Leniency } from '../scim/dialects.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Caller, JsonObject, MemberChanges, ResourceStore, Revision, Stored, Written } from '../scim/types.ts';
import { inScim, noVersion, ordered, turns, untilItHolds, type Ports } from './decide.ts';
import { toScimError } from './errors.ts';
import { afterCreation, afterRevision, mapped, type Following } from './following.ts';
import { contentOf, membersOf, toStored } from './mapping.ts';
import { removal } from './removal.ts';

/** A group of at most so many members is replaced by what differs, so that who stays is a member without a break. */
const comparable = 1_000;

const noMembers: MemberChanges = { reset: false, add: [], remove: [] };

/** Groups, as SCIM asks for them. Their members are edges, which no change of members reads as a whole. */
export function groups(ports: Ports, type: ResourceType): ResourceStore {
  const { states, directory, work } = ports;
  const nameAttribute = type.nameAttribute.name;

  // Of changes that are checked against one version of a tenant's nesting all but one are decided in vain.
  const nestings = turns();
  const companion = mapped(ports);

  async function readWhole(caller: Caller, id: string): Promise<Stored | undefined> {
    const row = await directory.readWithMembers(ordered(caller).tenant, id);
    return row && toStored(row.state, caller, membersOf(row.members));
  }

  async function create(
    caller: Caller,
    id: string,
    attributes: JsonObject,
    members: readonly string[],
    lenient: Leniency,
  ): Promise<{ state: State; joins: readonly Member[]; refused: readonly string[] }> {
    const { tenant, order, deadline } = ordered(caller);
    const { content } = contentOf(attributes, nameAttribute, caller);
    const joins = members.length > 0 ? await states.known(tenant, members) : [];
    const refused = requireKnown(members, joins, lenient);
    const head = { id, kind: 'Group', version: 1, revision: 1, generation: 1 } as const;
    const creates = { id, tenant, kind: 'Group', owner: caller.connection, ...content };
    const change: Change = {
      tenant,
      creates,
      ...(joins.length > 0 && {
        members: { group: { ...head, modified: new Date(0) }, reset: false, joins, leaves: [] },
      }),
      relies: joins.map((member) => member.id),
      entry: {
        order,
        operation: 'create',
        kind: 'Group',
        resource: id,
        differences: recorded(undefined, content, undefined),
        ...(joins.length > 0 && { members: { reset: false, joined: joins.map((member) => member.id), left: [] } }),
      },
    };
    const { at } = await commitWith(change, await afterCreation(ports, caller, creates, joins), deadline);
    const state: State = {
      ...head,
      tenant,
      owner: caller.connection,
      created: at,
      modified: at,
      revised: at,
      ...content,
    };
    return { state, joins, refused };
  }

  async function revise(
    caller: Caller,
    id: string,
    revision: Revision,
    lenient: Leniency,
    round: number,
  ): Promise<Written> {
    const { tenant } = ordered(caller);
    const now = await read(tenant, id, revision);
    const { state } = now;
    const owner = ownerAfter(state, { connection: caller.connection, adopts: caller.adopts });

    const edges = await edgesOf(tenant, now, revision.members ?? noMembers, lenient, round);
    const refusedMembers = edges.refused;
    const changed = edges.reset || weightOf(edges) > 0 ? edges : undefined;
    const adopted = changed && owner !== state.owner ? { ...state, owner } : undefined;
    const after = revised(caller, state, owner, revision) ?? adopted;
    if (!after && !changed) return { stored: toStored(state, caller), refusedMembers };

    const exact = !revision.accepts(noVersion) || changed?.compared === 'with all';
    const change = { ...changeOf(caller, state, after, changed), ...(exact && { onlyAt: state.version }) };
    const { version, at } = await commit(caller, change, await following(caller, state, after, changed));
    return { stored: toStored({ ...state, ...after, version, modified: at }, caller), refusedMembers };
  }

  /** What follows for who is in the group, and for the roles that bring it. */
  async function following(
    caller: Caller,
    state: State,
    after: Revised['after'] | undefined,
    changed: Parameters<typeof afterRevision>[4],
  ): Promise<Following> {
    const follows = await afterRevision(ports, caller, state, after, changed);
    const linked = await rolesAfter({ ...ports, ...ordered(caller) }, state, after ?? state);
    return { ...follows, changes: [...follows.changes, ...linked] };
  }

  /** What the group says of itself after the revision; nothing where that is the same. */
  function revised(caller: Caller, state: State, owner: string, { decide }: Revision): Revised['after'] | undefined {
    const stored = toStored(state, caller);
    const next = decide(stored);
    return same(next, stored.attributes)
      ? undefined
      : { ...contentOf(next, nameAttribute, caller, state).content, owner };
  }

  /** Commits a change of a group; where another group joins, one after the other, each checked against the last. */
  function commit(caller: Caller, change: Change, follows: Following): Promise<Committed> {
    const { tenant, deadline } = ordered(caller);
    const inner = change.members?.joins.filter(({ kind }) => kind === 'Group').map(({ id }) => id) ?? [];
    if (inner.length === 0) return commitWith(change, follows, deadline);
    return nestings.run(tenant, async () => {
      const { above, version } = await states.nestingAbove(tenant, change.entry.resource);
      requireNoCycle(change.entry.resource, inner, above);
      return commitWith({ ...change, nesting: version }, follows, deadline);
    });
  }

  /** Commits a change of a group, and what follows from it for its members. */
  function commitWith(change: Change, { changes, starts }: Following, deadline: number): Promise<Committed> {
    const own = starts.length > 0 ? { ...change, starts } : change;
    return firstOf(work.commitAll([own, ...changes], deadline));
  }

  async function read(tenant: TenantId, id: string, { members, accepts }: Revision): Promise<GroupForMembers> {
    const named = members ? [...members.add, ...members.remove] : [];
    const now = named.length > 0 ? await states.readForMembers(tenant, id, named) : await readAlone(tenant, id);
    if (!now) throw new DomainError({ rule: 'unknown', type: 'Group', id });
    if (!accepts(now.state.version)) throw new DomainError({ rule: 'changed', type: 'Group', id });
    return now;
  }

  async function readAlone(tenant: TenantId, id: string): Promise<GroupForMembers | undefined> {
    const state = await states.read(tenant, 'Group', id);
    return state && { state, known: [], present: new Set(), given: new Map() };
  }

  /**
   * Which edges open and close so that the members are as they were asked to be. A group is replaced by what differs
   * from all its members, which holds while its version stays; where somebody was faster, at once, which holds whoever
   * joins meanwhile.
   */
  async function edgesOf(
    tenant: TenantId,
    { state, known, ...standing }: GroupForMembers,
    asked: MemberChanges,
    lenient: Leniency,
    round: number,
  ): Promise<Edges> {
    const named = new Set(asked.add);
    const wanted = known.filter(({ id }) => named.has(id));
    const refused = requireKnown(asked.add, wanted, lenient);
    if (!asked.reset) return { reset: false, ...chosen(wanted, asked.remove, standing), refused };

    // Nothing to compare with where all go; one look tells whether there is anybody.
    const held = await states.memberIds(tenant, state, wanted.length === 0 ? 0 : Math.max(comparable, wanted.length));
    const given = bringsMembers(state.attributes) ? await states.givenMembers(tenant, state) : [];
    const all = { reset: true, joins: renewed(wanted, given), leaves: [], marks: [], refused };
    if (held === undefined) return all;
    const edges = replaced(wanted, held, new Map(given.map(({ id, via }) => [id, via])));
    if ((round > 1 && weightOf(edges) > 0) || Math.max(edges.joins.length, edges.leaves.length) > crowd) return all;
    return { reset: false, ...edges, refused, compared: 'with all' };
  }

  return {
    async create(caller, { attributes, members = [], id = ports.newId() }, lenient, wanted) {
      const made = await untilItHolds(caller, ports, () => create(caller, id, attributes, members, lenient));
      countRefused(made.refused, lenient);
      const stored = toStored(made.state, caller, wanted.members ? membersOf(made.joins) : {});
      return { stored, refusedMembers: made.refused };
    },

    async read(caller, id, wanted) {
      if (wanted.members) return readWhole(caller, id);
      const state = await states.read(ordered(caller).tenant, 'Group', id);
      return state && toStored(state, caller);
    },

    async query(caller, query) {
      const { tenant } = ordered(caller);
      const found = await inScim(directory.query({ tenant, connection: caller.connection }, type, query));
      const resources = found.states.map((state) =>
        toStored(state, caller, membersOf(found.members.get(state.id) ?? [])),
      );
      return { total: found.total, resources, more: found.more };
    },

    async revise(caller, id, revision, lenient) {
      const { stored, refusedMembers } = await untilItHolds(caller, ports, (round) =>
        revise(caller, id, revision, lenient, round),
      );
      countRefused(refusedMembers, lenient);
      if (!revision.wanted.members) return { stored, refusedMembers };
      return { stored: (await readWhole(caller, id)) ?? stored, refusedMembers };
    },

    remove: (caller, id, accepts) =>
      untilItHolds(caller, ports, () => removal(ports, caller, 'Group', id, accepts, companion)),

    async memberIds(caller, id, kind, limit) {
      const { tenant } = ordered(caller);
      const state = await states.read(tenant, 'Group', id);
      if (!state) throw toScimError(new DomainError({ rule: 'unknown', type: 'Group', id }));
      return inScim(directory.memberIds(tenant, state, kind, limit));
    },
  };
}

/** The edges that a change opens and closes, and who was asked for but is nobody. */
interface Edges extends Membership {
  readonly reset: boolean;
  readonly refused: readonly string[];
  readonly compared?: 'with all';
}

const weightOf = ({ joins, leaves, marks }: Membership): number => joins.length + leaves.length + marks.length;

/** A change of a group's own attributes, of its members, or of both. */
function changeOf(
  caller: Caller,
  state: State,
  after: Revised['after'] | undefined,
  members: (Membership & Pick<MembersChange, 'reset'>) | undefined,
): Change {
  const { tenant, order } = ordered(caller);
  const { reset, joins, leaves, marks } = members ?? { reset: false, joins: [], leaves: [], marks: [] };
  const joined = joins.map(({ id }) => id);
  return {
    tenant,
    ...(after && { revises: { before: state, after } }),
    ...(members && {
      members: { group: state, reset, joins, leaves, ...(marks.length > 0 && { marks }) },
    }),
    relies: joined,
    entry: {
      order,
      operation: after ? 'revise' : 'members',
      kind: 'Group',
      resource: state.id,
      differences: after ? recorded(state, after, undefined) : [],
      ...(members && { members: { reset, joined, left: leaves } }),
    },
  };
}

/**
 * The ids that name nobody.
 *
 * @throws DomainError `unknown-members` where the dialect refuses them
 */
function requireKnown(asked: readonly string[], known: readonly Member[], { dialect }: Leniency): readonly string[] {
  const ids = new Set(known.map(({ id }) => id));
  const refused = asked.filter((id) => !ids.has(id));
  if (refused.length > 0 && dialect === 'strict') throw new DomainError({ rule: 'unknown-members', ids: refused });
  return refused;
}

/** Counted once the change stands, since it may have been decided more than once. */
const countRefused = (refused: readonly string[], lenient: Leniency): void => {
  for (let left = refused.length; left > 0; left -= 1) lenient.repairs('unknownMembers');
};
