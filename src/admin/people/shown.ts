import { waitsOf, personOf, type Person, type Status, type Waits } from '../../domain/person.ts';
import { companyRoleOf, type Grant, type GrantKind, type Origin } from '../../domain/grants.ts';
import { extraOf, type Extra } from '../../domain/extra.ts';
import { originsOf } from '../../domain/explain.ts';
import type { CompanyRole, PrimaryRole } from '../../domain/permissions.ts';
import { profileOf } from '../../domain/profile.ts';
import type { Membership, State } from '../../domain/states.ts';
import type { Standing } from './change.ts';

/** A user in a list: “Name and email, primary role, status, which entities they belong to”. */
export interface ListedUser {
  readonly id: string;
  readonly userName: string;
  readonly displayName?: string;
  readonly email?: string;
  readonly primaryRole: PrimaryRole;
  readonly status: Status;
  readonly licenses: readonly string[];
  readonly entities: readonly ShownEntity[];
  readonly created: string;
  readonly modified: string;
}

/** Something that somebody holds or waits for, with every reason, the most deliberate first. */
export interface ShownGrant {
  readonly id: string;
  readonly name?: string;
  readonly origins: readonly Origin[];
  /** Since when he waits for a seat. */
  readonly waitingSince?: string;
}

/** An entity that somebody is in, and as what. */
export interface ShownEntity {
  readonly id: string;
  readonly name?: string;
  readonly role: CompanyRole;
}

/** A team that somebody is in. */
export interface ShownTeam {
  readonly id: string;
  readonly name: string;
  /** `indirect`: by way of a team inside it. */
  readonly how: Membership['how'];
  /** The roles that bring it. */
  readonly roles: readonly string[];
}

/** A user with all that he holds, where it comes from, and what he waits for. */
export interface ShownUser extends Omit<ListedUser, 'licenses' | 'entities'> {
  readonly version: number;
  /** He may manage others: Primary Admins alone change him. */
  readonly administrative: boolean;
  readonly roles: readonly ShownGrant[];
  readonly licenses: readonly ShownGrant[];
  readonly permissions: readonly ShownGrant[];
  readonly entities: readonly (ShownGrant & ShownEntity)[];
  readonly teams: readonly ShownTeam[];
  readonly extra: Extra;
  readonly waitsFor?: Waits;
  /** Sessions that began before are over. */
  readonly sessionsSince?: string;
}

/** What a list shows of a user. */
export function listedUser(state: State): ListedUser {
  const person = personOf(state);
  const { displayName, email } = profileOf(state.attributes);
  return {
    id: state.id,
    userName: state.name,
    ...(displayName !== undefined && { displayName }),
    ...(email !== undefined && { email }),
    primaryRole: person.primaryRole,
    status: person.status,
    licenses: of(person, 'license').flatMap(({ name, id, waiting }) => (waiting === undefined ? [name ?? id] : [])),
    entities: of(person, 'entity').map(shownEntity),
    created: state.created.toISOString(),
    modified: state.modified.toISOString(),
  };
}

/** All that is shown of a user. */
export function shownUser({ state, memberships }: Standing): ShownUser {
  const person = personOf(state);
  const [waitsFor] = waitsOf(person);
  return {
    ...listedUser(state),
    ...profileOf(state.attributes),
    version: state.version,
    administrative: person.administrative === true,
    roles: of(person, 'role').map(shownGrant),
    licenses: of(person, 'license').map(shownGrant),
    permissions: of(person, 'permission').map(shownGrant),
    entities: of(person, 'entity').map((grant) => ({ ...shownGrant(grant), ...shownEntity(grant) })),
    teams: memberships.map(({ group, name, how }) => ({ id: group, name, how, roles: rolesBringing(person, group) })),
    extra: extraOf(state.attributes),
    ...(waitsFor && { waitsFor }),
    ...(person.sessionsSince !== undefined && { sessionsSince: person.sessionsSince }),
  };
}

const of = ({ grants }: Person, kind: GrantKind): readonly Grant[] => grants.filter(({ what }) => what === kind);

const shownGrant = (grant: Grant): ShownGrant => ({
  id: grant.id,
  ...(grant.name !== undefined && { name: grant.name }),
  origins: originsOf(grant),
  ...(grant.waiting !== undefined && { waitingSince: grant.waiting }),
});

const shownEntity = (grant: Grant): ShownEntity => ({
  id: grant.id,
  ...(grant.name !== undefined && { name: grant.name }),
  role: companyRoleOf(grant),
});

const rolesBringing = (person: Person, team: string): readonly string[] =>
  of(person, 'team')
    .filter(({ id }) => id === team)
    .flatMap(({ origins }) => origins.flatMap(({ ref }) => ref ?? []));
