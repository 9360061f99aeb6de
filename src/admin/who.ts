import type { MemberThen, Named } from '../domain/history.ts';
import { DomainError } from '../domain/errors.ts';
import { companyRoleOf, type Grant, type Origin } from '../domain/grants.ts';
import { personOf, type Person } from '../domain/person.ts';
import type { Kind, State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import { Refusal } from './errors.ts';
import { shown } from './names.ts';
import type { Ports } from './ports.ts';
import { reported, type Asking, type Report } from './reports.ts';

type Reading = Pick<Ports, 'history' | 'now'>;

/** What people hold that can be asked about, and the kind of its resources. */
export const heldKinds = { role: 'Role', license: 'Entitlement', entity: 'Entity' } as const;
export type HeldKind = keyof typeof heldKinds;

/** Somebody who held something. */
export interface HolderRow {
  readonly id: string;
  readonly name: string;
  readonly status: Person['status'];
  readonly primaryRole: Person['primaryRole'];
  /** Names of the roles that he held. */
  readonly roles: readonly string[];
  /** In the entity that was asked about. */
  readonly companyRole?: string;
  /** Why he held what was asked about. */
  readonly origins?: readonly Origin[];
}

/**
 * Who was a member of a group at an instant, in the order of ids.
 *
 * @throws DomainError `unknown` where there is and was no such group; Refusal where the instant is to come
 */
export async function membersThen(
  ports: Reading,
  asking: Asking,
  asked: { readonly group: string; readonly at?: Date | undefined },
): Promise<Report<MemberThen>> {
  const now = asking.begun ?? ports.now();
  const at = requirePast(asked.at ?? now, now);
  const group = await requireNamed(ports, asking.tenant, 'Group', asked.group, at);
  return reported(ports, asking, {
    query: { what: 'members', group, at },
    generatedAt: now,
    columns: ['id', 'kind', 'name', 'since', 'until', 'via'],
    page: (page) => ports.history.members(asking.tenant, group.id, at, page),
  });
}

/**
 * Who held a role, a license or a place in an entity at an instant, in the order of ids.
 *
 * @throws DomainError `unknown`; Refusal where the instant is to come
 */
export async function holdersThen(
  ports: Reading,
  asking: Asking,
  asked: { readonly of: HeldKind; readonly named: string; readonly at?: Date | undefined },
): Promise<Report<HolderRow>> {
  const now = asking.begun ?? ports.now();
  const at = requirePast(asked.at ?? now, now);
  const held = await requireNamed(ports, asking.tenant, heldKinds[asked.of], asked.named, at);
  const word = `${asked.of}:${held.id}`;
  return reported(ports, asking, {
    query: { what: 'holders', [asked.of]: held, at },
    generatedAt: now,
    columns: ['id', 'name', 'status', 'primaryRole', 'roles', 'companyRole', 'origins'],
    async page(page) {
      const { rows, next } = await ports.history.holders(asking.tenant, word, at, page);
      return { rows: rows.map((state) => holderOf(state, asked.of, held.id)), next };
    },
  });
}

/**
 * Who was an administrator at an instant: by the primary role, or by a role that allows to manage others.
 *
 * @throws Refusal where the instant is to come
 */
export async function administratorsThen(
  ports: Reading,
  asking: Asking,
  asked: { readonly at?: Date | undefined },
): Promise<Report<HolderRow>> {
  const now = asking.begun ?? ports.now();
  const at = requirePast(asked.at ?? now, now);
  return reported(ports, asking, {
    query: { what: 'administrators', at },
    generatedAt: now,
    columns: ['id', 'name', 'status', 'primaryRole', 'roles'],
    async page(page) {
      const { rows, next } = await ports.history.holders(asking.tenant, 'admin', at, page);
      return { rows: rows.map((state) => holderOf(state)), next };
    },
  });
}

function holderOf(state: State, of?: HeldKind, id?: string): HolderRow {
  const { status, primaryRole, grants } = personOf(state);
  const held = grants.find((grant) => grant.what === of && grant.id === id);
  return {
    ...{ id: state.id, name: state.name, status, primaryRole },
    roles: grants.filter(isHeldRole).map(({ id: role, name = role }) => name),
    ...(held && of === 'entity' && { companyRole: companyRoleOf(held) }),
    ...(held && { origins: held.origins }),
  };
}

const isHeldRole = ({ what, waiting }: Grant): boolean => what === 'role' && waiting === undefined;

/** Somebody as he was. */
export interface PersonThen {
  readonly at: Date;
  readonly generatedAt: Date;
  readonly user: Named;
  /** Undefined where he did not exist then. */
  readonly state:
    | {
        readonly name: string;
        readonly status: Person['status'];
        readonly primaryRole: Person['primaryRole'];
        readonly grants: readonly Grant[];
        /** Since when all of it was so. */
        readonly since: Date;
        readonly attributes: State['attributes'];
      }
    | undefined;
  readonly groups: readonly MemberThen[];
}

/**
 * Somebody as he was at an instant, with the groups that he was in.
 *
 * @throws DomainError `unknown`; Refusal where the instant is to come
 */
export async function personThen(
  ports: Reading,
  { tenant, by, request }: Asking,
  asked: { readonly user: string; readonly at?: Date | undefined },
): Promise<PersonThen> {
  const now = ports.now();
  const at = requirePast(asked.at ?? now, now);
  const user = await requireNamed(ports, tenant, 'User', asked.user, at);
  await ports.history.noteReading(tenant, { by, request, at: now, query: { what: 'person', user, at } });
  const [[state], groups] = await Promise.all([
    ports.history.states(tenant, [user.id], at),
    ports.history.memberships(tenant, user.id, at),
  ]);
  if (!state) return { at, generatedAt: now, user, state: undefined, groups };
  const { status, primaryRole, grants } = personOf(state);
  const { name, revised, attributes } = state;
  return {
    ...{ at, generatedAt: now, user, groups },
    state: { name, status, primaryRole, grants, since: revised, attributes },
  };
}

/** @throws Refusal where the instant is to come: nobody can say what will be */
function requirePast(at: Date, now: Date): Date {
  if (at > now) throw new Refusal('history.future', { at: at.toISOString() });
  return at;
}

/**
 * What is called that, or was at an instant.
 *
 * @throws DomainError `unknown` where nothing of that kind is or was named so
 */
export async function requireNamed(
  { history }: Pick<Ports, 'history'>,
  tenant: TenantId,
  kind: Kind,
  named: string,
  at: Date,
): Promise<Named> {
  const found = await history.find(tenant, kind, named, at);
  if (!found) throw new DomainError({ rule: 'unknown', type: kind, id: shown(named) });
  return found;
}
