import { defaultSettings, invitationPolicies, seatPolicies } from '../../../domain/settings.ts';
import { changeSettings, readSettings, type KeptSettings } from '../../settings.ts';
import { commissionOf, ok, route, type Answer, type Route } from '../route.ts';
import { choice, id, list, named, nullable, object, text } from '../schema.ts';

const language = text({
  pattern: '^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?$',
  maxLength: 20,
  examples: ['fr-FR'],
  description: 'A language tag (RFC 5646)',
});

const chosen = {
  languages: list(language, {
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description: 'The languages that people can choose among',
  }),
  defaultLanguage: text({ ...language, description: 'What is spoken to who has chosen none: one of `languages`' }),
  timezone: text({ maxLength: 64, format: 'timezone', description: 'By its IANA name', examples: ['Europe/Paris'] }),
  countryPrefix: text({
    pattern: '^\\+[1-9]\\d{0,3}$',
    description: 'What telephone numbers without a prefix begin with',
    examples: ['+33'],
  }),
  seatPolicy: choice(seatPolicies, { description: 'What is done where a license pool has no seat left' }),
  seatOnDeactivation: choice(['free', 'keep'], { description: 'What becomes of the seat of who is deactivated' }),
  invitationPolicy: choice(invitationPolicies, {
    description: 'What becomes of people whom an identity provider brings',
  }),
} as const;

const pools = {
  downgradeTo: id({ maxLength: 200, description: 'The id of the free license pool that `downgrade` falls to' }),
  defaultLicense: id({ maxLength: 200, description: 'The id of the license pool of who comes without a license' }),
} as const;

const settings = named('Settings', object(chosen, pools));

const change = named(
  'SettingsChange',
  object(
    {},
    {
      languages: nullable(chosen.languages),
      defaultLanguage: nullable(chosen.defaultLanguage),
      timezone: nullable(chosen.timezone),
      countryPrefix: nullable(chosen.countryPrefix),
      seatPolicy: nullable(chosen.seatPolicy),
      seatOnDeactivation: nullable(chosen.seatOnDeactivation),
      invitationPolicy: nullable(chosen.invitationPolicy),
      downgradeTo: nullable(pools.downgradeTo),
      defaultLicense: nullable(pools.defaultLicense),
    },
  ),
);

const { downgradeTo: _downgradeTo, defaultLicense: _defaultLicense, ...example } = defaultSettings;

const shown = ({ settings: { downgradeTo, defaultLicense, ...all }, version }: KeptSettings): Answer =>
  ok(
    {
      ...all,
      ...(downgradeTo !== undefined && { downgradeTo }),
      ...(defaultLicense !== undefined && { defaultLicense }),
    },
    version,
  );

/** What an organization has chosen. */
export const settingsRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/settings',
    permission: 'settings.read',
    summary: "Show the organization's settings",
    answers: { 200: { description: 'What it has chosen, and what holds where it has not', schema: settings, example } },
    handle: async ({ ports, tenant }) => shown(await readSettings(ports.deciding, tenant)),
  }),
  route({
    method: 'PATCH',
    path: '/settings',
    permission: 'settings.manage',
    summary: "Change the organization's settings",
    description:
      'What is not named stays as it is; `null` takes a choice back (RFC 7396). License pools are told by id or name.',
    body: change,
    answers: { 200: { description: 'The settings as they are now', schema: settings, example } },
    async handle(context, { body, onlyAt }) {
      return shown(await changeSettings(context.ports.deciding, commissionOf(context), body, onlyAt));
    },
  }),
];
