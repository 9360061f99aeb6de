import type { problems as english } from '../en/problems.ts';
import { typeset, type French } from '../french.ts';

/** What the admin API says of requests that it refuses before any rule is asked, and of what is wrong in them. */
export const problems: French<typeof english> = typeset({
  'problem.no-key': 'Envoyez une clé de l’API d’administration dans l’en-tête Authorization : `Bearer rck_…`',
  'problem.unknown-key':
    'La clé est inconnue, expirée ou révoquée, ou sa personne est désactivée : demandez-en une autre',
  'problem.key-in-address': 'Une clé s’envoie dans l’en-tête Authorization, jamais dans l’adresse : envoyez-la là',
  'problem.no-such-address': 'Rien n’est servi à cette adresse : `/admin/v1/docs` montre ce qui l’est',
  'problem.no-such-method': 'Cette adresse répond à {{allowed}}, et à rien d’autre',
  'problem.malformed-body': 'Le corps n’est pas du JSON recevable : vérifiez sa fin, sa profondeur et ses noms',
  'problem.body-missing': 'Cette requête demande un corps : envoyez-le en application/json',
  'problem.body-unexpected': 'Cette requête ne prend pas de corps : retirez-le',
  'problem.body-too-large': 'Un corps ne peut dépasser {{mebibytes}} Mio ici : envoyez-le en plusieurs fois',
  'problem.body-too-slow': 'Le corps est arrivé trop lentement : renvoyez-le',
  'problem.not-json': 'Un corps est en application/json, en UTF-8, tel quel ou compressé par gzip ou deflate',
  'problem.invalid': 'La requête n’est pas comme elle doit être : `errors` dit où',
  'problem.too-many-requests': 'Cette clé demande trop : réessayez dans {{seconds}} s',
  'problem.unavailable': 'La base de données est injoignable : réessayez',
  'problem.too-late': 'La requête a pris trop de temps : réessayez',
  'problem.defect': 'Une erreur est survenue ici : le journal du serveur dit laquelle',
  'problem.confirmation-invalid':
    'La confirmation n’est pas celle de cette requête, ou trop ancienne : redemandez l’essai à blanc',
  'problem.confirmation-outdated': 'Ce que disait l’essai à blanc a changé depuis : redemandez-le',
  'problem.not-in-batch': 'Cela ne peut pas faire partie d’un lot : envoyez-le seul',
  'fault.required': 'manque',
  'fault.additionalProperties': 'n’est pas connu ici',
  'fault.enum': 'doit être l’un de : {{allowed}}',
  'fault.type': 'doit être du type {{type}}',
  'fault.format': 'doit avoir le format {{format}}',
  'fault.pattern': 'doit correspondre à {{pattern}}',
  'fault.minimum': 'doit être au moins {{limit}}',
  'fault.maximum': 'doit être au plus {{limit}}',
  'fault.minLength': 'doit avoir au moins {{limit}} caractères',
  'fault.maxLength': 'doit avoir au plus {{limit}} caractères',
  'fault.minItems': 'doit avoir au moins {{limit}} éléments',
  'fault.maxItems': 'doit avoir au plus {{limit}} éléments',
  'fault.uniqueItems': 'ne doit avoir aucun élément en double',
  'fault.other': 'n’est pas comme il doit être',
});
