import type { Code } from './problems.ts';

/** What the API's messages can be read in. */
export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

/** What stands in a message. */
export type Values = Readonly<Record<string, string | number | readonly (string | number)[]>>;

const en: Readonly<Record<Code, string>> = {
  'no-key': 'Send a key of the admin API as `Authorization: Bearer rck_…`',
  'unknown-key': 'The key is unknown, expired or revoked, or its person is deactivated',
  'key-in-address': 'A key belongs in the Authorization header, never in the address',
  'not-allowed': 'This needs the permission {{permission}}, which the key does not have',
  'no-such-address': 'Nothing is served at this address; /admin/v1/docs shows what is',
  'no-such-method': 'This address answers {{allowed}} only',
  'malformed-body': 'The body cannot be read: {{why}}',
  'body-missing': 'This request needs a body',
  'body-unexpected': 'This request takes no body',
  'body-too-large': 'A body may be at most {{mebibytes}} MiB here: send it in parts',
  'body-too-slow': 'The body came too slowly',
  'not-json': 'A body is application/json, in UTF-8, plain or compressed with gzip or deflate',
  invalid: 'The request is not as it must be: see `errors`',
  'too-many-requests': 'This key asks too much: try again in {{seconds}} s',
  unavailable: 'This cannot be done now: try again',
  'too-late': 'The request took too long; try it again',
  defect: "Something went wrong here; the server's log says what",
  'confirmation-invalid': 'The confirmation is not of this request, or is out of date: ask for the dry run again',
  'confirmation-outdated': 'What the dry run told has changed since: ask for it again',
  'not-in-batch': 'This cannot be done in a batch',
  refused: '{{why}}',
  'not-delegable': 'A key can do no more than who makes it: {{permissions}} is missing',
  unknown: 'There is no {{type}} {{id}}',
  'name-taken': 'There is a {{type}} named {{name}} already',
  changed: 'The {{type}} {{id}} has been changed meanwhile',
  'owned-elsewhere': 'The {{type}} {{id}} belongs to another connection',
  'adoption-needed': 'The {{type}} {{id}} is to be taken over first',
  'adoption-changes-identity': 'Taking it over may not change {{attribute}}',
  'unknown-members': 'Nobody has these ids: {{ids}}',
  'group-inside-itself': 'The team {{member}} holds {{group}} already: they cannot hold each other',
  'too-many-matches': 'More than {{limit}} would have to be looked at: ask for less',
  'done-already': 'The operation {{index}} was done already',
  'schema-withdrawn': 'The schema {{schema}} is no longer there',
  'too-large': 'This is more than can be kept as one',
  busy: 'Too much is asked for at once: try again',
};

const fr: Readonly<Record<Code, string>> = {
  'no-key': "Envoyez une clé de l'API d'administration : `Authorization: Bearer rck_…`",
  'unknown-key': 'La clé est inconnue, expirée ou révoquée, ou sa personne est désactivée',
  'key-in-address': "Une clé s'envoie dans l'en-tête Authorization, jamais dans l'adresse",
  'not-allowed': "Il faut pour cela la permission {{permission}}, que la clé n'a pas",
  'no-such-address': "Rien n'est servi à cette adresse ; /admin/v1/docs montre ce qui l'est",
  'no-such-method': 'Cette adresse ne répond que à {{allowed}}',
  'malformed-body': 'Le corps est illisible : {{why}}',
  'body-missing': 'Cette requête demande un corps',
  'body-unexpected': 'Cette requête ne prend pas de corps',
  'body-too-large': 'Un corps ne peut dépasser {{mebibytes}} Mio ici : envoyez-le en plusieurs fois',
  'body-too-slow': 'Le corps est arrivé trop lentement',
  'not-json': 'Un corps est en application/json, en UTF-8, tel quel ou compressé par gzip ou deflate',
  invalid: "La requête n'est pas comme elle doit être : voyez `errors`",
  'too-many-requests': 'Cette clé demande trop : réessayez dans {{seconds}} s',
  unavailable: "C'est impossible pour l'instant : réessayez",
  'too-late': 'La requête a pris trop de temps ; réessayez',
  defect: 'Une erreur est survenue ici ; le journal du serveur dit laquelle',
  'confirmation-invalid': "La confirmation n'est pas celle de cette requête, ou a expiré : redemandez l'essai à blanc",
  'confirmation-outdated': "Ce que disait l'essai à blanc a changé depuis : redemandez-le",
  'not-in-batch': 'Cela ne se fait pas dans un lot',
  refused: '{{why}}',
  'not-delegable': 'Une clé ne peut rien de plus que celui qui la crée : il manque {{permissions}}',
  unknown: "{{type}} {{id}} n'existe pas",
  'name-taken': '{{type}} : le nom {{name}} est déjà pris',
  changed: '{{type}} {{id}} a changé entre-temps',
  'owned-elsewhere': '{{type}} {{id}} appartient à une autre connexion',
  'adoption-needed': "{{type}} {{id}} doit d'abord être repris",
  'adoption-changes-identity': 'La reprise ne peut pas changer {{attribute}}',
  'unknown-members': "Personne n'a ces identifiants : {{ids}}",
  'group-inside-itself': "L'équipe {{member}} contient déjà {{group}} : elles ne peuvent se contenir l'une l'autre",
  'too-many-matches': 'Il faudrait en examiner plus de {{limit}} : demandez moins',
  'done-already': "L'opération {{index}} a déjà été faite",
  'schema-withdrawn': "Le schéma {{schema}} n'existe plus",
  'too-large': "C'est plus que ce qui peut être gardé d'un seul tenant",
  busy: 'Trop est demandé à la fois : réessayez',
};

const catalogues: Readonly<Record<Language, Readonly<Record<Code, string>>>> = { en, fr };

/** Says a message in a language; values are put in as they are. */
export const say = (language: Language, key: Code, values: Values = {}): string =>
  catalogues[language][key].replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name] ?? '';
    return typeof value === 'object' ? value.join(', ') : String(value);
  });

/** The language that `Accept-Language` prefers of those there are (RFC 9110 §12.5.4); English where it says none. */
export function languageOf(header: string | undefined): Language {
  const ranges = (header ?? '').slice(0, 1_000).split(',');
  const [best] = ranges
    .flatMap((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const quality = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
      const language = languages.find((each) => tag === each || tag.startsWith(`${each}-`));
      return language !== undefined && quality > 0 ? [{ language, quality }] : [];
    })
    .sort((one, other) => other.quality - one.quality);
  return best?.language ?? 'en';
}
