import { DomainError } from '../../domain/errors.ts';
import type { Asked, Holders, Listed, Lists } from '../../domain/lists.ts';
import type { GrantKind } from '../../domain/grants.ts';
import type { PrimaryRole } from '../../domain/permissions.ts';
import type { Status } from '../../domain/person.ts';
import { personSchemas } from '../../domain/projection.ts';
import type { Kind } from '../../domain/states.ts';
import type { TenantId } from '../../domain/tenants.ts';
import type { PeoplePorts } from './asker.ts';
import { allNamed } from './change.ts';

/** What people are listed with. */
export interface ListPorts extends PeoplePorts {
  readonly lists: Lists;
  readonly holders: Holders;
}

/** Whom a list is to show; what is not said narrows nothing. */
export interface Where {
  readonly status?: Status | undefined;
  readonly primaryRole?: PrimaryRole | undefined;
  /** By id or name, as the two that follow. */
  readonly role?: string | undefined;
  readonly license?: string | undefined;
  readonly entity?: string | undefined;
}

/** One thing that is said of those who are to be shown. */
interface Condition {
  readonly filter: string;
  /** The word under which they are found, where they are found by one. */
  readonly word?: string | undefined;
}

/**
 * “View everyone across all entities”, page by page: those who match a filter of SCIM and whatever else is said. Where one
 * thing alone is said, those whom it is said of are found without looking at the others, however many there are.
 *
 * @throws DomainError `unknown`; as `Lists`
 */
export async function listUsers(ports: ListPorts, tenant: TenantId, asked: Asked, where: Where): Promise<Listed> {
  const conditions = await conditionsOf(ports, tenant, where);
  const [only, ...others] = conditions;
  const isPlain = others.length === 0 && asked.filter === undefined && asked.sort === undefined;
  if (isPlain && only?.word !== undefined) return holdersOf(ports.holders, tenant, only.word, asked);
  const filters = [asked.filter ?? [], conditions.map((condition) => condition.filter)].flat();
  return ports.lists(tenant, 'User', {
    ...asked,
    filter: filters.length > 0 ? filters.map((filter) => `(${filter})`).join(' and ') : undefined,
  });
}

/** The cursor is the id of the last one that was shown. */
async function holdersOf(holders: Holders, tenant: TenantId, word: string, asked: Asked): Promise<Listed> {
  const { cursor, limit } = asked;
  if (cursor !== undefined && !isId.test(cursor))
    throw new DomainError({ rule: 'invalid', attribute: 'cursor', why: 'it is of another list' });
  const [found, total] = await Promise.all([
    holders.page(tenant, word, cursor, limit + 1),
    cursor === undefined ? holders.count(tenant, word) : undefined,
  ]);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    memberships: new Map(),
    ...(found.length > limit && last && { next: last.id }),
    ...(total !== undefined && { total }),
  };
}

const isId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * What is said, as filters. Most people's accounts say nothing but whether they are active: their status and primary role are
 * what the others' are not.
 *
 * @throws DomainError `unknown`
 */
async function conditionsOf(ports: PeoplePorts, tenant: TenantId, where: Where): Promise<readonly Condition[]> {
  const { status, primaryRole, role, license, entity } = where;
  const holding = async (kind: Kind, named: string | undefined, what: GrantKind, attribute: string) => {
    const found = named === undefined ? [] : await allNamed(ports, tenant, kind, [named]);
    return found.map(({ id, name }) => ({
      // A connection is shown what it gave by the words in which it gave it: by its name, most often.
      filter: `${attribute}.value eq ${text(id)} or ${attribute}.display eq ${text(name)}`,
      word: `${what}:${id}`,
    }));
  };
  return [
    ...(status === undefined
      ? []
      : [{ filter: byStatus[status], word: status === 'active' ? undefined : `status:${status}` }]),
    ...(primaryRole === undefined
      ? []
      : [{ filter: byPrimaryRole[primaryRole], word: primaryRole === 'user' ? undefined : `primary:${primaryRole}` }]),
    ...(await holding('Role', role, 'role', 'roles')),
    ...(await holding('Entitlement', license, 'license', 'entitlements')),
    ...(await holding('Entity', entity, 'entity', `${personSchemas.entity}:memberships`)),
  ];
}

const text = (value: string): string => JSON.stringify(value);

const account = (attribute: string, value: string): string => `${personSchemas.account}:${attribute} eq "${value}"`;

const isOne = (attribute: string, values: readonly string[]): string =>
  values.map((value) => account(attribute, value)).join(' or ');

const byStatus: Readonly<Record<Status, string>> = {
  prepared: account('status', 'prepared'),
  invited: account('status', 'invited'),
  active: `active eq true and not (${isOne('status', ['prepared', 'invited'])})`,
  deactivated: 'active eq false',
};

const byPrimaryRole: Readonly<Record<PrimaryRole, string>> = {
  'primary-admin': account('primaryRole', 'primary-admin'),
  admin: account('primaryRole', 'admin'),
  user: `not (${isOne('primaryRole', ['primary-admin', 'admin'])})`,
};
