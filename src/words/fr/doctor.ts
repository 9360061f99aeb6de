import type { doctor as english } from '../en/doctor.ts';
import { typeset, type French } from '../french.ts';

/** What `rollcall doctor` finds, and what to do about it. */
export const doctor: French<typeof english> = typeset({
  'help.doctor': 'cherche ce qui ne va pas dans les réglages, la base et les organisations, et dit quoi faire',
  'help.doctor.token': 'un jeton d’une connexion : pose au serveur les premières questions d’Entra et d’Okta',
  'help.doctor.url': 'où se trouve le serveur ; sans elle : là où il a dit être',
  'cli.healthy': {
    one: 'Tout va bien : {{checks}} points examinés, {{count}} organisation.',
    many: 'Tout va bien : {{checks}} points examinés, {{count}} d’organisations.',
    other: 'Tout va bien : {{checks}} points examinés, {{count}} organisations.',
  },
  'cli.finding': '{{severity}} : {{sentence}}',
  'cli.finding-of': '{{severity}} [{{tenant}}] : {{sentence}}',
  'cli.found': '{{errors}}, {{warnings}}.',
  'cli.errors': { one: '{{count}} erreur', many: '{{count}} d’erreurs', other: '{{count}} erreurs' },
  'cli.warnings': {
    one: '{{count}} avertissement',
    many: '{{count}} d’avertissements',
    other: '{{count}} avertissements',
  },
  'severity.error': 'erreur',
  'severity.warning': 'avertissement',
  'progress.doctor': 'Examen des organisations',
  'doctor.settings': 'Un réglage est faux : {{problem}}',
  'doctor.database-away': 'La base de données est injoignable ({{why}}) : démarrez-la, ou corrigez MONGODB_URI',
  'doctor.standalone':
    'MONGODB_URI désigne un serveur MongoDB isolé, sans transactions : démarrez-le avec --replSet rs0, lancez rs.initiate() une fois, et ajoutez ?replicaSet=rs0',
  'doctor.mongodb-old': 'MongoDB {{version}} est trop ancien : passez à {{oldest}} ou plus récent',
  'doctor.schema-newer':
    'Un Rollcall plus récent a utilisé cette base (son schéma est {{found}}, celui-ci connaît {{known}}) : démarrez celui-là',
  'doctor.half-restored':
    'Une restauration de la base est en cours, ou a été interrompue : attendez sa fin, ou relancez `rollcall restore`',
  'doctor.index-missing':
    'L’index {{index}} manque, et les recherches sont lentes : démarrez une fois le serveur, qui le crée',
  'doctor.member-away': 'Le membre {{member}} du jeu de répliques est injoignable : démarrez-le, ou retirez-le du jeu',
  'doctor.clock-apart':
    'Les horloges de cette machine et de la base ont {{seconds}} s d’écart : réglez-les sur le même serveur de temps',
  'doctor.url-underscore':
    'PUBLIC_URL ({{url}}) a un tiret bas dans son hôte, ce qu’Okta refuse : prenez un nom qui n’en a pas',
  'doctor.url-plain':
    'PUBLIC_URL ({{url}}) est en http, que les fournisseurs d’identité refusent et que chacun peut lire : réglez TLS_CERT et TLS_KEY, ou confiez TLS à un proxy, et passez en https',
  'doctor.url-loopback':
    'PUBLIC_URL ({{url}}) n’est joignable que de cette machine, alors que le serveur écoute les autres : donnez l’adresse qu’utilisent les fournisseurs d’identité',
  'doctor.url-other':
    'Le serveur a dit en dernier être à {{noted}}, et PUBLIC_URL est {{url}} : redémarrez-le, ou donnez à ce shell les réglages du serveur',
  'doctor.certificate-expired':
    'Le certificat de TLS_CERT a pris fin le {{at}} : remplacez-le, et redémarrez le serveur',
  'doctor.certificate-expiring': {
    one: 'Le certificat de TLS_CERT prend fin dans {{count}} jour : remplacez-le, et redémarrez le serveur',
    many: 'Le certificat de TLS_CERT prend fin dans {{count}} de jours : remplacez-le, et redémarrez le serveur',
    other: 'Le certificat de TLS_CERT prend fin dans {{count}} jours : remplacez-le, et redémarrez le serveur',
  },
  'doctor.rate-unlimited':
    'SCIM_RATE_LIMIT est à 0, et un seul client peut faire attendre tous les autres : réglez-le, 250 convient à la plupart',
  'doctor.workers-above-cores':
    'WORKERS est à {{workers}}, et cette machine a {{cores}} cœurs : ne dépassez pas ce nombre',
  'doctor.metrics-open':
    'METRICS_HOST montre les mesures à toute machine, sans demander à qui : donnez une adresse que seule votre supervision atteint',
  'doctor.folder-open':
    '{{file}} est lisible par d’autres que son propriétaire, et contient des secrets : lancez chmod go-rwx dessus',
  'doctor.disk-full':
    'Il reste {{free}} Gio sur le disque de {{folder}} : faites de la place, ou mettez DATA_DIR sur un plus grand',
  'doctor.tenant-none':
    'Il n’y a encore aucune organisation : démarrez une fois le serveur, ou lancez `rollcall tenant create`',
  'doctor.primary-admin-none':
    'Aucun administrateur principal ne peut agir, et personne ne peut gérer les administrateurs : nommez-en un avec `rollcall user appoint`, ou la clé du premier démarrage',
  'doctor.connection-none': 'Aucun fournisseur d’identité n’est relié : lancez `rollcall connection create`',
  'doctor.connection-paused':
    'La connexion « {{name}} » est en pause, et ses requêtes reçoivent 503 : lancez `rollcall connection resume` quand elle peut reprendre',
  'doctor.connection-unused':
    'La connexion « {{name}} » n’a jamais servi : donnez au fournisseur d’identité son URL de base et son jeton, et testez la connexion là-bas',
  'doctor.connection-silent': {
    one: 'La connexion « {{name}} » n’a pas servi depuis {{count}} jour : voyez si le fournisseur d’identité provisionne encore',
    many: 'La connexion « {{name}} » n’a pas servi depuis {{count}} de jours : voyez si le fournisseur d’identité provisionne encore',
    other:
      'La connexion « {{name}} » n’a pas servi depuis {{count}} jours : voyez si le fournisseur d’identité provisionne encore',
  },
  'doctor.token-none':
    'La connexion « {{name}} » n’a aucun jeton valide, et rien d’elle n’est admis : lancez `rollcall token create`, et donnez-le au fournisseur d’identité',
  'doctor.token-expiring': {
    one: 'Le dernier jeton de la connexion « {{name}} » expire dans {{count}} jour : lancez `rollcall token create`, et donnez-le au fournisseur d’identité',
    many: 'Le dernier jeton de la connexion « {{name}} » expire dans {{count}} de jours : lancez `rollcall token create`, et donnez-le au fournisseur d’identité',
    other:
      'Le dernier jeton de la connexion « {{name}} » expire dans {{count}} jours : lancez `rollcall token create`, et donnez-le au fournisseur d’identité',
  },
  'doctor.seats-exhausted': {
    one: 'La licence « {{name}} » n’a plus de place libre sur {{count}} : achetez-en, ou libérez-la',
    many: 'La licence « {{name}} » n’a plus de place libre sur {{count}} : achetez-en, ou libérez-en',
    other: 'La licence « {{name}} » n’a plus de place libre sur {{count}} : achetez-en, ou libérez-en',
  },
  'doctor.people-waiting': {
    one: '{{count}} personne attend une place de la licence « {{name}} » : achetez des places, ou libérez-en',
    many: '{{count}} de personnes attendent une place de la licence « {{name}} » : achetez des places, ou libérez-en',
    other: '{{count}} personnes attendent une place de la licence « {{name}} » : achetez des places, ou libérez-en',
  },
  'doctor.rule-idle':
    'La règle « {{name}} » de la connexion « {{connection}} » ne parle d’aucun groupe existant : corrigez ce qu’elle vise, ou supprimez-la',
  'doctor.rule-void':
    'La règle « {{name}} » cite une connexion, un rôle, une licence ou une entité qui n’existe pas : corrigez-la, ou supprimez-la',
  'doctor.pool-unknown':
    'Le réglage « {{setting}} » cite la licence « {{pool}} », qui n’existe pas : citez-en une qui existe, ou créez-la',
  'doctor.language-unknown':
    'Le réglage « defaultLanguage » est {{language}}, qui n’est pas parmi « languages » ({{languages}}) : choisissez l’une d’elles, ou ajoutez-la',
  'doctor.schema-withdrawn':
    'La suppression du schéma « {{schema}} » a été interrompue, et il n’est pas servi : relancez `rollcall schema remove`',
  'doctor.server-away':
    'Aucun serveur ne répond à {{url}} : démarrez-le, ou corrigez PUBLIC_URL et ce qui se trouve entre les deux',
  'doctor.entra-test':
    'Le test de connexion d’Entra échoue à {{url}} ({{status}}, au lieu de 200 et d’une liste vide) : vérifiez jeton, portées, et que c’est bien Rollcall qui répond',
  'doctor.okta-test':
    'Le test de connexion d’Okta échoue à {{url}} ({{status}}, au lieu de 200 et d’une liste) : vérifiez jeton, portées, et que c’est bien Rollcall qui répond',
});
