import { queueOf, seatsOf, type Account, type Move } from './accounts.ts';
import { DomainError } from './errors.ts';
import { granted, type Grant } from './grants.ts';
import type { Person } from './person.ts';
import type { SeatPolicy } from './settings.ts';
import type { State } from './states.ts';

/** A license pool: so many seats of a type, at a price. */
export interface Pool {
  readonly id: string;
  /** The type of license, such as `recording-premium`. */
  readonly name: string;
  /** Undefined: without end, as the free pool is. */
  readonly seats: number | undefined;
  /** In credits, for each person who is created or invited with it. */
  readonly price: number;
}

/** A pool as its state says it. */
export const poolFrom = ({ id, name, attributes }: Pick<State, 'id' | 'name' | 'attributes'>): Pool => ({
  id,
  name,
  seats: number(attributes.totalAssignmentsPermitted),
  price: number(attributes.price) ?? 0,
});

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** The pools that somebody holds a seat of. */
export const seatsHeld = (person: Person | undefined): readonly string[] =>
  !person || (person.status === 'deactivated' && !person.keepsSeats)
    ? []
    : licenses(person).flatMap(({ id, waiting }) => (waiting === undefined ? [id] : []));

/** The pools that somebody waits for. */
const seatsAwaited = (person: Person | undefined): readonly string[] =>
  !person || person.status === 'deactivated'
    ? []
    : licenses(person).flatMap(({ id, waiting }) => (waiting === undefined ? [] : [id]));

const licenses = ({ grants }: Person): readonly Grant[] => grants.filter(({ what }) => what === 'license');

/** What a decision on seats depends on. */
export interface Seating {
  readonly pools: ReadonlyMap<string, Pool>;
  readonly accounts: ReadonlyMap<string, Account>;
  /** `wait`: what a group or a role gives waits for a seat whatever the policy. `promote`: his turn has come in that pool. */
  readonly without: SeatPolicy | 'wait' | { readonly promote: string };
  /** Where `downgrade` falls to. */
  readonly downgradeTo: Pool | undefined;
  /** ISO 8601. */
  readonly now: string;
}

/**
 * The person with a seat for each new license, or what the policy says where none is free. Nobody is ever put out to make
 * room, and nobody overtakes who waits.
 *
 * @throws DomainError `seats-exhausted`
 */
export function seated(before: Person | undefined, after: Person, seating: Seating): Person {
  const had = new Set(seatsHeld(before));
  if (after.status === 'deactivated') return after;
  return licenses(after).reduce<Person>((person, grant) => {
    if (had.has(grant.id)) return person;
    if (grant.waiting !== undefined && !isTurn(grant.id, seating)) return person;
    if (isFree(grant.id, seating)) return having(person, withSeat(grant));
    return grant.waiting === undefined ? turnedAway(person, grant, seating) : person;
  }, after);
}

/** Whether it is the turn of who waits for that pool. */
const isTurn = (pool: string, { without }: Seating): boolean => typeof without === 'object' && without.promote === pool;

/** Whether a seat can be had: by who waits when his turn has come, by who comes new when nobody waits. */
function isFree(pool: string, seating: Seating): boolean {
  const { accounts, pools } = seating;
  if (pools.get(pool)?.seats === undefined) return true;
  const { value = 0, most } = accounts.get(seatsOf(pool)) ?? {};
  const waiting = isTurn(pool, seating) ? 0 : (accounts.get(queueOf(pool))?.value ?? 0);
  return waiting === 0 && (most === undefined || value < most);
}

function turnedAway(person: Person, grant: Grant, { pools, without, downgradeTo, now }: Seating): Person {
  const waits = having(person, { ...grant, waiting: now });
  if (without === 'wait' || typeof without === 'object') return waits;
  // “Prepared users”: who waits for a license is kept, and invited when a seat frees.
  if (without === 'waitlist')
    return person.status === 'invited' ? { ...waits, status: 'prepared', whenSeated: 'invited' } : waits;
  const pool = pools.get(grant.id);
  if (without === 'reject' || !downgradeTo)
    throw new DomainError({ rule: 'seats-exhausted', license: pool?.name ?? grant.id, seats: pool?.seats ?? 0 });
  const others = person.grants.filter((each) => each !== grant);
  const target = { what: 'license', id: downgradeTo.id, name: downgradeTo.name } as const;
  return {
    ...person,
    grants: grant.origins.reduce<readonly Grant[]>((grants, origin) => granted(grants, target, origin), others),
  };
}

const having = (person: Person, grant: Grant): Person => ({
  ...person,
  grants: person.grants.map((each) => (each.what === grant.what && each.id === grant.id ? grant : each)),
});

const withSeat = ({ what, id, name, origins }: Grant): Grant => ({
  what,
  id,
  ...(name !== undefined && { name }),
  origins,
});

/** How accounts move when somebody changes so: each seat and each place in a queue that is taken or left. */
export function seatMoves(before: Person | undefined, after: Person | undefined, seating: Seating): readonly Move[] {
  const [had, has] = [new Set(seatsHeld(before)), new Set(seatsHeld(after))];
  const [waited, waits] = [new Set(seatsAwaited(before)), new Set(seatsAwaited(after))];
  const taken = [...has].filter((pool) => !had.has(pool));
  return [
    ...taken.flatMap((pool) => takes(pool, seating)),
    ...[...had].filter((pool) => !has.has(pool)).map((pool) => ({ account: seatsOf(pool), by: -1 })),
    ...[...waits].filter((pool) => !waited.has(pool)).map((pool) => ({ account: queueOf(pool), by: 1 })),
    ...[...waited].filter((pool) => !waits.has(pool)).map((pool) => ({ account: queueOf(pool), by: -1 })),
  ];
}

function takes(pool: string, seating: Seating): Move[] {
  const { accounts, pools } = seating;
  const account = seatsOf(pool);
  if (pools.get(pool)?.seats === undefined) return [{ account, by: 1 }];
  const seat = { account, by: 1, within: accounts.get(account)?.most ?? null };
  // Who comes new takes a seat only while nobody waits, also at the moment of the commit.
  return isTurn(pool, seating) ? [seat] : [seat, { account: queueOf(pool), by: 0, below: 0 }];
}
