import type { rules as english } from '../en/rules.ts';
import { typeset, type French } from '../french.ts';

/** What is said of rules of the domain that a request breaks, and what its things are called. */
export const rules: French<typeof english> = typeset({
  'kind.User': 'Utilisateur',
  'kind.Group': 'Groupe',
  'kind.Role': 'Rôle',
  'kind.Entitlement': 'Pool de licences',
  'kind.Entity': 'Entité',
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
  'rule.busy': 'La base de données n’a pas répondu à temps : réessayez dans un instant',
});
