import type mongoose from 'mongoose';
import { ancestors, type Nesting } from '../domain/nesting.ts';
import type { States } from '../domain/ports.ts';
import type { Head, Member, Membership } from '../domain/states.ts';
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
    for (const member of new Set(direct.map((row) => row.member))) {
      const own = direct
        .filter((row) => row.member === member)
        .map(({ group }) => ({ outer: group._id, inner: member }));
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

  return {
    async read(tenant, kind, id) {
      const document = await resources().findOne({ _id: id, tenant, type: kind }, { projection: stateFields });
      return document ? toState(document) : undefined;
    },

    async readWithMemberships(tenant, kind, id) {
      const [first, ...others] = await resources()
        .aggregate<ResourceDocument | EdgeWithGroup>([
          { $match: { _id: id, tenant, type: kind } },
          { $project: stateFields },
          {
            $unionWith: {
              coll: 'edges',
              pipeline: [{ $match: { tenant, member: id, live: true } }, ...membershipStages],
            },
          },
        ])
        .toArray();
      if (!first || 'member' in first) return undefined;
      const found = await withIndirect(
        tenant,
        others.flatMap((row) => ('member' in row ? [row] : [])),
      );
      return { state: toState(first), memberships: found.get(id) ?? [] };
    },

    async readForMembers(tenant, group, ids) {
      const rows = await resources()
        .aggregate<ResourceDocument | { member: string; generation: number }>([
          { $match: { _id: group, tenant, type: 'Group' } },
          { $project: stateFields },
          {
            $unionWith: {
              coll: 'resources',
              pipeline: [{ $match: { _id: { $in: ids }, tenant } }, { $project: { type: 1 } }],
            },
          },
          {
            $unionWith: {
              coll: 'edges',
              pipeline: [
                { $match: { tenant, group, member: { $in: ids }, live: true } },
                { $project: { _id: 0, member: 1, generation: 1 } },
              ],
            },
          },
        ])
        .toArray();
      const [first, ...others] = rows;
      if (!first || !('_id' in first) || first._id !== group || !('version' in first)) return undefined;
      const state = toState(first);
      const known: Member[] = [];
      const present = new Set<string>();
      for (const row of others)
        if ('member' in row) {
          if (row.generation === state.generation) present.add(row.member);
        } else known.push({ id: row._id, kind: row.type });
      return { state, known, present };
    },

    async known(tenant, ids) {
      const rows = await resources()
        .find({ tenant, _id: { $in: [...ids] } })
        .project<Pick<ResourceDocument, '_id' | 'type'>>({ type: 1 })
        .toArray();
      return rows.map(({ _id, type }) => ({ id: _id, kind: type }));
    },

    async memberIds(tenant, { id, generation }, limit) {
      const rows = await edges()
        .find({ tenant, group: id, generation, live: true })
        .project<Pick<EdgeDocument, 'member'>>({ _id: 0, member: 1 })
        .limit(limit + 1)
        .toArray();
      return rows.length > limit ? undefined : rows.map(({ member }) => member);
    },

    async membershipsOf(tenant, ids) {
      if (ids.length === 0) return new Map();
      const rows = await edges()
        .aggregate<EdgeWithGroup>([
          { $match: { tenant, member: { $in: ids.slice(0, many) }, live: true } },
          ...membershipStages,
        ])
        .toArray();
      return withIndirect(tenant, rows);
    },

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

/** An edge counts while its group stands and was not emptied since. */
const isCurrent = ({ generation, held: [group] }: EdgeWithGroup): boolean => group?.generation === generation;
