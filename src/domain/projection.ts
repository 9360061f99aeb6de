import { companyRoleOf, foremost, type Grant } from './grants.ts';
import type { Person } from './person.ts';
import type { Attributes } from './states.ts';

/** The schemas by which a user shows what the organization knows of him. */
export const personSchemas = {
  license: 'urn:ietf:params:scim:schemas:extension:license:2.0:User',
  entity: 'urn:ietf:params:scim:schemas:extension:entity:2.0:User',
  account: 'urn:ietf:params:scim:schemas:extension:account:2.0:User',
} as const;

/** The attributes with what the organization knows of a person in place of what they said of it before. */
export function projected(attributes: Attributes, person: Person): Attributes {
  const { grants } = person;
  const rest = Object.fromEntries(Object.entries(attributes).filter(([name]) => !derived.has(name)));
  return {
    ...rest,
    active: person.status !== 'deactivated',
    ...filled('roles', of(grants, 'role').filter(isHeld).map(toValue)),
    ...filled('entitlements', of(grants, 'license').filter(isHeld).map(toEntitlement)),
    ...licenseOf(grants),
    ...entitiesOf(grants),
    ...accountOf(person),
  };
}

/** What a person's attributes show of him, and nobody keeps besides. */
const derived: ReadonlySet<string> = new Set(['roles', 'entitlements', ...Object.values(personSchemas)]);

const of = (grants: readonly Grant[], what: Grant['what']): readonly Grant[] =>
  grants.filter((grant) => grant.what === what);

const isHeld = ({ waiting }: Grant): boolean => waiting === undefined;

const filled = (name: string, list: readonly object[]): Attributes => (list.length > 0 ? { [name]: list } : {});

const toValue = (grant: Grant): Attributes => ({
  value: foremost(grant)?.as ?? grant.id,
  ...(grant.name !== undefined && { display: grant.name }),
  ...(foremost(grant)?.primary && { primary: true }),
});

const toEntitlement = (grant: Grant): Attributes => ({ ...toValue(grant), type: 'License' });

/** What `active` does not say: most people have an account that tells nothing more, and clients need not be told. */
function accountOf({ status, primaryRole }: Person): Attributes {
  const isPlain = primaryRole === 'user' && (status === 'active' || status === 'deactivated');
  return isPlain ? {} : { [personSchemas.account]: { status, primaryRole } };
}

/** Of several licenses the one with a seat, chosen the most deliberately. */
function licenseOf(grants: readonly Grant[]): Attributes {
  const [first] = [...of(grants, 'license')].sort((a, b) => Number(isHeld(b)) - Number(isHeld(a)));
  if (!first) return {};
  return {
    [personSchemas.license]: { type: first.name ?? first.id, state: isHeld(first) ? 'assigned' : 'waiting' },
  };
}

function entitiesOf(grants: readonly Grant[]): Attributes {
  const memberships = of(grants, 'entity').map((grant) => ({ ...toValue(grant), role: companyRoleOf(grant) }));
  return memberships.length > 0 ? { [personSchemas.entity]: { memberships } } : {};
}
