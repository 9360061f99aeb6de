import mongoose from 'mongoose';
import { crowd, type Change } from '../domain/changes.ts';
import type { Database } from './connect.ts';
import { newEdge, type EdgeDocument } from './documents.ts';
import type { ClosingDocument } from './closings.ts';

/** Edges written in one go. */
const most = 5_000;

/** What was laid ready and is not taken up by then is taken away. */
const patience = 10 * 60_000;

/** Whether more join, all at once, than one transaction takes. */
export const isCrowd = ({ members, creates }: Change): boolean =>
  members !== undefined && (members.reset || creates !== undefined) && members.joins.length > crowd;

/**
 * Lays the edges of a crowd ready under a generation that is not the group's yet, so that nobody sees them: the commit
 * of the change that is returned makes it the group's. Whoever is interrupted leaves a note by which they are removed.
 */
export async function stage(db: Database, change: Change, now: number): Promise<Change> {
  const { tenant, members } = change;
  if (!members) return change;
  const group = members.group.id;
  // Above every generation so far, and another for each who stages at the same moment.
  const staged = Math.max(members.group.generation + 1, now * 4_096 + Math.floor(Math.random() * 4_096));
  const at = new Date(now);
  await db
    .collection<ClosingDocument>('closings')
    .insertOne({ _id: new mongoose.mongo.ObjectId(), tenant, group, staged, at: new Date(now + patience) });
  for (let from = 0; from < members.joins.length; from += most) {
    const edges = members.joins
      .slice(from, from + most)
      .map((member): EdgeDocument => ({ ...newEdge(tenant, group, staged, member, at), staged: true }));
    await db.collection<EdgeDocument>('edges').insertMany(edges, { ordered: false });
  }
  return { ...change, members: { ...members, staged } };
}
