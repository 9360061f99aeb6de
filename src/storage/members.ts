import type mongoose from 'mongoose';
import { DomainError } from '../domain/errors.ts';
import type { Head, Kind, Member, State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Members } from '../provisioning/ports.ts';
import { stateFields, toState, type EdgeDocument, type ResourceDocument } from './documents.ts';

type Session = mongoose.mongo.ClientSession;
type Edge = Pick<EdgeDocument, 'member' | 'type' | 'group' | 'generation'>;

/** Members read at a time; a group of fewer is answered from memory. */
const page = 1_000;

/** Members of a whole page of groups that are read in one go; beyond, each group's are streamed. */
const together = 10_000;

/** Reads members, each group's at the instant of its version: within one snapshot. */
export function members(connection: mongoose.Connection) {
  const edges = () => connection.collection<EdgeDocument>('edges');

  const ofGroup = (tenant: TenantId, group: Pick<Head, 'id' | 'generation'>, session: Session) =>
    edges()
      .find({ tenant, group: group.id, generation: group.generation, live: true }, { session, batchSize: page })
      .project<Edge>({ _id: 0, member: 1, type: 1 })
      .sort({ member: 1 });

  return {
    async readWithMembers(tenant: TenantId, id: string): Promise<{ state: State; members: Members } | undefined> {
      const session = connection.getClient().startSession({ snapshot: true });
      let streaming = false;
      try {
        const document = await connection
          .collection<ResourceDocument>('resources')
          .findOne({ _id: id, tenant, type: 'Group' }, { projection: stateFields, session });
        if (!document) return undefined;
        const state = toState(document);
        const chunks = chunksOf(ofGroup(tenant, state, session));
        const first = await chunks.next();
        if (first.done || first.value.length < page) return { state, members: first.done ? [] : first.value };
        streaming = true;
        return { state, members: rest(first.value, chunks, () => session.endSession()) };
      } finally {
        if (!streaming) await session.endSession();
      }
    },

    /** The members of each of these groups, as of the session's snapshot, which ends when the last of them is read. */
    async ofPage(
      tenant: TenantId,
      groups: readonly Head[],
      session: Session,
    ): Promise<{ members: Map<string, Members>; streaming: boolean }> {
      if (groups.length === 0) return { members: new Map(), streaming: false };
      const rows = await edges()
        .find({ tenant, group: { $in: groups.map(({ id }) => id) }, live: true }, { session })
        .project<Edge>({ _id: 0, group: 1, generation: 1, member: 1, type: 1 })
        .limit(together + 1)
        .toArray();
      if (rows.length <= together) {
        const found = new Map<string, Member[]>(groups.map(({ id }) => [id, []]));
        const generations = new Map(groups.map(({ id, generation }) => [id, generation]));
        for (const row of rows)
          if (generations.get(row.group) === row.generation) found.get(row.group)?.push(toMember(row));
        for (const each of found.values()) each.sort((a, b) => (a.id < b.id ? -1 : 1));
        return { members: found, streaming: false };
      }
      let left = groups.length;
      const end = async () => {
        left -= 1;
        if (left === 0) await session.endSession();
      };
      const streams = groups.map(
        (group) => [group.id, rest([], chunksOf(ofGroup(tenant, group, session)), end)] as const,
      );
      return { members: new Map(streams), streaming: true };
    },

    async memberIds(tenant: TenantId, group: Head, kind: Kind, limit: number): Promise<readonly string[]> {
      const rows = await edges()
        .find({ tenant, group: group.id, generation: group.generation, live: true, type: kind })
        .project<Pick<EdgeDocument, 'member'>>({ _id: 0, member: 1 })
        .limit(limit + 1)
        .toArray();
      if (rows.length > limit) throw new DomainError({ rule: 'too-many-matches', limit });
      return rows.map(({ member }) => member);
    },
  };
}

const toMember = ({ member, type }: Pick<Edge, 'member' | 'type'>): Member => ({ id: member, kind: type });

async function* chunksOf(cursor: mongoose.mongo.FindCursor<Edge>): AsyncGenerator<Member[], undefined> {
  try {
    while (await cursor.hasNext()) yield cursor.readBufferedDocuments().map(toMember);
  } finally {
    await cursor.close();
  }
  return undefined;
}

/** What was read already, then what comes; `end` runs once, also where the reader stops early. */
async function* rest(
  first: readonly Member[],
  chunks: AsyncGenerator<Member[], undefined>,
  end: () => Promise<void>,
): AsyncGenerator<readonly Member[], undefined> {
  try {
    if (first.length > 0) yield first;
    yield* chunks;
  } finally {
    await end();
  }
  return undefined;
}
