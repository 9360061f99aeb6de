import type { refusals as english } from '../en/refusals.ts';
import { typeset, type French } from '../french.ts';

/** Why what an operator asked is not done, and what to do. */
export const refusals: French<typeof english> = typeset({
  'thing.tenant': 'une organisation',
  'thing.connection': 'une connexion',
  'name.empty': 'Il faut un nom pour {{what}} : donnez-en un',
  'name.too-long': 'Le nom d’{{what}} compte au plus {{most}} caractères : raccourcissez-le',
  'name.unprintable': 'Le nom d’{{what}} ne contient aucun caractère invisible : retirez-les',
  'name.reserved': 'Le nom « {{name}} » est réservé : choisissez-en un autre pour {{what}}',
  'name.like-an-id': 'Le nom d’{{what}} ne doit pas ressembler à un identifiant : choisissez-en un autre',
  'tenant.taken': 'Une organisation s’appelle déjà « {{name}} » : choisissez un autre nom',
  'tenant.several': 'Il y a plusieurs organisations : dites laquelle, par son nom ou son identifiant',
  'tenant.none': 'Il n’y a encore aucune organisation : créez-en une d’abord',
  'tenant.unknown': 'Aucune organisation « {{name}} » : affichez la liste des organisations pour voir leurs noms',
  'connection.taken': 'L’organisation « {{tenant}} » a déjà une connexion « {{name}} » : choisissez un autre nom',
  'connection.unknown':
    'L’organisation n’a pas de connexion « {{name}} » : affichez la liste de ses connexions pour voir leurs noms',
  'connection.option-torn': 'L’option {{options}} ne peut pas être à la fois ajoutée et retirée : choisissez',
  'scope.unknown': '« {{unknown}} » n’est pas une portée : choisissez parmi {{scopes}}',
  'scope.none': 'Il faut au moins une portée : choisissez parmi {{scopes}}',
  'log.unknown-row': '« {{row}} » n’est pas une ligne du journal : donnez l’identifiant d’une ligne affichée',
  'token.beyond-connection': 'La connexion « {{name}} » n’a pas droit à {{scopes}} : retirez-le',
  'token.lifetime': 'Un jeton vit de 1 à {{most}} jours entiers : choisissez un tel nombre',
  'token.most-live': 'La connexion « {{name}} » a {{most}} jetons valides, le maximum : révoquez-en un d’abord',
  'token.unknown-user':
    'L’organisation « {{tenant}} » n’a pas d’utilisateur « {{user}} » : donnez un userName ou un identifiant',
  'token.unknown':
    'L’organisation « {{tenant}} » n’a pas de jeton « {{token}} » : affichez la liste des jetons pour voir leurs identifiants',
  'backup.restoring':
    'Une restauration est en cours, ou a été interrompue : attendez sa fin, ou recommencez la restauration',
  'backup.unknown-tenant': 'La sauvegarde ne contient pas d’organisation « {{name}} »',
  'backup.not-empty':
    'La base de données n’est pas vide : restaurez dans une base vide, ou une seule organisation avec --tenant',
  'backup.tenant-there':
    'L’organisation « {{name}} » est déjà là : une restauration ne change rien à ce qui est déjà là',
  'backup.name-taken': 'Une autre organisation s’appelle ici « {{name}} » : deux ne peuvent pas porter le même nom',
  'backup.under-way':
    'Une autre restauration est en cours, ou a été tuée il y a moins de trente secondes : réessayez ensuite',
  'backup.newer': 'La sauvegarde vient d’une version plus récente de Rollcall : restaurez-la avec celle-ci',
  'backup.older':
    'La sauvegarde vient d’une version plus ancienne de Rollcall : restaurez-la entière dans une base vide, et sauvegardez l’organisation à partir de là',
  'backup.other-format':
    'La sauvegarde a le format {{found}}, et cette version lit le format {{read}} : restaurez-la avec la version qui l’a écrite',
  'backup.damaged': 'La sauvegarde est endommagée ou incomplète : prenez-en une autre, ou récupérez-la de nouveau',
  'backup.no-backup':
    'La sauvegarde est endommagée, incomplète, ou n’en est pas une : donnez ce que `rollcall backup` a écrit',
  'backup.to-terminal': 'Une sauvegarde ne se lit pas : donnez un fichier, ou envoyez-la à un programme',
  'file.there': 'Le fichier « {{file}} » existe déjà : choisissez un autre nom',
  'file.unwritable': 'Le fichier « {{file}} » ne peut pas être écrit : {{why}}',
  'file.unreadable': 'Le fichier « {{file}} » ne peut pas être lu : {{why}}',
  'rule.gives-what': 'Dites quel rôle, quelle licence ou quelle entité la règle donne : son identifiant ou son nom',
  'rule.preview-what':
    'Dites ce qu’il faut prévisualiser : une nouvelle règle entière, ou l’identifiant d’une règle existante',
  'rule.most': 'Une organisation a au plus {{most}} règles de correspondance : supprimez-en une d’abord',
  'rule.order': 'L’ordre doit nommer une fois chacune des {{count}} règles de la connexion : affichez-les',
  'settings.default-language':
    '« {{language}} » n’est aucune des langues {{languages}} : ajoutez-la, ou choisissez l’une d’elles',
  'settings.downgrade-to-what': 'La règle « downgrade » demande un pool de repli : envoyez « downgradeTo » avec elle',
  'settings.not-free':
    'La licence « {{name}} » a un nombre de places limité : le repli ne se fait que vers une licence sans limite',
  'key.lifetime': 'Une clé vit de 1 à {{most}} jours entiers, ou jusqu’à sa révocation : choisissez un tel nombre',
  'key.unknown-permission': 'Il n’y a pas de permission {{unknown}} : choisissez parmi {{permissions}}',
});
