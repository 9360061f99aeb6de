import type mongoose from 'mongoose';
import type { Kind } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';

/** A tenant's place in its journal, and how many resources it had there. */
export interface TotalsDocument {
  _id: string;
  epoch: number;
  counts: Partial<Record<Kind, number>>;
}

/** A part of a total. */
export interface Counted {
  readonly adds?: number;
}

export const sumOf = (parts: readonly Counted[]): number => parts.reduce((sum, { adds = 0 }) => sum + adds, 0);

const counted = (tenant: TenantId, kind: Kind) => [
  { $match: { _id: tenant } },
  { $project: { _id: 0, adds: `$counts.${kind}` } },
];

const since = (tenant: TenantId, kind: Kind) => ({
  $unionWith: {
    coll: 'journal',
    pipeline: [
      { $match: { tenant, pending: true, kind, adds: { $in: [-1, 1] } } },
      { $group: { _id: null, adds: { $sum: '$adds' } } },
      { $project: { _id: 0 } },
    ],
  },
});

/** Stages that put behind what is read, at the same snapshot, the parts of a total. */
export const totalBehind = (tenant: TenantId, kind: Kind): object[] => [
  { $unionWith: { coll: 'totals', pipeline: counted(tenant, kind) } },
  since(tenant, kind),
];

/**
 * How many resources of a kind a tenant has, exactly: the counted part, and what the journal says has happened since.
 * No write queues at a counter for it.
 */
export async function total(connection: mongoose.Connection, tenant: TenantId, kind: Kind): Promise<number> {
  const parts = await connection
    .collection<TotalsDocument>('totals')
    // Both parts at one instant, or an entry in between would be counted twice or not at all.
    .aggregate<Counted>([...counted(tenant, kind), since(tenant, kind)], { readConcern: { level: 'snapshot' } })
    .toArray();
  return sumOf(parts);
}
