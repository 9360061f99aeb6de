import type { PrimaryRole } from '../../domain/permissions.ts';
import type { Status } from '../../domain/person.ts';
import { personSchemas } from '../../domain/projection.ts';
import type { Kind } from '../../domain/states.ts';
import type { TenantId } from '../../domain/tenants.ts';
import type { PeoplePorts } from './asker.ts';
import { allNamed } from './change.ts';

/** Whom a list is to show; what is not said narrows nothing. */
export interface Where {
  /** A filter of SCIM (RFC 7644 §3.4.2.2). */
  readonly filter?: string | undefined;
  readonly status?: Status | undefined;
  readonly primaryRole?: PrimaryRole | undefined;
  /** By id or name, as the two that follow. */
  readonly role?: string | undefined;
  readonly license?: string | undefined;
  readonly entity?: string | undefined;
}

/**
 * One filter for all that was said. Most people's accounts say nothing but whether they are active: their status and
 * primary role are what the others' are not.
 *
 * @throws DomainError `unknown`
 */
export async function whereAll(ports: PeoplePorts, tenant: TenantId, where: Where): Promise<string | undefined> {
  const { filter, status, primaryRole, role, license, entity } = where;
  const holding = async (kind: Kind, named: string | undefined, attribute: string): Promise<string[]> => {
    if (named === undefined) return [];
    const found = await allNamed(ports, tenant, kind, [named]);
    // A connection is shown what it gave by the words in which it gave it: by its name, most often.
    return found.map(({ id, name }) => `${attribute}.value eq ${text(id)} or ${attribute}.display eq ${text(name)}`);
  };
  const parts = [
    ...(filter === undefined ? [] : [filter]),
    ...(status === undefined ? [] : [byStatus[status]]),
    ...(primaryRole === undefined ? [] : [byPrimaryRole[primaryRole]]),
    ...(await holding('Role', role, 'roles')),
    ...(await holding('Entitlement', license, 'entitlements')),
    ...(await holding('Entity', entity, `${personSchemas.entity}:memberships`)),
  ];
  if (parts.length < 2) return parts[0];
  return parts.map((part) => `(${part})`).join(' and ');
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
