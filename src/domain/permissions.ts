/**
 * Everything a person or a program may be allowed to do, each with what it means. The catalogue is fixed: roles choose
 * from it, routes demand from it.
 */
export const permissions = {
  'users.read': 'See people, with their roles, licenses, teams and entities',
  'users.manage': 'Create, invite, change, deactivate and remove people who hold no administrative role',
  'admins.manage': 'The same for people who hold an administrative role, and grant or take such roles',
  'teams.read': 'See teams and who is in them',
  'teams.manage': 'Create, change, disable and delete teams and their channels, and choose who is in them',
  'roles.read': 'See roles and what they allow',
  'roles.manage': 'Create, change and delete roles, and grant them',
  'subscription.read': 'See license pools, seats and credits',
  'subscription.manage': 'Change license pools, buy seats and credits',
  'entities.read': 'See entities and who is in them',
  'entities.manage': 'Create, change and delete entities, and choose who is in them with which company role',
  'numbers.manage': 'Keep the inventory of telephone numbers',
  'settings.read': "See the organization's settings",
  'settings.manage': "Change the organization's settings",
  'connections.read': 'See connections of identity providers, their tokens and what they did',
  'connections.manage': 'Make and change connections, their tokens and the rules of what their groups mean',
  'keys.manage': 'Make and revoke keys of the admin API, with no more rights than one has',
  'audit.read': 'See who was what at any time, and by whose order',
  'calls.access': 'Reach all calls in the product',
} as const satisfies Readonly<Record<string, string>>;

export type Permission = keyof typeof permissions;

/** All of them, in the catalogue's order. */
export const everyPermission = Object.keys(permissions) as readonly Permission[];

export const isPermission = (text: string): text is Permission => Object.hasOwn(permissions, text);

/** What the organization makes somebody, before any role (the seeds' “primary role”). */
export const primaryRoles = ['primary-admin', 'admin', 'user'] as const;
export type PrimaryRole = (typeof primaryRoles)[number];

/** The roles that every organization has, and nobody can change or delete. */
export const workspaceRoles = ['Admin', 'Manager', 'User'] as const;
export type WorkspaceRole = (typeof workspaceRoles)[number];

const reading = [
  'users.read',
  'teams.read',
  'roles.read',
  'entities.read',
  'settings.read',
] as const satisfies readonly Permission[];

const managing = [
  ...reading,
  'users.manage',
  'teams.manage',
  'roles.manage',
  'entities.manage',
  'numbers.manage',
  'calls.access',
] as const satisfies readonly Permission[];

const administering = [
  ...managing,
  'subscription.read',
  'subscription.manage',
  'settings.manage',
  'connections.read',
  'connections.manage',
  'keys.manage',
  'audit.read',
] as const satisfies readonly Permission[];

/**
 * Which built-in role holds which permissions: the one table. “Admin: can manage roles and subscription to add licenses.
 * Manager: can manage roles but not subscription. User: can access all calls.” “Only the Primary Admin can manage
 * organization-level users”: of those, the administrators.
 */
export const builtIn = {
  primary: { 'primary-admin': everyPermission, admin: administering, user: [] },
  workspace: { Admin: administering, Manager: managing, User: ['calls.access'] },
} as const satisfies {
  readonly primary: Readonly<Record<PrimaryRole, readonly Permission[]>>;
  readonly workspace: Readonly<Record<WorkspaceRole, readonly Permission[]>>;
};

/** Who holds one of these is an administrator: out of an identity provider's reach, and managed by Primary Admins alone. */
const administrative: ReadonlySet<Permission> = new Set([
  'users.manage',
  'admins.manage',
  'roles.manage',
  'subscription.manage',
  'settings.manage',
  'connections.manage',
  'keys.manage',
]);

/** Whether whoever is allowed this is an administrator. */
export const isAdministrative = (held: Iterable<Permission>): boolean =>
  [...held].some((permission) => administrative.has(permission));

/** The company roles that somebody has in an entity, the strongest first. */
export const companyRoles = ['Admin', 'Manager', 'Approver', 'Clerk', 'Auditor'] as const;
export type CompanyRole = (typeof companyRoles)[number];

/** Who may choose the members of an entity: a permission in that entity, which these company roles hold. */
export const managesEntity = (role: CompanyRole): boolean => role === 'Admin' || role === 'Manager';
