import { DomainError } from '../domain/errors.ts';
import { granted, released, type Grant, type GrantKind, type Origin } from '../domain/grants.ts';
import { same } from '../domain/journal.ts';
import { forProvisioned } from '../domain/invitations.ts';
import { targetOf, type Named } from '../domain/known.ts';
import type { Wish } from '../domain/people.ts';
import { companyRoles, primaryRoles, type CompanyRole } from '../domain/permissions.ts';
import type { Person } from '../domain/person.ts';
import { personSchemas } from '../domain/projection.ts';
import { records } from '../domain/roles.ts';
import { invitationPolicies, type Settings } from '../domain/settings.ts';
import type { Attributes } from '../domain/states.ts';
import { nameKey } from '../domain/tenants.ts';
import { deactivated, reactivated } from '../domain/transitions.ts';

/** Who asks by SCIM for what a user is to be. */
export interface Asking {
  readonly connection: string;
  readonly dialect: 'lenient' | 'strict';
  readonly settings: Settings;
  /** ISO 8601. */
  readonly now: string;
}

/** A wish, and what of it named nothing and was left out: known once it was applied. */
export interface ScimWish extends Wish {
  readonly unknown: () => number;
}

/** Something that is wished, as the client names it. */
interface Sent {
  readonly value: string;
  readonly role?: CompanyRole;
  readonly primary?: true;
}

/** What users say of grants, before and after: nothing of it changes unless it differs. */
interface Lists {
  readonly role: readonly Sent[];
  readonly license: readonly Sent[];
  readonly entity: readonly Sent[];
}

const listed = ['role', 'license', 'entity'] as const satisfies readonly GrantKind[];

/**
 * What the attributes that a client wants a user to have wish for the person: its roles, licenses and entities become
 * grants of that connection. What others gave stays, whatever the client leaves out.
 *
 * @param before the attributes until now; undefined of somebody who is new
 */
export function wishOf(before: Attributes | undefined, after: Attributes, asking: Asking): ScimWish {
  const [oldLicenses, licenses] = licensesOf(before ?? {}, after);
  const old = listsOf(before ?? {}, oldLicenses);
  const wanted = withDefault(listsOf(after, licenses), before, asking.settings);
  const changed = listed.filter((what) => !same(old[what], wanted[what]));
  const names = (what: 'role' | 'license' | 'entity'): readonly string[] =>
    changed.includes(what) ? wanted[what].map(({ value }) => value) : [];
  const named: Named = { role: names('role'), license: names('license'), entity: names('entity') };
  let unknown: readonly string[] = [];
  return {
    named,
    unknown: () => unknown.length,
    apply(person, known) {
      const missing = new Set<string>();
      const wished = changed.reduce<Person>(
        (each, what) => ({ ...each, grants: listedAfter(each.grants, what) }),
        person,
      );
      unknown = [...missing];
      if (unknown.length > 0 && asking.dialect === 'strict')
        throw new DomainError({
          rule: 'invalid',
          attribute: 'roles, entitlements',
          why: `name ${unknown.join(', ')}, which do not exist`,
        });
      const stands = standing(ranked(wished, before, after), before, after, asking);
      return before ? stands : begun(stands, after, asking);

      function listedAfter(grants: readonly Grant[], what: 'role' | 'license' | 'entity'): readonly Grant[] {
        const origin: Origin = { by: 'scim', ref: asking.connection };
        const targets = wanted[what].flatMap((sent) => {
          const target = targetOf(known, what, sent.value);
          if (!target) missing.add(sent.value);
          return target ? [{ sent, target }] : [];
        });
        const stays = new Set(targets.map(({ target }) => target.id));
        const left = grants
          .filter((grant) => grant.what === what && !stays.has(grant.id))
          .reduce((all, grant) => released(all, grant, origin), grants);
        return targets.reduce((all, { sent, target }) => {
          const held = all.find((grant) => grant.what === what && grant.id === target.id);
          const own = held?.origins.some(({ by, ref }) => by === 'scim' && ref === asking.connection);
          // Somebody else's gift that the client only repeats does not become its own.
          if (held && !own && !differs(held, sent)) return all;
          return granted(all, target, { ...origin, ...asSent(sent, target) });
        }, left);
      }
    },
  };
}

