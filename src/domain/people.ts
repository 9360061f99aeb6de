import { credits, primaryAdmins, queueOf, seatsOf, type Account, type Move } from './accounts.ts';
import type { Change } from './changes.ts';
import { DomainError } from './errors.ts';
import type { Grant } from './grants.ts';
import type { CreditReason, Entry, Order } from './journal.ts';
import { look, type Known, type Named } from './known.ts';
import { isAdministrative } from './permissions.ts';
import { personOf, type Person } from './person.ts';
import { teamChanges } from './personTeams.ts';
import type { Accounts, States } from './ports.ts';
import { isAdministrator, type Role } from './roles.ts';
import { seatMoves, seated, seatsHeld, type Seating } from './seats.ts';
import type { Settings } from './settings.ts';
import type { State } from './states.ts';
import type { TenantId } from './tenants.ts';

/** What decisions about people read. */
export interface PeoplePorts {
  readonly states: Pick<States, 'some' | 'readForMembers' | 'groupsOf'>;
  readonly accounts: Accounts;
}

/** What somebody wants a person to become, whoever asks: SCIM, an administrator, a rule, an import. */
export interface Wish {
  /** What it speaks of. */
  readonly named: Named;
  /** The person as wished. Pure; may be asked again. @throws DomainError */
  readonly apply: (person: Person, known: Known) => Person;
  /** The ids of the teams that he is to be in by choice, and no others; undefined: those that he is in. */
  readonly teams?: readonly string[] | undefined;
}

/** The circumstances of a decision. */
export interface Circumstances {
  readonly tenant: TenantId;
  readonly settings: Settings;
  readonly order: Order;
  /** ISO 8601. */
  readonly now: string;
  /** Whether it may touch who holds an administrative role, and make somebody such a one. */
  readonly reach: 'everybody' | 'ordinary';
  /** What a group, a role or a rule gives waits for a seat, whatever the policy; who waits for that pool has his turn. */
  readonly seats?: 'wait' | { readonly promote: string };
}

/** What a wish comes to: the person after it, and all that has to be committed with him. */
export interface Decided {
  readonly person: Person;
  readonly moves: readonly Move[];
  /** What was granted, and has to stay. */
  readonly relies: readonly string[];
  /** The changes of the teams that roles bring him into and take him out of, and those that were chosen. */
  readonly teams: readonly Change[];
  readonly credits: Entry['credits'];
}

/** Somebody who is new: active where nothing else is said. */
const newcomer: Person = { status: 'active', primaryRole: 'user', grants: [] };

/**
 * Decides what a wish comes to under the rules: who may touch whom, seats and what holds where none is free, credits, the
 * teams that come with roles, the last Primary Admin.
 *
 * @param id of the person, who may be new
 * @throws DomainError for each rule that is broken
 */
export async function decide(
  ports: PeoplePorts,
  before: State | undefined,
  id: string,
  wish: Wish,
  circumstances: Circumstances,
): Promise<Decided> {
  const { tenant, settings, now, reach } = circumstances;
  const old = before && personOf(before);
  const known = await look(ports.states, tenant, namedBy(wish.named, old, settings));
  const wished = withTeams(wish.apply(old ?? newcomer, known), known.roles);
  requireReach(id, old, wished, known, reach);

  const names = accountsOf(old, wished, known);
  const accounts = names.length > 0 ? await ports.accounts.read(tenant, names) : new Map<string, Account>();
  const seating: Seating = {
    pools: known.pools,
    accounts,
    without: circumstances.seats ?? settings.seatPolicy,
    downgradeTo: settings.downgradeTo === undefined ? undefined : known.pool(settings.downgradeTo),
    now,
  };
  const person = charged(old, flagged(seated(old, wished, seating), known), known);
  const moves = [
    ...seatMoves(old, person, seating),
    ...primaryMoves(old, person, accounts),
    ...creditMoves(old, person, accounts),
  ];
  return {
    person,
    moves,
    relies: granted(old, person),
    teams: await teamChanges(ports.states, { id, before: old, after: person, chosen: wish.teams }, circumstances),
    credits: creditsOf(old, person),
  };
}

/**
 * How accounts move when somebody goes for good.
 *
 * @throws DomainError `last-primary-admin`, `administrator-out-of-reach`
 */
export async function decideRemoval(
  { accounts }: Pick<PeoplePorts, 'accounts'>,
  state: State,
  { tenant, reach }: Pick<Circumstances, 'tenant' | 'reach'>,
): Promise<readonly Move[]> {
  const old = personOf(state);
  requireWithin(reach, state.id, old);
  const names = counts(old) ? [primaryAdmins] : [];
  const found = names.length > 0 ? await accounts.read(tenant, names) : new Map<string, Account>();
  const leaving: Seating = {
    pools: new Map(),
    accounts: found,
    without: 'reject',
    downgradeTo: undefined,
    now: '',
  };
  return [...seatMoves(old, undefined, leaving), ...primaryMoves(old, undefined, found)];
}

function namedBy(named: Named, old: Person | undefined, settings: Settings): Named {
  const held = (what: Grant['what']) => (old?.grants ?? []).flatMap((grant) => (grant.what === what ? [grant.id] : []));
  const license = [...(named.license ?? []), ...held('license')];
  const fallback = settings.seatPolicy === 'downgrade' && license.length > 0 ? [settings.downgradeTo ?? []].flat() : [];
  return {
    role: [...(named.role ?? []), ...held('role')],
    license: [...license, ...fallback],
    entity: named.entity ?? [],
  };
}

