/**
 * What one identity provider needs that the RFC does not allow, each named, with the client that made it necessary.
 * `lenient` repairs all of them and counts each repair; `strict` refuses them.
 */
export const quirks = {
  stringScalars: 'Booleans and numbers as strings ("True"). Entra: SCIMReferenceCode#21',
  unknownAttributes: 'Attributes no schema has are dropped from POST and PUT. Entra, OneLogin: suna PR 7302',
  unknownSchemas:
    'URNs no schema has are dropped from `schemas`, and missing ones assumed. OneLogin, Google: authentik#11249, snipe-it#12642',
  unknownPaths: 'A PATCH path that names no attribute is dropped. Entra custom mappings: suna PR 7302',
  extensionPaths: 'A PATCH path without its URN is looked for in the extensions (`manager`). Entra: MS-DEV',
  pathForms:
    'Paths with a leading slash, percent-encoded, or with a dot behind the URN. Entra before 2018: sim PR 7567, MS-COMPAT',
  dottedKeys: 'A PATCH without path whose value has paths as keys (`name.givenName`). Entra: scimitar#123',
  missingTargets:
    'add or replace on `emails[type eq "work"].value` that matches nothing creates the value. Entra: ssoready PR 249',
  singleForMany: 'One object where an array is due. OneLogin: django-scim2',
  manyForSingle: 'A one-element array where a single value is due. Entra: MS-DEV (manager)',
  bareValues: 'A bare string where an object with `value` is due. Entra: MS-REF (manager, members)',
  emptyStrings: 'An empty string unassigns an attribute. Entra, Okta: MS-LA, OK-REF',
  severalPrimaries: 'More than one primary value: the last one stays. Entra: MS-REF',
  unknownMembers: 'Member ids that name nobody are left out, the rest is added. Okta: fleet#52600',
  putKeepsMembers: 'PUT of a group without `members` leaves them. Okta: langwatch#7131',
  unquotedValues: 'Unquoted strings in filters. Entra: OctopusDeploy#9841',
  valuePathComparisons: '`emails[type eq "work"] eq "x"` compares the value. Entra: azure-docs#83855',
} as const;

export type Quirk = keyof typeof quirks;

export type DialectName = 'lenient' | 'strict';

/** One request's tolerance: asks whether a quirk is repaired and counts it when it is. */
export interface Leniency {
  readonly dialect: DialectName;
  /** True, and counted, where the dialect repairs the quirk; false where it must be refused. */
  repairs(quirk: Quirk): boolean;
  /** How often each quirk was repaired so far. */
  readonly repaired: ReadonlyMap<Quirk, number>;
}

/** A fresh tally for one request of a connection with that dialect. */
export function leniency(dialect: DialectName): Leniency {
  const repaired = new Map<Quirk, number>();
  return {
    dialect,
    repaired,
    repairs(quirk) {
      if (dialect === 'strict') return false;
      repaired.set(quirk, (repaired.get(quirk) ?? 0) + 1);
      return true;
    },
  };
}
