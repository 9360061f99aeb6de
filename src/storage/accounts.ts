import type mongoose from 'mongoose';
import type { Account, Move } from '../domain/accounts.ts';
import type { Change, Unit } from '../domain/changes.ts';
import type { Accounts } from '../domain/ports.ts';
import type { TenantId } from '../domain/tenants.ts';
import { gather } from './gather.ts';
import type { Statement } from './writes.ts';

/** An account as MongoDB keeps it. */
export interface AccountDocument {
  _id: string;
  tenant: TenantId;
  name: string;
  value: number;
  most?: number | null;
  /** Written by whoever relies on the value staying, so that a change of it conflicts with them. */
  touched?: number;
}

/** The document of an account. */
export const accountId = (tenant: string, name: string): string => `${tenant} ${name}`;

/** What changes that wait together do to one account. */
interface Sum {
  readonly tenant: TenantId;
  readonly name: string;
  by: number;
  most: number | null | undefined;
  below: number | undefined;
  least: number | undefined;
  sets: { readonly most: number | null } | undefined;
}

/** Adds up what the changes of a batch do to accounts: each is written once, within the bounds that all of them need. */
export function accountBook() {
  const sums = new Map<string, Sum>();
  return {
    /** Whether a change was decided on the same bounds as those before it. */
    agrees: ({ tenant, moves = [] }: Change): boolean =>
      moves.every(({ account, within }) => {
        const known = sums.get(accountId(tenant, account))?.most;
        return within === undefined || known === undefined || within === known;
      }),
    move({ tenant, moves = [] }: Change): void {
      for (const move of moves) {
        const id = accountId(tenant, move.account);
        const sum = sums.get(id) ?? noMove(tenant, move.account);
        sums.set(id, sum);
        sum.by += move.by;
        sum.most = move.within ?? sum.most;
        sum.below = lower(sum.below, move.below);
        sum.least = move.least ?? sum.least;
        if (move.most !== undefined) sum.sets = { most: move.most };
      }
    },
    statements: (): Statement[] => [...sums].map(([_id, sum]) => statementOf(_id, sum)),
  };
}

const noMove = (tenant: TenantId, name: string): Sum => ({
  tenant,
  name,
  by: 0,
  most: undefined,
  below: undefined,
  least: undefined,
  sets: undefined,
});

const lower = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);

/** One that was never moved stands at zero: it is made where what is demanded of it allows that. */
function statementOf(_id: string, { tenant, name, by, most, below, least, sets }: Sum): Statement {
  const bounds = [
    // A fall needs no room.
    ...(most !== undefined && most !== null && by > 0 ? [{ value: { $not: { $gt: most - by } } }] : []),
    ...(below === undefined ? [] : [{ value: { $not: { $gt: below } } }]),
    ...(least === undefined ? [] : [{ value: { $gte: least - by } }]),
  ];
  return {
    q: { _id, tenant, ...(most !== undefined && { most }), ...(bounds.length > 0 && { $and: bounds }) },
    u: { $set: { name, ...sets }, $inc: { value: by, touched: 1 } },
    // Only who may start from nothing: a number that has to be there is not made.
    upsert: least === undefined || least - by <= 0,
  };
}

/**
 * The units that want more than is there, those before them served: their decisions are older than what others moved
 * meanwhile.
 */
export async function findUnaffordable<U extends Unit>(db: mongoose.mongo.Db, units: readonly U[]): Promise<U[]> {
  const moving = units.flatMap(({ changes }) => changes.filter(({ moves = [] }) => moves.length > 0));
  const [first] = moving;
  if (!first) return [];
  const standing = new Map<string, Pick<AccountDocument, 'value' | 'most'>>();
  const byTenant = new Map<TenantId, Set<string>>();
  for (const { tenant, moves = [] } of moving)
    for (const { account } of moves)
      byTenant.set(tenant, (byTenant.get(tenant) ?? new Set()).add(accountId(tenant, account)));
  for (const [tenant, ids] of byTenant)
    for (const document of await documents(db, tenant, [...ids])) standing.set(document._id, { ...document });
  return units.filter(({ changes }) => {
    const moves = changes.flatMap(({ tenant, moves: own = [] }) =>
      own.map((move) => ({ ...move, account: accountId(tenant, move.account) })),
    );
    if (!moves.every((move) => affordable(standing.get(move.account), move))) return true;
    for (const { account, by } of moves) {
      const { value = 0, most = null } = standing.get(account) ?? {};
      standing.set(account, { value: value + by, most });
    }
    return false;
  });
}

function affordable(account: Pick<AccountDocument, 'value' | 'most'> | undefined, move: Move): boolean {
  const { value, most } = { value: 0, ...account };
  const bound = most ?? null;
  const { by, within, below = value, least = value + by } = move;
  if (value > below || value + by < least) return false;
  if (within === undefined) return true;
  return within === bound && (by <= 0 || bound === null || value + by <= bound);
}

const documents = (db: mongoose.mongo.Db, tenant: TenantId, ids: readonly string[]): Promise<AccountDocument[]> =>
  db
    .collection<AccountDocument>('accounts')
    .find({ tenant, _id: { $in: [...ids] } })
    .toArray();

/** Reads of accounts (MongoDB): those that wait share one. */
export function accounts(connection: mongoose.Connection): Accounts {
  const read = gather<readonly string[], ReadonlyMap<string, Account>>(async (tenant, asks) => {
    const ids = [...new Set(asks.flat())].map((name) => accountId(tenant, name));
    const rows = await connection
      .collection<AccountDocument>('accounts')
      .find({ tenant, _id: { $in: ids } })
      .toArray();
    const found = new Map(
      rows.map(({ name, value, most }): [string, Account] => [
        name,
        { name, value, ...(typeof most === 'number' && { most }) },
      ]),
    );
    return asks.map(() => found);
  });
  return { read: (tenant, names) => read(tenant, names) };
}
