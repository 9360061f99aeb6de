import type { people as english } from '../en/people.ts';
import { typeset, type French } from '../french.ts';

/** Why people may do what they may, and what is said of the first Primary Admin. */
export const people: French<typeof english> = typeset({
  'primary-admin.there': 'Il y a déjà un Primary Admin, qui peut en nommer d’autres : adressez-vous à lui',
  'why.may': '« {{user}} » a ce droit ({{permission}}) :{{reasons}}',
  'why.may-not': '« {{user}} » n’a pas ce droit ({{permission}}) : rien ne le donne',
  'why.not-active':
    '« {{user}} » n’a aucun droit, au statut {{status}} ; une fois le compte actif, celui-ci ({{permission}}) viendrait de :{{reasons}}',
  'why.waiting': '« {{user}} » attend une place avant d’avoir ce droit ({{permission}})',
  'why.primary-role': 'le rôle principal {{role}} le comprend',
  'why.role': 'le rôle « {{role}} » le donne ; ce rôle vient {{origin}}',
  'why.direct': 'il a été donné directement ; il vient {{origin}}',
  'origin.hand': 'd’un administrateur',
  'origin.import': 'd’un import',
  'origin.scim': 'de la connexion « {{name}} »',
  'origin.group': 'du groupe « {{name}} »',
  'origin.rule': 'de la règle « {{name}} »',
  'origin.role': 'du rôle « {{name}} »',
  'ends.primary-role': 'donner un autre rôle principal que {{role}}',
  'ends.hand': 'retirer « {{what}} » à la main',
  'ends.import': 'retirer « {{what}} » à la main : un import l’a donné',
  'ends.scim': 'faire retirer « {{what}} » par la connexion « {{name}} »',
  'ends.group': 'retirer la personne du groupe « {{name}} », qui donne « {{what}} »',
  'ends.rule': 'modifier la règle « {{name}} », qui donne « {{what}} »',
  'ends.role': 'retirer le rôle « {{name}} », qui donne « {{what}} »',
  'status.prepared': 'préparé',
  'status.invited': 'invité',
  'status.active': 'actif',
  'status.deactivated': 'désactivé',
});
