import type { rules as english } from '../en/rules.ts';
import { typeset, type French } from '../french.ts';

/** What is said of rules of the domain that a request breaks, and what its things are called. */
export const rules: French<typeof english> = typeset({
  'kind.User': 'Utilisateur',
  'kind.Group': 'Groupe',
  'kind.Role': 'Rôle',
  'kind.Entitlement': 'Pool de licences',
  'kind.Entity': 'Entité',
  'kind.Invitation': 'Invitation',
  'kind.Number': 'Numéro',
  'kind.ToolAccount': 'Compte',
  'kind.Channel': 'Canal',
  'kind.CreditPosting': 'Écriture de crédits',
  'rule.unknown': '{{type}} « {{id}} » introuvable : affichez la liste pour voir les identifiants',
  'rule.name-taken': '{{type}} « {{name}} » existe déjà : choisissez un autre nom, ou modifiez celui qui existe',
  'rule.changed': '{{type}} « {{id}} » a changé entre-temps : relisez, puis recommencez',
  'rule.owned-elsewhere': '{{type}} « {{id}} » vient d’une autre connexion : faites la modification là-bas',
  'rule.adoption-needed':
    '{{type}} « {{id}} » ne vient pas de cette connexion : autorisez une connexion à l’adopter (--adopt userName)',
  'rule.adoption-changes-identity':
    '« {{attribute}} » ne peut pas changer dans la requête qui adopte quelqu’un : recommencez sans, puis modifiez-le',
  'rule.unknown-members': '« members » cite {{ids}}, qui n’existent pas : retirez-les, ou créez-les d’abord',
  'rule.group-inside-itself':
    'Le groupe « {{member}} » ne peut pas être membre, car le groupe se contiendrait lui-même : retirez-le',
  'rule.too-many-matches':
    'La recherche examinerait plus de {{limit}} ressources : ajoutez un critère, ou filtrez sur un attribut indexé',
  'rule.done-already':
    'L’opération d’index {{index}} de ce Bulk est déjà faite : renvoyez le Bulk pour connaître son résultat',
  'rule.schema-withdrawn': '« {{schema}} » est en cours de suppression : réessayez dans un instant',
  'rule.too-large':
    'La ressource serait trop grande : donnez à ses attributs des valeurs moins nombreuses ou plus courtes',
  'rule.seats-exhausted': {
    one: 'La licence « {{license}} » n’a plus de place libre sur {{count}} : libérez-la, ou achetez-en d’autres',
    many: 'La licence « {{license}} » n’a plus de place libre sur {{count}} : libérez-en une, ou achetez-en d’autres',
    other: 'La licence « {{license}} » n’a plus de place libre sur {{count}} : libérez-en une, ou achetez-en d’autres',
  },
  'rule.credits-exhausted': 'Cela coûte {{needed}} crédits, et il en reste {{left}} : achetez-en',
  'rule.last-primary-admin': 'L’organisation n’aurait plus d’administrateur principal : nommez-en d’abord un autre',
  'rule.administrator-out-of-reach':
    'L’utilisateur « {{id}} » est administrateur : seul un administrateur principal peut le modifier',
  'rule.administrative-grant':
    '« {{name}} » fait de quelqu’un un administrateur : seul un administrateur principal peut l’accorder',
  'rule.wrong-status': 'La personne est {{status}}, et il faut être {{wanted}} : changez d’abord cela',
  'rule.built-in': '{{type}} « {{name}} » est fourni d’origine : il ne peut être ni modifié ni supprimé',
  'rule.in-use': '{{type}} « {{name}} » sert encore à {{by}} : retirez-le-leur d’abord',
  'rule.not-allowed': 'Il faut pour cela la permission « {{permission}} » : demandez à qui peut l’accorder',
  'rule.link-unknown':
    'Ce lien est inconnu, ou un plus récent l’a remplacé : prenez le dernier reçu, ou demandez-en un autre',
  'rule.link-accepted': 'Cette invitation a déjà été acceptée : connectez-vous avec votre mot de passe',
  'rule.link-revoked': 'Cette invitation n’est plus valable : adressez-vous à qui vous a invité',
  'rule.link-expired': 'Cette invitation a expiré : demandez-en une autre à qui vous a invité',
  'rule.unreachable': 'L’utilisateur « {{id}} » n’a ni adresse e-mail ni numéro de mobile : ajoutez-en, puis invitez',
  'rule.held':
    '{{type}} « {{name}} » est attribué à l’utilisateur « {{holder}} » : libérez-le d’abord, ou choisissez-en un autre',
  'rule.invalid': '« {{attribute}} » n’est pas comme il doit être : {{why}}',
  'rule.busy': 'La base de données n’a pas répondu à temps : réessayez dans un instant',
});
