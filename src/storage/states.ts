import type mongoose from 'mongoose';
import { ancestors, type Nesting } from '../domain/nesting.ts';
import type { GroupForMembers, States } from '../domain/ports.ts';
import { mayBeMember, type Head, type Kind, type Member, type Membership, type State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import {
  headFields,
  stateFields,
  toHead,
  toState,
  type EdgeDocument,
  type HeadDocument,
  type ResourceDocument,
} from './documents.ts';
import { gather } from './gather.ts';
import { edgesByGroup, edgesByMember } from './schema.ts';

/** A live edge joined with the head of its group. */
interface EdgeWithGroup {
  readonly member: string;
  readonly generation: number;
  readonly held: readonly (HeadDocument & Pick<ResourceDocument, 'name' | 'nested'>)[];
}

/** The group of an edge as it stands, to see whether the edge is of its generation. */
const withGroup = {
  $lookup: {
    from: 'resources',
    localField: 'group',
    foreignField: '_id',
    pipeline: [{ $project: { ...headFields, name: 1, nested: 1 } }],
    as: 'held',
  },
};

const membershipStages = [{ $project: { member: 1, group: 1, generation: 1 } }, withGroup];

/** Memberships of so few are read together with those that others ask for. */
const few = 10;

/** How many ids one query names at most. */
const many = 1_000;

/** Reads users, groups and memberships of one tenant (MongoDB). */
export function states(connection: mongoose.Connection): States {
  const resources = () => connection.collection<ResourceDocument>('resources');
  const edges = () => connection.collection<EdgeDocument>('edges');

  /** Edges between groups that lead upwards from any of these. A tenant without groups in groups pays one indexed look. */
  async function nestingsAbove(tenant: TenantId, groups: readonly string[]): Promise<Nesting[]> {
    const found: Nesting[] = [];
    const seen = new Set<string>();
    let level = [...groups];
    while (level.length > 0) {
      for (const id of level) seen.add(id);
      const rows = await edges()
        .aggregate<EdgeWithGroup & { group: string }>([
          { $match: { tenant, member: { $in: level }, live: true, type: 'Group' } },
          ...membershipStages,
        ])
        .toArray();
      const valid = rows.filter(isCurrent).map(({ group, member }) => ({ outer: group, inner: member }));
      found.push(...valid);
      level = [...new Set(valid.map(({ outer }) => outer))].filter((id) => !seen.has(id));
    }
    return found;
  }

  /** Direct memberships, and by way of groups that are themselves members, indirect ones. */
  async function withIndirect(tenant: TenantId, rows: readonly EdgeWithGroup[]): Promise<Map<string, Membership[]>> {
    const direct = rows.filter(isCurrent).flatMap(({ member, held: [group] }) => (group ? [{ member, group }] : []));
    const names = new Map(direct.map(({ group }) => [group._id, group.name]));
    const nested = direct.filter(({ group }) => group.nested).map(({ group }) => group._id);
    const above = nested.length > 0 ? await nestingsAbove(tenant, [...new Set(nested)]) : [];
    const missing = [...new Set(above.map(({ outer }) => outer))].filter((id) => !names.has(id));
    if (missing.length > 0)
      for (const { _id, name } of await resources()
        .find({ tenant, _id: { $in: missing } })
        .project<Pick<ResourceDocument, '_id' | 'name'>>({ name: 1 })
        .toArray())
        names.set(_id, name);
    const found = new Map<string, Membership[]>();
    for (const [member, own] of byMember(direct)) {
      const groups = ancestors(member, [...own, ...above]);
      found.set(
        member,
        [...groups].flatMap(([group, how]) => {
          const name = names.get(group);
          return name === undefined ? [] : [{ group, name, how }];
        }),
      );
    }
    return found;
  }

  type Named = { readonly kind: Kind; readonly id: string };
  type Whole = { readonly state: State; readonly memberships: Membership[] };

  const withMemberships = gather<Named, Whole | undefined>(async (tenant, asks) => {
    const [only, ...others] = asks;
    return only && others.length === 0 ? [await oneWithMemberships(tenant, only)] : manyWithMemberships(tenant, asks);
  });

  async function oneWithMemberships(tenant: TenantId, { kind, id }: Named): Promise<Whole | undefined> {
    const edgesToo = { coll: 'edges', pipeline: [{ $match: { tenant, member: id, live: true } }, ...membershipStages] };
    const [first, ...others] = await resources()
      .aggregate<ResourceDocument | EdgeWithGroup>([
        { $match: { _id: id, tenant, type: kind } },
        { $project: stateFields },
        { $unionWith: edgesToo },
      ])
      .toArray();
    if (!first || 'member' in first) return undefined;
    const rows = others.flatMap((row) => ('member' in row ? [row] : []));
    return { state: toState(first), memberships: (await withIndirect(tenant, rows)).get(id) ?? [] };
  }

  async function manyWithMemberships(tenant: TenantId, asks: readonly Named[]): Promise<(Whole | undefined)[]> {
    const ids = [...new Set(asks.map(({ id }) => id))];
    const [documents, memberships] = await Promise.all([
      resources()
        .find({ tenant, _id: { $in: ids } }, { projection: stateFields })
        .toArray(),
      membershipsOf(tenant, ids),
    ]);
    const found = new Map(documents.map((document) => [document._id, toState(document)]));
    return asks.map(({ kind, id }) => {
      const state = found.get(id);
      return state?.kind === kind ? { state, memberships: memberships.get(id) ?? [] } : undefined;
    });
  }

  type Joining = { readonly group: string; readonly ids: readonly string[] };

  const forMembers = gather<Joining, GroupForMembers | undefined>(async (tenant, asks) => {
    const [only, ...others] = asks;
    return only && others.length === 0 ? [await oneForMembers(tenant, only)] : manyForMembers(tenant, asks);
  });

  async function oneForMembers(tenant: TenantId, ask: Joining): Promise<GroupForMembers | undefined> {
    const { group, ids } = ask;
    const whoIsNamed = {
      coll: 'resources',
      pipeline: [{ $match: { tenant, _id: { $in: ids } } }, { $project: { type: 1 } }],
    };
    const whoIsIn = {
      coll: 'edges',
      pipeline: [{ $match: { tenant, group, member: { $in: ids }, live: true } }, { $project: edgeFields }],
    };
    const [first, ...others] = await resources()
      .aggregate<ResourceDocument | OpenEdge>([
        { $match: { _id: group, tenant, type: 'Group' } },
        { $project: stateFields },
        { $unionWith: whoIsNamed },
        { $unionWith: whoIsIn },
      ])
      .toArray();
    // Without the group the first row, if any, is one of those that are named.
    if (!first || 'member' in first || first._id !== group || !('version' in first)) return undefined;
    const open = others.flatMap((row) => ('member' in row ? [row] : []));
    const kinds = new Map(others.flatMap((row) => ('member' in row ? [] : [[row._id, row.type]])));
    return groupForMembers(ask, toState(first), kinds, open);
  }

  async function manyForMembers(tenant: TenantId, asks: readonly Joining[]): Promise<(GroupForMembers | undefined)[]> {
    const groups = [...new Set(asks.map(({ group }) => group))];
    const ids = [...new Set(asks.flatMap((ask) => ask.ids))];
    const [documents, named, open] = await Promise.all([
      resources()
        .find({ tenant, _id: { $in: groups }, type: 'Group' }, { projection: stateFields })
        .toArray(),
      resources()
        .find({ tenant, _id: { $in: ids } })
        .project<Pick<ResourceDocument, '_id' | 'type'>>({ type: 1 })
        .toArray(),
      edges()
        .find({ tenant, group: { $in: groups }, member: { $in: ids }, live: true })
        // Each of several groups times each of the members would be looked for otherwise.
        .hint(groups.length === 1 ? edgesByGroup : edgesByMember)
        .project<OpenEdge>(edgeFields)
        .toArray(),
    ]);
    const found = new Map(documents.map((document) => [document._id, toState(document)]));
    const kinds = new Map(named.map(({ _id, type }) => [_id, type]));
    return asks.map((ask) => {
      const state = found.get(ask.group);
      return state && groupForMembers(ask, state, kinds, open);
    });
  }

  const ofFew = gather<readonly string[], Map<string, Membership[]>>(async (tenant, asks) => {
    const found = await membershipsOf(tenant, [...new Set(asks.flat())]);
    return asks.map(() => found);
  });

  async function membershipsOf(tenant: TenantId, ids: readonly string[]): Promise<Map<string, Membership[]>> {
    if (ids.length === 0) return new Map();
    const rows = await edges()
      .aggregate<Pick<EdgeWithGroup, 'generation' | 'held'> & { members: string[] }>([
        { $match: { tenant, member: { $in: ids.slice(0, many) }, live: true } },
        // Those of a page are often in the same groups: each is looked up once.
        { $group: { _id: { group: '$group', generation: '$generation' }, members: { $push: '$member' } } },
        { $project: { _id: 0, group: '$_id.group', generation: '$_id.generation', members: 1 } },
        withGroup,
      ])
      .toArray();
    const each = rows.flatMap(({ members, ...row }) => members.map((member) => ({ ...row, member })));
    return withIndirect(tenant, each);
  }

  return {
    async read(tenant, kind, id) {
      const document = await resources().findOne({ _id: id, tenant, type: kind }, { projection: stateFields });
      return document ? toState(document) : undefined;
    },

    readWithMemberships: (tenant, kind, id) => withMemberships(tenant, { kind, id }),
    readForMembers: (tenant, group, ids) => forMembers(tenant, { group, ids }),

    async known(tenant, ids) {
      const rows = await resources()
        .find({ tenant, _id: { $in: [...ids] } })
        .project<Pick<ResourceDocument, '_id' | 'type'>>({ type: 1 })
        .toArray();
      return rows.filter(({ type }) => mayBeMember(type)).map(({ _id, type }) => ({ id: _id, kind: type }));
    },

    async memberIds(tenant, { id, generation }, limit) {
      const rows = await edges()
        .find({ tenant, group: id, generation, live: true })
        .project<Pick<EdgeDocument, 'member'>>({ _id: 0, member: 1 })
        .limit(limit + 1)
        .toArray();
      return rows.length > limit ? undefined : rows.map(({ member }) => member);
    },

    membershipsOf: (tenant, ids) => (ids.length > few ? membershipsOf(tenant, ids) : ofFew(tenant, ids)),

    async groupsOf(tenant, member) {
      const rows = await edges()
        .aggregate<EdgeWithGroup>([{ $match: { tenant, member, live: true } }, ...membershipStages])
        .toArray();
      const groups: Head[] = rows.filter(isCurrent).flatMap(({ held }) => held.map(toHead));
      return { groups, edges: rows.length };
    },

    async nestingAbove(tenant, group) {
      const { version } = (await connection
        .collection<{ _id: string; version: number }>('nesting')
        .findOne({ _id: tenant })) ?? {
        version: 0,
      };
      // Read after the version: an edge made in between makes the version stale, never the other way round.
      return { version, above: await nestingsAbove(tenant, [group]) };
    },
  };
}

/** An open edge of a group. */
type OpenEdge = Pick<EdgeDocument, 'group' | 'generation' | 'member'>;

const edgeFields = { _id: 0, group: 1, generation: 1, member: 1 } as const;

function groupForMembers(
  { ids }: { readonly ids: readonly string[] },
  state: State,
  kinds: ReadonlyMap<string, Kind>,
  open: readonly OpenEdge[],
): GroupForMembers {
  const known = ids.flatMap((id): Member[] => {
    const kind = kinds.get(id);
    return kind !== undefined && mayBeMember(kind) ? [{ id, kind }] : [];
  });
  const own = open.filter(({ group, generation }) => group === state.id && generation === state.generation);
  return { state, known, present: new Set(own.map(({ member }) => member)) };
}

/** The direct memberships of each member. */
function byMember(
  rows: readonly { readonly member: string; readonly group: { readonly _id: string } }[],
): Map<string, Nesting[]> {
  const found = new Map<string, Nesting[]>();
  for (const { member, group } of rows) {
    const own = found.get(member) ?? [];
    own.push({ outer: group._id, inner: member });
    found.set(member, own);
  }
  return found;
}

/** An edge counts while its group stands and was not emptied since. */
const isCurrent = ({ generation, held: [group] }: EdgeWithGroup): boolean => group?.generation === generation;
