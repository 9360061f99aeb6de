import type mongoose from 'mongoose';
import type { GroupForMembers, States } from '../domain/ports.ts';
import { mayBeMember, type Kind, type Member, type State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import {
  headFields,
  keyOf,
  stateFields,
  toHead,
  toState,
  type EdgeDocument,
  type HeadDocument,
  type ResourceDocument,
} from './documents.ts';
import { gather } from './gather.ts';
import { memberships } from './memberships.ts';
import { edgesByGroup, edgesByMember, edgesByRole } from './schema.ts';

/** The heads of the groups that edges are of. */
const withGroup = {
  $lookup: {
    from: 'resources',
    localField: 'group',
    foreignField: '_id',
    pipeline: [{ $project: headFields }],
    as: 'held',
  },
};

/** Reads users, groups and memberships of one tenant (MongoDB). */
export function states(connection: mongoose.Connection): States {
  const resources = () => connection.collection<ResourceDocument>('resources');
  const edges = () => connection.collection<EdgeDocument>('edges');
  const held = memberships(connection);

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

  return {
    async read(tenant, kind, id) {
      const document = await resources().findOne({ _id: id, tenant, type: kind }, { projection: stateFields });
      return document ? toState(document) : undefined;
    },

    async readWithSecret(tenant, kind, id) {
      const { password: _, ...withSecret } = stateFields;
      const document = await resources().findOne({ _id: id, tenant, type: kind }, { projection: withSecret });
      return document ? { state: toState(document), secret: document.password ?? '' } : undefined;
    },

    async readWithMemberships(tenant, kind, id) {
      const found = await held.withId(tenant, id);
      return found?.state.kind === kind ? found : undefined;
    },

    readForMembers: (tenant, group, ids) => forMembers(tenant, { group, ids }),

    async some(tenant, named) {
      if (named.length === 0) return [];
      const documents = await resources()
        .find(
          {
            tenant,
            $or: [
              { _id: { $in: named.map(({ name }) => name) } },
              { key: { $in: named.map(({ kind, name }) => keyOf(kind, name)) } },
            ],
          },
          { projection: stateFields },
        )
        .toArray();
      const kinds = new Set(named.map(({ kind }) => kind));
      return documents.filter(({ type }) => kinds.has(type)).map(toState);
    },

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

    async givenMembers(tenant, { id, generation }) {
      const rows = await edges()
        .find({ tenant, group: id, generation, live: true, via: { $exists: true } })
        .hint(edgesByRole)
        .project<Pick<EdgeDocument, 'member' | 'type' | 'via'>>({ _id: 0, member: 1, type: 1, via: 1 })
        .toArray();
      return rows.flatMap(({ member, type, via }) => (via ? [{ id: member, kind: type, via }] : []));
    },

    async groupsOf(tenant, member) {
      const rows = await edges()
        .aggregate<{ generation: number; held: HeadDocument[] }>([
          { $match: { tenant, member, live: true } },
          { $project: { group: 1, generation: 1 } },
          withGroup,
        ])
        .toArray();
      const current = rows.flatMap((row) => row.held.filter((group) => group.generation === row.generation));
      return { groups: current.map(toHead), edges: rows.length };
    },

    async nestingAbove(tenant, group) {
      const { version } = (await connection
        .collection<{ _id: string; version: number }>('nesting')
        .findOne({ _id: tenant })) ?? {
        version: 0,
      };
      // Read after the version: an edge made in between makes the version stale, never the other way round.
      return { version, above: await held.above(tenant, [group]) };
    },
  };
}

/** An open edge of a group. */
type OpenEdge = Pick<EdgeDocument, 'group' | 'generation' | 'member' | 'via'>;

const edgeFields = { _id: 0, group: 1, generation: 1, member: 1, via: 1 } as const;

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
  const given = new Map(own.flatMap(({ member, via }) => (via ? [[member, via] as const] : [])));
  return { state, known, present: new Set(own.map(({ member }) => member)), given };
}
