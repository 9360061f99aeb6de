import type mongoose from 'mongoose';
import { DomainError } from '../domain/errors.ts';
import type { TenantId } from '../domain/tenants.ts';
import { limits } from '../scim/limits.ts';
import type { EdgeDocument, HeadDocument } from './documents.ts';
import type { EdgeTerm } from './edgeTerms.ts';

const limit = limits.scannedResources;

/** What the edges of one generation of a group lead to. */
interface Led {
  readonly ids: readonly string[];
  /** Those of `ids` that are groups, where edges are followed from group to member. */
  readonly groups: readonly string[];
  readonly generation: number;
  readonly held: readonly HeadDocument[];
}

/**
 * The ids of the resources that a term about memberships holds for: the groups that have that member, or all who are in
 * that group, directly or by way of groups inside it (RFC 7643 §4.1.2).
 *
 * @throws DomainError `too-many-matches`
 */
export function edgeIds(
  connection: mongoose.Connection,
): (tenant: TenantId, term: EdgeTerm) => Promise<readonly string[]> {
  const edges = connection.collection<EdgeDocument>('edges');

  /** What edges that match lead to, those alone that count: a group's of an earlier generation do not. */
  async function led(match: object, to: 'group' | 'member', left: number): Promise<readonly Led[]> {
    const rows = await edges
      .aggregate<Led>([
        { $match: match },
        { $limit: left + 1 },
        {
          $group: {
            _id: { group: '$group', generation: '$generation' },
            ids: { $push: `$${to}` },
            groups: { $push: { $cond: [{ $eq: ['$type', 'Group'] }, '$member', '$$REMOVE'] } },
          },
        },
        { $project: { _id: 0, group: '$_id.group', generation: '$_id.generation', ids: 1, groups: 1 } },
        {
          $lookup: {
            from: 'resources',
            localField: 'group',
            foreignField: '_id',
            pipeline: [{ $project: { generation: 1 } }],
            as: 'held',
          },
        },
      ])
      .toArray();
    if (examinedIn(rows) > left) throw new DomainError({ rule: 'too-many-matches', limit });
    return rows.filter(({ generation, held: [group] }) => group?.generation === generation);
  }

  async function within(tenant: TenantId, group: string): Promise<readonly string[]> {
    const found = new Set<string>();
    const known = new Set([group]);
    let examined = 0;
    for (let level = [group]; level.length > 0;) {
      const rows = await led({ tenant, group: { $in: level }, live: true }, 'member', limit - examined);
      examined += examinedIn(rows);
      for (const id of rows.flatMap(({ ids }) => ids)) found.add(id);
      level = [...new Set(rows.flatMap(({ groups }) => groups))].filter((id) => !known.has(id));
      for (const id of level) known.add(id);
    }
    return [...found];
  }

  return async (tenant, { attribute, value, type }) => {
    if (attribute === 'groups') return within(tenant, value);
    const match = { tenant, member: value, live: true, ...(type !== undefined && { type }) };
    return (await led(match, 'group', limit)).flatMap(({ ids }) => ids);
  };
}

const examinedIn = (rows: readonly Led[]): number => rows.reduce((sum, { ids }) => sum + ids.length, 0);
