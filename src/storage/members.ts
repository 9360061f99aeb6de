import type mongoose from 'mongoose';
import { DomainError } from '../domain/errors.ts';
import type { Head, Kind, Member, State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Members } from '../provisioning/ports.ts';
import { stateFields, toState, type EdgeDocument, type ResourceDocument } from './documents.ts';
import { atOneInstant } from './instant.ts';

type Session = mongoose.mongo.ClientSession;
type Edge = Pick<EdgeDocument, 'member' | 'type' | 'group' | 'generation'>;

/** Members read at a time; a group of fewer is answered from memory. */
const page = 1_000;

/** Members of a stream that are read at a time: few, so that what was read does not outlive V8's nursery. */
const portion = 250;

/** Members of a whole page of groups that are read in one go; beyond, each group's are streamed. */
const together = 10_000;

/** Named at each read of a snapshot session: the driver leaves a read concern of the connection as it is. */
export const atSnapshot = { readConcern: { level: 'snapshot' } } as const;

/** Reads members, each group's at the instant of its version: within one snapshot. */
export function members(connection: mongoose.Connection) {
  const edges = () => connection.collection<EdgeDocument>('edges');

  const ofGroup = (tenant: TenantId, group: Pick<Head, 'id' | 'generation'>, session: Session, after?: Member) =>
    edges()
      .find(
        {
          tenant,
          group: group.id,
          generation: group.generation,
          ...(after && { member: { $gt: after.id } }),
          live: true,
        },
        { session, ...atSnapshot, batchSize: page },
      )
      .project<Edge>({ _id: 0, member: 1, type: 1 })
      .sort({ member: 1 });

  /** The first of a group's members, which were read already, and the others, of the same instant, once somebody asks. */
  async function* from(
    tenant: TenantId,
    group: Head,
    first: readonly Member[],
    instant: Instant,
  ): AsyncGenerator<readonly Member[], undefined> {
    if (first.length > 0) yield first;
    const session: Session = connection.getClient().startSession({ snapshot: true });
    Object.assign(session, instant);
    try {
      yield* chunksOf(ofGroup(tenant, group, session, first.at(-1)).batchSize(portion));
    } finally {
      await session.endSession();
    }
    return undefined;
  }

  return {
    readWithMembers(tenant: TenantId, id: string): Promise<{ state: State; members: Members } | undefined> {
      return atOneInstant(connection, async (session) => {
        const document = await connection
          .collection<ResourceDocument>('resources')
          .findOne({ _id: id, tenant, type: 'Group' }, { projection: stateFields, session, ...atSnapshot });
        if (!document) return undefined;
        const state = toState(document);
        const first = (await ofGroup(tenant, state, session).limit(page).toArray()).map(toMember);
        return { state, members: first.length < page ? first : from(tenant, state, first, instantOf(session)) };
      });
    },

    /** The members of each of these groups, as of the session's snapshot. */
    async ofPage(tenant: TenantId, groups: readonly Head[], session: Session): Promise<Map<string, Members>> {
      if (groups.length === 0) return new Map();
      const rows = await edges()
        .find(
          { tenant, group: { $in: groups.map(({ id }) => id) }, live: true },
          { session, ...atSnapshot, batchSize: together + 1 },
        )
        .project<Edge>({ _id: 0, group: 1, generation: 1, member: 1, type: 1 })
        .limit(together + 1)
        .toArray();
      if (rows.length <= together) {
        const found = new Map<string, Member[]>(groups.map(({ id }) => [id, []]));
        const generations = new Map(groups.map(({ id, generation }) => [id, generation]));
        for (const row of rows)
          if (generations.get(row.group) === row.generation) found.get(row.group)?.push(toMember(row));
        for (const each of found.values()) each.sort((a, b) => (a.id < b.id ? -1 : 1));
        return found;
      }
      const instant = instantOf(session);
      return new Map(groups.map((group) => [group.id, from(tenant, group, [], instant)]));
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

/** The instant that a snapshot session reads at, since its first read. */
export interface Instant {
  readonly snapshotTime: mongoose.mongo.Timestamp;
}

/** The driver has it as a public property that its types leave out. */
export function instantOf(session: Session): Instant {
  const { snapshotTime } = session as Session & Partial<Instant>;
  if (!snapshotTime) throw new TypeError('the session has read nothing yet');
  return { snapshotTime };
}
