/** A way of clients that the RFCs do not allow. */
interface Deviation {
  /** What clients send. */
  readonly sends: string;
  /** What `lenient` makes of it. */
  readonly lenient: string;
  /** What `strict` does where that is no refusal. */
  readonly strict?: string;
  /** Who sends it, and the thread or document that says so. */
  readonly source: string;
}

/**
 * What one identity provider needs that the RFC does not allow, each named, with the client that made it necessary.
 * `lenient` repairs all of them and counts each repair; `strict` refuses them.
 */
export const quirks = {
  stringScalars: {
    sends: 'A boolean or number as a string (`"True"`)',
    lenient: "it is read as the schema's type",
    source: 'Entra: SCIMReferenceCode#21',
  },
  unknownAttributes: {
    sends: 'An attribute that no schema has, in POST and PUT',
    lenient: 'it is dropped',
    source: 'Entra, OneLogin: suna PR 7302',
  },
  unknownSchemas: {
    sends: 'A URN that no schema has in `schemas`, or one that is due left out',
    lenient: 'it is dropped, or assumed',
    source: 'OneLogin, Google: authentik#11249, snipe-it#12642',
  },
  unknownPaths: {
    sends: 'A PATCH path that names no attribute',
    lenient: 'the operation is dropped',
    source: 'Entra custom mappings: suna PR 7302',
  },
  extensionPaths: {
    sends: 'A name of an extension without its URN (`manager`), in PATCH paths and filters',
    lenient: 'it is looked for in the extensions',
    source: 'Entra: MS-DEV',
  },
  pathForms: {
    sends: 'A path with a leading slash, percent-encoded, or with a dot behind the URN',
    lenient: 'it is read as the path that it means',
    source: 'Entra before 2018: sim PR 7567, MS-COMPAT',
  },
  dottedKeys: {
    sends: 'A PATCH without path whose value has paths as keys (`name.givenName`)',
    lenient: 'each key is read as a path',
    source: 'Entra: scimitar#123',
  },
  missingTargets: {
    sends: '`add` or `replace` on `emails[type eq "work"].value` where nothing matches',
    lenient: 'the value is created, or what it unassigns is done',
    source: 'Entra: ssoready PR 249',
  },
  memberDetails: {
    sends: "A PATCH of a member's `display` or `$ref`, which follow from who it is",
    lenient: 'it is ignored',
    source: 'No client known: it says nothing, and should not keep the rest from being done',
  },
  singleForMany: {
    sends: 'One value where an array is due',
    lenient: 'it is the only one of the array',
    source: 'OneLogin: django-scim2',
  },
  manyForSingle: {
    sends: 'A one-element array where a single value is due',
    lenient: 'the element is the value',
    source: 'Entra: MS-DEV (manager)',
  },
  bareValues: {
    sends: 'A bare string where an object with `value` is due',
    lenient: 'it is the `value`',
    source: 'Entra: MS-REF (manager, members)',
  },
  packedValues: {
    sends: 'A role or an entitlement as JSON in a string (`"value": "{\\"value\\": \\"admin\\", …}"`)',
    lenient: 'it is unpacked: its `value`, and its `displayName` as `display`',
    source: 'Entra, AppRoleAssignmentsComplex: buildbuddy PR 10578, SCIM-SDK',
  },
  emptyStrings: {
    sends: 'An empty string for no value',
    lenient: 'it unassigns the attribute',
    strict: 'where a string is due it is stored as sent (RFC 7643 §2.5)',
    source: 'Entra, Okta: MS-LA, OK-REF',
  },
  severalPrimaries: {
    sends: 'More than one primary value',
    lenient: 'the last one stays primary',
    source: 'Entra: MS-REF',
  },
  unknownMembers: {
    sends: 'Member ids that name nobody',
    lenient: 'they are left out, the rest is added',
    source: 'Okta: fleet#52600',
  },
  unknownGrants: {
    sends: 'Roles, entitlements and entities that the organization does not have',
    lenient: 'they are left out, the rest is granted',
    source: 'Entra: buildbuddy PR 10578',
  },
  putKeepsMembers: {
    sends: 'A PUT of a group without `members`',
    lenient: 'the members stay',
    strict: 'the members are cleared (RFC 7644 §3.5.1)',
    source: 'Okta: langwatch#7131',
  },
  unquotedValues: {
    sends: 'Unquoted strings in filters',
    lenient: 'they are read as strings',
    source: 'Entra: OctopusDeploy#9841',
  },
  valuePathComparisons: {
    sends: 'The filter `emails[type eq "work"] eq "x"`',
    lenient: 'it compares the `value`',
    source: 'Entra: azure-docs#83855',
  },
} as const satisfies Readonly<Record<string, Deviation>>;

