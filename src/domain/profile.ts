import { DomainError } from './errors.ts';
import { loginFrom, e164From } from './logins.ts';
import { records } from './roles.ts';
import { languageSchema, type Settings } from './settings.ts';
import type { Attributes } from './states.ts';

/** “Fill in personal information. Add extra information (optional).” `null` takes something away. */
export interface Profile {
  /** E-mail address or mobile number: “User ID is used for login and password reset”. */
  readonly userName?: string | undefined;
  readonly displayName?: string | null | undefined;
  readonly givenName?: string | null | undefined;
  readonly familyName?: string | null | undefined;
  readonly title?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly mobile?: string | null | undefined;
  readonly landline?: string | null | undefined;
  /** One of the organization's. */
  readonly language?: string | null | undefined;
  /** By its IANA name. */
  readonly timezone?: string | null | undefined;
  readonly department?: string | null | undefined;
  readonly division?: string | null | undefined;
  readonly organization?: string | null | undefined;
  readonly costCenter?: string | null | undefined;
  readonly employeeNumber?: string | null | undefined;
}

type Part = keyof Profile;

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Where each part of a profile stands in a user's attributes. */
const places = {
  userName: { at: ['userName'] },
  displayName: { at: ['displayName'] },
  givenName: { at: ['name', 'givenName'] },
  familyName: { at: ['name', 'familyName'] },
  title: { at: ['title'] },
  email: { of: 'emails', type: 'work' },
  mobile: { of: 'phoneNumbers', type: 'mobile' },
  landline: { of: 'phoneNumbers', type: 'work' },
  language: { at: ['preferredLanguage'] },
  timezone: { at: ['timezone'] },
  department: { at: [enterprise, 'department'] },
  division: { at: [enterprise, 'division'] },
  organization: { at: [enterprise, 'organization'] },
  costCenter: { at: [enterprise, 'costCenter'] },
  employeeNumber: { at: [enterprise, 'employeeNumber'] },
} as const satisfies Readonly<Record<Part, Place>>;

type Place =
  | { readonly at: readonly [string] | readonly [string, string] }
  /** A value of a list, of that type. */
  | { readonly of: string; readonly type: string };

const parts = Object.keys(places) as readonly Part[];

/**
 * A user's attributes with what a profile says, and all else as it was. Who is new is reached by what he signs in with, and
 * displayed by his name, where nothing else is said.
 *
 * @param before undefined of who is new
 * @throws DomainError `invalid`
 */
export function described(before: Attributes | undefined, profile: Profile, settings: Settings): Attributes {
  const checked = checkedProfile(before ? profile : withDefaults(profile, settings), settings);
  const after = parts.reduce<Attributes>((attributes, part) => {
    const value = checked[part];
    return value === undefined ? attributes : put(attributes, places[part], value);
  }, before ?? {});
  return profile.language === undefined ? after : put(after, { at: [languageSchema, 'language'] }, profile.language);
}

/** What a user's attributes say, part by part. */
export const profileOf = (attributes: Attributes): Readonly<Partial<Record<Part, string>>> =>
  Object.fromEntries(
    parts.flatMap((part) => {
      const value = read(attributes, places[part]);
      return typeof value === 'string' ? [[part, value]] : [];
    }),
  );

function withDefaults(profile: Profile, { countryPrefix }: Settings): Profile {
  const { userName = '', givenName, familyName } = profile;
  const login = loginFrom(userName, countryPrefix);
  const name = [givenName, familyName].filter((each) => typeof each === 'string').join(' ');
  return {
    [login.kind]: login.value,
    ...(name !== '' && { displayName: name }),
    ...Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined)),
  };
}

function checkedProfile(profile: Profile, { countryPrefix, languages }: Settings): Profile {
  const { userName, mobile, landline, language, timezone } = profile;
  if (typeof language === 'string' && !languages.includes(language))
    throw new DomainError({ rule: 'invalid', attribute: 'language', why: languages.join(', ') });
  if (typeof timezone === 'string' && !isTimezone(timezone))
    throw new DomainError({ rule: 'invalid', attribute: 'timezone', why: timezone });
  const number = (text: string | null | undefined, attribute: Part) =>
    typeof text === 'string' ? { [attribute]: e164From(text, countryPrefix, attribute) } : {};
  return {
    ...profile,
    ...(userName !== undefined && { userName: loginFrom(userName, countryPrefix).value }),
    ...number(mobile, 'mobile'),
    ...number(landline, 'landline'),
  };
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

function put(attributes: Attributes, place: Place, value: string | null): Attributes {
  if ('of' in place) return filled(attributes, place.of, listed(records(attributes[place.of]), place, value));
  const [first, second] = place.at;
  if (second === undefined) return filled(attributes, first, value ?? undefined);
  const inner = filled(objectOf(attributes[first]), second, value ?? undefined);
  return filled(attributes, first, Object.keys(inner).length > 0 ? inner : undefined);
}

/** The list with that value in place of the first of its type, which comes first where it is the only one. */
function listed(
  list: readonly Attributes[],
  { type }: { readonly type: string },
  value: string | null,
): readonly Attributes[] | undefined {
  const old = list.find((each) => typeof each.type === 'string' && each.type.toLowerCase() === type);
  const others = list.filter((each) => each !== old);
  if (value === null) return others.length > 0 ? others : undefined;
  const next = { ...old, value, type, ...(list.length === 0 && { primary: true }) };
  return old ? list.map((each) => (each === old ? next : each)) : [...list, next];
}

function filled(object: Attributes, name: string, value: unknown): Attributes {
  if (value !== undefined) return { ...object, [name]: value };
  return Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));
}

function read(attributes: Attributes, place: Place): unknown {
  if ('of' in place) {
    const typed = records(attributes[place.of]);
    return typed.find(({ type }) => typeof type === 'string' && type.toLowerCase() === place.type)?.value;
  }
  const [first, second] = place.at;
  return second === undefined ? attributes[first] : objectOf(attributes[first])[second];
}

const objectOf = (value: unknown): Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
