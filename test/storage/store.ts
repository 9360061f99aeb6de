import { randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import type { Change } from '../../src/domain/changes.ts';
import type { Kind, Member, State } from '../../src/domain/states.ts';
import { tenantId, type TenantId } from '../../src/domain/tenants.ts';
import { connect } from '../../src/storage/connect.ts';
import { memberships } from '../../src/storage/memberships.ts';
import { migrate } from '../../src/storage/schema.ts';
import { states } from '../../src/storage/states.ts';
import { unitOfWork } from '../../src/storage/unitOfWork.ts';
import { creating, newState } from '../support/changes.ts';
import { freshDatabase } from '../support/mongod.ts';
import { testTypeOf } from '../support/schemas.ts';

/** A database of its own, what commits to it, and short ways to fill it. */
export async function openTestStore() {
  const database = await freshDatabase();
  const db = await connect(database.uri);
  await migrate(db);
  return {
    ...storeOn(db),
    uri: database.uri,
    async close() {
      await db.close();
      await database.drop();
    },
  };
}

/** What a process has on a database. */
export function storeOn(db: mongoose.Connection) {
  const work = unitOfWork(db, testTypeOf, Date.now);
  const read = states(db);
  const commit = (change: Change, milliseconds = 10_000) => work.commit(change, Date.now() + milliseconds);
  const make = async (tenant: TenantId, kind: Kind, name: string, members: readonly Member[] = []): Promise<State> => {
    const { id } = await created(tenant, kind, name, members);
    return stateOf(tenant, kind, id);
  };
  const created = async (tenant: TenantId, kind: Kind, name: string, members: readonly Member[]) => {
    const state = newState(tenant, kind, name, new Date());
    await commit(creating(state, members));
    return state;
  };
  const stateOf = async (tenant: TenantId, kind: Kind, id: string): Promise<State> => {
    const state = await read.read(tenant, kind, id);
    if (!state) throw new Error(`no ${kind} ${id}`);
    return state;
  };
  return {
    db,
    work,
    states: read,
    memberships: memberships(db),
    commit,
    stateOf,
    /** A tenant that nothing is in. */
    tenant: () => tenantId(randomUUID()),
    user: (tenant: TenantId, name: string = randomUUID()) => make(tenant, 'User', name),
    group: (tenant: TenantId, name: string = randomUUID(), members: readonly Member[] = []) =>
      make(tenant, 'Group', name, members),
    /** The ids of a group's members now. */
    async members(tenant: TenantId, id: string): Promise<readonly string[]> {
      return (await read.memberIds(tenant, await stateOf(tenant, 'Group', id), 100_000)) ?? [];
    },
    /** Open edges of the tenant, whatever their generation. */
    openEdges: (tenant: TenantId) => db.collection('edges').countDocuments({ tenant, live: true }),
  };
}

export type TestStore = Awaited<ReturnType<typeof openTestStore>>;

/** How many keys of indexes MongoDB examined for some work: what it costs, however busy the machine is. */
export async function keysExamined({ db }: Pick<TestStore, 'db'>, work: () => Promise<unknown>): Promise<number> {
  const database = db.getClient().db();
  await database.command({ profile: 2 });
  await work();
  await database.command({ profile: 0 });
  const rows = database.collection<{ keysExamined: number }>('system.profile');
  const examined = await rows.find({ keysExamined: { $exists: true } }).toArray();
  await rows.drop();
  return examined.reduce((sum, row) => sum + row.keysExamined, 0);
}
