import type mongoose from 'mongoose';
import type { Kind } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { JournalDocument } from './documents.ts';

/** A tenant's place in its journal, and how many resources it had there. */
export interface TotalsDocument {
  _id: string;
  epoch: number;
  counts: Partial<Record<Kind, number>>;
}

/**
 * How many resources of a kind a tenant has, exactly: the counted part, and what the journal says has happened since.
 * No write queues at a counter for it.
 */
export async function total(connection: mongoose.Connection, tenant: TenantId, kind: Kind): Promise<number> {
  const rows = await connection
    .collection<JournalDocument>('journal')
    .aggregate<{ _id: string | null; sum?: number; counts?: TotalsDocument['counts'] }>(
      [
        { $match: { tenant, pending: true, kind, adds: { $in: [-1, 1] } } },
        { $group: { _id: null, sum: { $sum: '$adds' } } },
        { $unionWith: { coll: 'totals', pipeline: [{ $match: { _id: tenant } }] } },
      ],
      // Both parts at one instant, or an entry in between would be counted twice or not at all.
      { readConcern: { level: 'snapshot' } },
    )
    .toArray();
  return rows.reduce((sum, row) => sum + (row.sum ?? row.counts?.[kind] ?? 0), 0);
}
