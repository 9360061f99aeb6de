import { extraBounds } from '../../../domain/extra.ts';
import { originKinds } from '../../../domain/grants.ts';
import { companyRoles, everyPermission, primaryRoles } from '../../../domain/permissions.ts';
import { statuses } from '../../../domain/person.ts';
import {
  choice,
  flag,
  id,
  instant,
  integer,
  list,
  map,
  named,
  nullable,
  object,
  text,
  word,
  type Of,
  type OfSome,
} from '../schema.ts';

const short = (description: string) => word({ maxLength: 256, description });
const longest = 100;

/** What he signs in with. */
export const userName = word({
  maxLength: 320,
  description: 'E-mail address or mobile number, by which he signs in and has his password reset',
  examples: ['alice@example.com', '+33612345678'],
});

/** What stands in a profile besides the login. */
const profile = {
  displayName: short('How he is called; without it, by his names'),
  givenName: short('First name'),
  familyName: short('Last name'),
  title: short('What he is in the company'),
  email: word({ maxLength: 320, format: 'email', description: 'Where mails go' }),
  mobile: short('Mobile number; without a prefix, it gets that of the organization'),
  landline: short('Landline number; without a prefix, it gets that of the organization'),
  language: word({ maxLength: 35, description: "One of the organization's languages", examples: ['fr-FR'] }),
  timezone: word({ maxLength: 64, description: 'By its IANA name', examples: ['Europe/Paris'] }),
  department: short('Department'),
  division: short('Division'),
  organization: short('Organization'),
  costCenter: short('Cost center'),
  employeeNumber: short('Employee number'),
} as const;

const companyRole = choice(companyRoles, { description: 'What he is in that company' });

const thing = (what: string) => word({ maxLength: 256, description: `The id or the name of a ${what}` });

const rights = {
  primaryRole: choice(primaryRoles, { description: 'Administrative ones can be given by Primary Admins alone' }),
  roles: list(thing('role'), {
    maxItems: longest,
    uniqueItems: true,
    description: 'The roles that he holds by hand; needs `roles.manage`, and to be allowed oneself what they allow',
  }),
  permissions: list(choice(everyPermission), {
    uniqueItems: true,
    description: 'Given without a role. It is possible; roles are recommended',
  }),
  license: nullable(thing('license pool')),
  entities: list(object({ entity: thing('entity'), role: companyRole }), {
    maxItems: longest,
    description: 'The companies that he is in by hand; needs `entities.manage`',
  }),
  teams: list(thing('team'), {
    maxItems: longest,
    uniqueItems: true,
    description: 'The teams that he is in by choice; those that come with his roles stay. Needs `teams.manage`',
  }),
} as const;

const extra = map(text({ maxLength: extraBounds.value }), {
  maxProperties: extraBounds.entries,
  description: 'Extra information, under names of the organization’s own; what is said is all of it',
  examples: [{ Badge: '4711' }],
});

/** What a password may be. */
export const password = word({ minLength: 8, maxLength: 256, description: 'Kept as its argon2id hash alone' });

/** Who is to be created, and invited or prepared. */
export const newUser = named(
  'NewUser',
  object(
    { userName },
    {
      ...profile,
      ...rights,
      extra,
      begins: choice(['invited', 'prepared'], {
        default: 'invited',
        description: 'Created and invited directly, or saved as a prepared user',
      }),
    },
  ),
);

/** Somebody who is created with a password. */
export const newDirectUser = named('NewDirectUser', object({ userName, password }, { ...profile, ...rights, extra }));

/** Who is to be the first Primary Admin. */
export const newAdmin = named('NewPrimaryAdmin', object({ userName }, { ...profile, password }));

/** Each member of a profile, which may be taken away. */
const removable = Object.fromEntries(
  Object.entries(profile).map(([name, schema]) => [name, nullable(schema)]),
) as unknown as { readonly [K in keyof typeof profile]: ReturnType<typeof nullable<(typeof profile)[K]>> };

/** What is to change of somebody. */
export const userPatch = named(
  'UserPatch',
  object({}, { userName, ...removable, ...rights, extra }, { minProperties: 1 }),
);

