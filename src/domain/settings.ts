import type { Attributes } from './states.ts';

/** What is done where a pool has no seat left. */
export const seatPolicies = ['reject', 'waitlist', 'downgrade'] as const;
export type SeatPolicy = (typeof seatPolicies)[number];

/** What becomes of people whom an identity provider brings: invited, prepared for it, or let in by single sign-on. */
export const invitationPolicies = ['invite', 'prepare', 'none'] as const;
export type InvitationPolicy = (typeof invitationPolicies)[number];

/** What an organization has chosen. */
export interface Settings {
  readonly languages: readonly string[];
  readonly defaultLanguage: string;
  /** By its IANA name. */
  readonly timezone: string;
  /** `+33`: what numbers without a prefix begin with. */
  readonly countryPrefix: string;
  readonly seatPolicy: SeatPolicy;
  /** The name of the free pool that `downgrade` falls to. */
  readonly downgradeTo: string | undefined;
  /** Whether who is deactivated keeps the seat. */
  readonly seatOnDeactivation: 'free' | 'keep';
  readonly invitationPolicy: InvitationPolicy;
  /** The name of the pool that who comes without a license gets a seat of. */
  readonly defaultLicense: string | undefined;
}

/** What holds for an organization that has chosen nothing. */
export const defaultSettings: Settings = {
  languages: ['fr-FR', 'en-US'],
  defaultLanguage: 'en-US',
  timezone: 'Europe/Paris',
  countryPrefix: '+33',
  seatPolicy: 'reject',
  downgradeTo: undefined,
  seatOnDeactivation: 'free',
  invitationPolicy: 'none',
  defaultLicense: undefined,
};

/** The settings that a tenant keeps, the defaults where it has chosen nothing. */
export const settingsFrom = (attributes: Attributes): Settings => ({
  ...defaultSettings,
  ...Object.fromEntries(
    Object.keys(defaultSettings)
      .filter((name) => attributes[name] !== undefined)
      .map((name) => [name, attributes[name]]),
  ),
});

/** Which of the organization's languages somebody is spoken to in. */
export function languageOf({ languages, defaultLanguage }: Settings, attributes: Attributes): string {
  const extension = attributes[languageSchema];
  const said =
    attributes.preferredLanguage ??
    (typeof extension === 'object' && extension !== null && 'language' in extension ? extension.language : undefined);
  const wanted = typeof said === 'string' ? said.toLowerCase() : '';
  return (
    languages.find((language) => language.toLowerCase() === wanted) ??
    languages.find((language) => wanted !== '' && language.slice(0, 2).toLowerCase() === wanted.slice(0, 2)) ??
    defaultLanguage
  );
}

/** The schema by which a user says what language he speaks. */
export const languageSchema = 'urn:ietf:params:scim:schemas:extension:language:2.0:User';