/** A client that names a role in an entity other than the one held asks for it. */
const differs = (held: Grant, { role }: Sent): boolean =>
  role !== undefined && !held.origins.some((origin) => origin.role === role);

const asSent = ({ value, role, primary }: Sent, { id }: { readonly id: string }): Partial<Origin> => ({
  ...(value !== id && { as: value }),
  ...(role && { role }),
  ...(primary && { primary }),
});

/** What the attributes say. */
const listsOf = (attributes: Attributes, licenses: readonly Sent[]): Lists => ({
  role: sent(attributes.roles).map(({ value, primary }) => ({ value, ...(primary && { primary }) })),
  license: licenses,
  entity: records(record(attributes[personSchemas.entity]).memberships).flatMap((membership): Sent[] => {
    const value = textOf(membership.value) ?? textOf(membership.display);
    const role = companyRoles.find((each) => nameKey(each) === nameKey(textOf(membership.role) ?? ''));
    return value === undefined ? [] : [{ value, ...(role && { role }) }];
  }),
});

/** The licenses of which two attributes speak, `entitlements` and the extension's `type`, before and after. */
function licensesOf(before: Attributes, after: Attributes): readonly [old: readonly Sent[], wanted: readonly Sent[]] {
  const [old, now] = [before, after].map((each) => ({
    list: sent(each.entitlements),
    type: textOf(record(each[personSchemas.license]).type),
  })) as [Licenses, Licenses];
  const others = (licenses: Licenses, type: string | undefined): Sent[] =>
    licenses.list.filter((each) => !isCalled(each, type)).map(({ value }) => ({ value }));
  const both = (licenses: Licenses): Sent[] => [
    ...others(licenses, licenses.type),
    ...(licenses.type === undefined ? [] : [{ value: licenses.type }]),
  ];
  // Each shows what the other says: the one that changed speaks, and of both that changed each.
  if (now.type === old.type) return same(old.list, now.list) ? [[], []] : [both(old), others(now, undefined)];
  const rest = same(old.list, now.list) ? { ...now, list: now.list.filter((each) => !isCalled(each, old.type)) } : now;
  return [both(old), both(rest)];
}

interface Licenses {
  readonly list: ReturnType<typeof sent>;
  readonly type: string | undefined;
}

const isCalled = ({ value, display }: Licenses['list'][number], type: string | undefined): boolean =>
  type !== undefined && [value, display ?? ''].some((text) => nameKey(text) === nameKey(type));

const sent = (list: unknown): (Sent & { readonly display: string | undefined })[] =>
  records(list).flatMap(({ value, display, primary }) => {
    const named = textOf(value) ?? textOf(display);
    if (named === undefined) return [];
    return [{ value: named, display: textOf(display), ...(primary === true && { primary }) }];
  });

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const record = (value: unknown): Attributes =>
  typeof value === 'object' && value !== null ? (value as Attributes) : {};

/** Who comes without a license gets the organization's default. */
const withDefault = (lists: Lists, before: Attributes | undefined, { defaultLicense }: Settings): Lists =>
  before === undefined && lists.license.length === 0 && defaultLicense !== undefined
    ? { ...lists, license: [{ value: defaultLicense }] }
    : lists;

/** Somebody new begins as the client says for him, or else as the organization does with whom an identity provider brings. */
function begun(person: Person, after: Attributes, { settings }: Asking): Person {
  const said = record(after[personSchemas.account]).invite;
  const policy = invitationPolicies.find((each) => each === said) ?? settings.invitationPolicy;
  return forProvisioned(person, after, policy);
}

/** The primary role that the client says, where it says another one. */
function ranked(person: Person, before: Attributes | undefined, after: Attributes): Person {
  const [old, wanted] = [before ?? {}, after].map((each) => record(each[personSchemas.account]).primaryRole);
  const role = primaryRoles.find((each) => each === wanted);
  return role === undefined || wanted === old ? person : { ...person, primaryRole: role };
}

/** `active` of SCIM is false for who is deactivated, and for nobody else. */
function standing(person: Person, before: Attributes | undefined, after: Attributes, asking: Asking): Person {
  if (after.active === false) return deactivated(person, asking.settings.seatOnDeactivation, asking.now);
  return after.active === true && before?.active === false ? reactivated(person) : person;
}