/** What is no part of a profile. */
type Given = OfSome<typeof rights> & {
  readonly extra?: Of<typeof extra>;
  readonly begins?: string;
  readonly password?: string;
};

/** What was said of somebody, told apart: what describes him, and what he is given. */
export function toldApart<S extends Given>(said: S) {
  const {
    primaryRole,
    roles,
    permissions,
    license,
    entities,
    teams,
    extra: more,
    begins: _,
    password: __,
    ...rest
  } = said;
  return { profile: rest, rights: { primaryRole, roles, permissions, license, entities }, teams, extra: more };
}

const origin = object(
  { by: choice(originKinds, { description: 'By hand, by an import, by a connection, a group, a rule or a role' }) },
  {
    ref: id({ description: 'The import, connection, group, rule or role' }),
    role: choice(companyRoles),
    as: word(),
    primary: flag(),
  },
);

const grant = {
  id: id({ description: 'Of what he holds' }),
  origins: list(origin, { description: 'Every reason, the most deliberate first: it goes when the last one goes' }),
} as const;

const grantMore = {
  name: word(),
  waitingSince: instant({ description: 'There is no seat for it yet' }),
} as const;

const grants = list(object(grant, grantMore));

const shownEntity = { id: id(), role: companyRole } as const;

const always = {
  id: id(),
  userName,
  primaryRole: choice(primaryRoles),
  status: choice(statuses),
  created: instant(),
  modified: instant(),
} as const;

/** A user in a list. */
export const listedUser = named(
  'ListedUser',
  object(
    {
      ...always,
      licenses: list(word(), { description: 'The names of the pools that he holds a seat of' }),
      entities: list(object(shownEntity, { name: word() })),
    },
    { displayName: profile.displayName, email: profile.email },
  ),
);

/** A user with all that he holds. */
export const shownUser = named(
  'User',
  object(
    {
      ...always,
      version: integer({ description: 'As in `ETag`' }),
      administrative: flag({ description: 'He may manage others: Primary Admins alone change him' }),
      roles: grants,
      licenses: grants,
      permissions: grants,
      entities: list(object({ ...grant, role: companyRole }, grantMore)),
      teams: list(
        object({
          id: id(),
          name: word(),
          how: choice(['direct', 'indirect']),
          roles: list(id(), { description: 'The roles that bring it' }),
        }),
      ),
      extra,
    },
    {
      ...profile,
      waitsFor: object({ pool: id(), since: instant() }),
      sessionsSince: instant({ description: 'Sessions that began before are over' }),
    },
  ),
);

/** As they may look. */
export const examples = {
  listed: {
    id: '2819c223-7f76-453a-919d-413861904646',
    userName: 'alice@example.com',
    displayName: 'Alice Martin',
    email: 'alice@example.com',
    primaryRole: 'user',
    status: 'active',
    licenses: ['recording-premium'],
    entities: [{ id: '6c8f', name: 'Acme France', role: 'Approver' }],
    created: '2026-11-23T14:30:00.000Z',
    modified: '2026-11-23T14:30:00.000Z',
  },
  user: {
    id: '2819c223-7f76-453a-919d-413861904646',
    userName: 'alice@example.com',
    displayName: 'Alice Martin',
    email: 'alice@example.com',
    language: 'fr-FR',
    primaryRole: 'user',
    status: 'active',
    created: '2026-11-23T14:30:00.000Z',
    modified: '2026-11-23T14:30:00.000Z',
    version: 3,
    administrative: false,
    roles: [{ id: '4e1b', name: 'Telephony', origins: [{ by: 'hand' }, { by: 'group', ref: '9a0c' }] }],
    licenses: [{ id: '77d2', name: 'recording-premium', origins: [{ by: 'scim', ref: '1f00' }] }],
    permissions: [],
    entities: [{ id: '6c8f', name: 'Acme France', role: 'Approver', origins: [{ by: 'hand', role: 'Approver' }] }],
    teams: [{ id: '31aa', name: 'Sales', how: 'direct', roles: ['4e1b'] }],
    extra: { Badge: '4711' },
  },
} as const;