export type Quirk = keyof typeof quirks;

const meanings: ReadonlyMap<string, Deviation> = new Map(Object.entries(quirks));

/** What clients send, and what `lenient` makes of it; the name alone of a quirk that this version does not know. */
export function quirkMeaning(name: string): string {
  const quirk = meanings.get(name);
  return quirk ? `${quirk.sends}: ${quirk.lenient}` : name;
}

/**
 * What the interoperability profile (draft-zollner-scim-interop-profile) demands of a server beyond the RFCs, each
 * named. Enforced for a connection that reads by `strict` and has the option `interop`; the rest of the profile is in
 * `interop.ts`.
 */
export const demands = {
  everyPath: {
    demands: 'Every operation of a PATCH has a `path`',
    answers: '400 `invalidSyntax`',
  },
  unknownPaths: {
    demands: 'A PATCH names no attribute or schema that is not defined',
    answers: '400 `invalidSyntax`',
  },
  leafPaths: {
    demands: 'A path with a filter targets a sub-attribute: `emails[type eq "work"].value`',
    answers: '400 `invalidPath`',
  },
  oneMatch: {
    demands: 'The filter of a path matches one value at most',
    answers: '400 `invalidFilter`',
  },
  wholeReplace: {
    demands: '`replace` of a complex attribute replaces the whole of it; `add` merges',
    answers: 'sub-attributes that are not named are unassigned',
  },
} as const;

export type Demand = keyof typeof demands;

export type DialectName = 'lenient' | 'strict';

/** What a connection can be made to show besides: see `schemasShown` and `conforms`. */
export type ConnectionOption = 'interop' | 'entraSchemas' | 'administrators';

/** One request's tolerance: asks whether a quirk is repaired and counts it when it is. */
export interface Leniency {
  readonly dialect: DialectName;
  /** True, and counted, where the dialect repairs the quirk; false where it must be refused. */
  repairs(quirk: Quirk): boolean;
  /** Whether the connection keeps to that demand of the interoperability profile. */
  demands(demand: Demand): boolean;
  /** How often each quirk was repaired so far. */
  readonly repaired: ReadonlyMap<Quirk, number>;
  /** The same tolerance with nothing counted yet. */
  afresh(): Leniency;
}

const none: ReadonlySet<never> = new Set();
const all: ReadonlySet<Demand> = new Set(Object.keys(demands) as Demand[]);

/** A fresh tally for one request of a connection with that dialect and those options. */
export function leniency(dialect: DialectName, options: ReadonlySet<ConnectionOption> = none): Leniency {
  const kept: ReadonlySet<Demand> = dialect === 'strict' && options.has('interop') ? all : none;
  const repaired = new Map<Quirk, number>();
  return {
    dialect,
    repaired,
    repairs(quirk) {
      if (dialect === 'strict') return false;
      repaired.set(quirk, (repaired.get(quirk) ?? 0) + 1);
      return true;
    },
    demands: (demand) => kept.has(demand),
    afresh: () => leniency(dialect, options),
  };
}
