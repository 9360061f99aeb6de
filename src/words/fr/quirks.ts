import type { quirks as english } from '../en/quirks.ts';
import { typeset, type French } from '../french.ts';

/** What lenient repairs in clients' requests. */
export const quirks: French<typeof english> = typeset({
  'quirk.stringScalars': 'Un booléen ou un nombre sous forme de chaîne (`"True"`) : lu selon le type du schéma',
  'quirk.unknownAttributes': 'Un attribut qu’aucun schéma n’a, en POST et PUT : il est ignoré',
  'quirk.unknownSchemas':
    'Un URN qu’aucun schéma n’a dans `schemas`, ou un URN dû qui manque : il est ignoré, ou supposé',
  'quirk.unknownPaths': 'Un chemin de PATCH qui ne nomme aucun attribut : l’opération est ignorée',
  'quirk.extensionPaths':
    'Un nom d’extension sans son URN (`manager`), dans un chemin de PATCH ou un filtre : il est cherché dans les extensions',
  'quirk.pathForms':
    'Un chemin avec une barre oblique au début, encodé en pourcents, ou avec un point derrière l’URN : lu comme le chemin voulu',
  'quirk.dottedKeys':
    'Un PATCH sans chemin dont la valeur a des chemins pour clés (`name.givenName`) : chaque clé est lue comme un chemin',
  'quirk.missingTargets':
    '`add` ou `replace` sur `emails[type eq "work"].value` quand rien ne correspond : la valeur est créée, ou ce qu’elle retire l’est déjà',
  'quirk.memberDetails': 'Un PATCH de `display` ou de `$ref` d’un membre, qui découlent de qui il est : il est ignoré',
  'quirk.singleForMany': 'Une valeur seule là où il faut un tableau : elle en est la seule',
  'quirk.manyForSingle': 'Un tableau d’un élément là où il faut une valeur seule : l’élément est la valeur',
  'quirk.bareValues': 'Une simple chaîne là où il faut un objet avec `value` : elle est le `value`',
  'quirk.packedValues':
    'Un rôle ou un droit sous forme de JSON dans une chaîne (`"value": "{\\"value\\": \\"admin\\", …}"`) : il est déballé : son `value`, et son `displayName` comme `display`',
  'quirk.emptyStrings': 'Une chaîne vide pour dire aucune valeur : elle retire l’attribut',
  'quirk.severalPrimaries': 'Plus d’une valeur principale : la dernière le reste',
  'quirk.unknownMembers': 'Des identifiants de membres qui ne nomment personne : ils sont écartés, le reste est ajouté',
  'quirk.unknownGrants':
    'Des rôles, droits ou entités que l’organisation n’a pas : ils sont écartés, le reste est accordé',
  'quirk.putKeepsMembers': 'Un PUT d’un groupe sans `members` : les membres restent',
  'quirk.unquotedValues': 'Des chaînes sans guillemets dans les filtres : elles sont lues comme des chaînes',
  'quirk.valuePathComparisons': 'Le filtre `emails[type eq "work"] eq "x"` : il compare le `value`',
});