/** The teams that his roles bring, and no others of that origin: “Add team (occurs automatically if roles are linked to teams).” */
function withTeams(person: Person, roles: ReadonlyMap<string, Role>): Person {
  const others = person.grants.filter(({ what }) => what !== 'team');
  const teams = new Map<string, Grant>();
  for (const { what, id, waiting } of others)
    for (const team of what === 'role' && waiting === undefined ? (roles.get(id)?.teams ?? []) : []) {
      const origins = [...(teams.get(team.id)?.origins ?? []), { by: 'role', ref: id } as const];
      teams.set(team.id, { what: 'team', id: team.id, name: team.name, origins });
    }
  return { ...person, grants: [...others, ...teams.values()] };
}

function flagged(person: Person, { roles }: Known): Person {
  const { administrative: _, ...rest } = person;
  return isAdministrator(person, roles) ? { ...rest, administrative: true } : rest;
}

/**
 * Demands that somebody may be changed, whatever is changed of him.
 *
 * @throws DomainError `administrator-out-of-reach`
 */
export function requireWithin(reach: Circumstances['reach'], id: string, person: Person | undefined): void {
  if (reach === 'ordinary' && person?.administrative) throw new DomainError({ rule: 'administrator-out-of-reach', id });
}

function requireReach(
  id: string,
  old: Person | undefined,
  wished: Person,
  { roles }: Known,
  reach: Circumstances['reach'],
): void {
  requireWithin(reach, id, old);
  if (reach === 'everybody' || !isAdministrator(wished, roles)) return;
  const role = wished.grants
    .map((grant) => (grant.what === 'role' ? roles.get(grant.id) : undefined))
    .find((each) => each && isAdministrative(each.permissions));
  const direct = wished.grants.find(({ what }) => what === 'permission')?.id;
  const name = wished.primaryRole === 'user' ? (role?.name ?? direct ?? '') : wished.primaryRole;
  throw new DomainError({ rule: 'administrative-grant', name });
}

/** Whether he counts as one who can act as Primary Admin. */
const counts = (person: Person | undefined): boolean =>
  person?.primaryRole === 'primary-admin' && person.status !== 'deactivated';

function accountsOf(old: Person | undefined, wished: Person, { pools }: Known): string[] {
  const had = new Set(seatsHeld(old));
  const wanted = wished.grants.filter(({ what, id }) => what === 'license' && !had.has(id));
  const bounded = wanted.filter(({ id }) => pools.get(id)?.seats !== undefined);
  return [
    ...bounded.flatMap(({ id }) => [seatsOf(id), queueOf(id)]),
    ...(counts(old) && !counts(wished) ? [primaryAdmins] : []),
    ...(isDue(old, wished) && wished.grants.some(({ id }) => (pools.get(id)?.price ?? 0) > 0) ? [credits] : []),
  ];
}

/** @throws DomainError `last-primary-admin` */
function primaryMoves(
  old: Person | undefined,
  person: Person | undefined,
  accounts: ReadonlyMap<string, Account>,
): Move[] {
  if (counts(old) === counts(person)) return [];
  if (counts(person)) return [{ account: primaryAdmins, by: 1 }];
  if ((accounts.get(primaryAdmins)?.value ?? 0) <= 1) throw new DomainError({ rule: 'last-primary-admin' });
  return [{ account: primaryAdmins, by: -1, least: 1 }];
}

/** Whether he is to be paid for now: “The same amount of credits will be used to create a user as inviting a new team member.” */
const isDue = (old: Person | undefined, person: Person): boolean =>
  old?.paid === undefined && person.paid === undefined && isIn(person) && !(old && isIn(old));

const isIn = ({ status }: Person): boolean => status === 'invited' || status === 'active';

/** Pays once: “Changes in access rights do not affect the number of credits used to create the user.” */
function charged(old: Person | undefined, person: Person, { pools }: Known): Person {
  if (!isDue(old, person)) return person;
  const price = seatsHeld(person).reduce((sum, pool) => sum + (pools.get(pool)?.price ?? 0), 0);
  return price > 0 ? { ...person, paid: price } : person;
}

const newlyPaid = (old: Person | undefined, person: Person): number => (person.paid ?? 0) - (old?.paid ?? 0);

/** @throws DomainError `credits-exhausted` */
function creditMoves(old: Person | undefined, person: Person, accounts: ReadonlyMap<string, Account>): Move[] {
  const needed = newlyPaid(old, person);
  if (needed <= 0) return [];
  const left = accounts.get(credits)?.value ?? 0;
  if (left < needed) throw new DomainError({ rule: 'credits-exhausted', needed, left });
  return [{ account: credits, by: -needed, least: 0 }];
}

function creditsOf(old: Person | undefined, person: Person): Entry['credits'] {
  const needed = newlyPaid(old, person);
  const why: CreditReason = person.status === 'invited' ? 'invitation' : 'creation';
  return needed > 0 ? { by: -needed, why } : undefined;
}

/** The roles, pools and entities that are new: they have to be there still when it is committed. */
function granted(old: Person | undefined, person: Person): string[] {
  const had = new Set((old?.grants ?? []).map(({ id }) => id));
  return person.grants.flatMap(({ what, id }) =>
    (what === 'role' || what === 'license' || what === 'entity') && !had.has(id) ? [id] : [],
  );
}
