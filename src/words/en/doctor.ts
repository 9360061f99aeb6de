/** What `rollcall doctor` finds, and what to do about it. */
export const doctor = {
  'help.doctor': 'look for what is wrong with settings, database and organizations, and say what to do',
  'help.doctor.token': 'a token of a connection: asks the running server what Entra and Okta ask it first',
  'help.doctor.url': 'where the server is found; left out: where it said that it is',
  'cli.healthy': {
    one: 'Nothing is wrong: {{checks}} things are looked at, {{count}} organization.',
    other: 'Nothing is wrong: {{checks}} things are looked at, {{count}} organizations.',
  },
  'cli.finding': '{{severity}}: {{sentence}}',
  'cli.finding-of': '{{severity}} [{{tenant}}]: {{sentence}}',
  'cli.found': '{{errors}}, {{warnings}}.',
  'cli.errors': { one: '{{count}} error', other: '{{count}} errors' },
  'cli.warnings': { one: '{{count}} warning', other: '{{count}} warnings' },
  'severity.error': 'error',
  'severity.warning': 'warning',
  'progress.doctor': 'Looking at organizations',
  'doctor.settings': 'A setting is wrong: {{problem}}',
  'doctor.database-away': 'The database cannot be reached ({{why}}): start it, or correct MONGODB_URI',
  'doctor.standalone':
    'MONGODB_URI names a standalone MongoDB server, which has no transactions: start it with --replSet rs0, run rs.initiate() once, and add ?replicaSet=rs0',
  'doctor.mongodb-old': 'MongoDB {{version}} is too old: update it to {{oldest}} or newer',
  'doctor.schema-newer':
    'A newer Rollcall has used this database (its schema is {{found}}, this one knows {{known}}): start that one',
  'doctor.half-restored':
    'A restore of the database is under way, or was broken off: wait for its end, or run `rollcall restore` again',
  'doctor.index-missing':
    'The index {{index}} is missing, so searches of it are slow: start the server once, which makes it',
  'doctor.member-away':
    'The member {{member}} of the replica set cannot be reached: start it, or take it out of the set',
  'doctor.clock-apart':
    'The clocks of this machine and of the database are {{seconds}} s apart: let both follow the same time server',
  'doctor.url-underscore':
    'PUBLIC_URL ({{url}}) has an underscore in its host, which Okta refuses: use a name without one',
  'doctor.url-plain':
    'PUBLIC_URL ({{url}}) is http, which identity providers refuse and anybody can read along: set TLS_CERT and TLS_KEY, or let a proxy end TLS, and make it https',
  'doctor.url-loopback':
    'PUBLIC_URL ({{url}}) is found from this machine alone, while the server listens for others: set it to the address that identity providers use',
  'doctor.url-other':
    'The server said last that it is at {{noted}}, and PUBLIC_URL is {{url}}: restart it, or give this shell the settings of the server',
  'doctor.certificate-expired': 'The certificate of TLS_CERT ended on {{at}}: replace it, and restart the server',
  'doctor.certificate-expiring': {
    one: 'The certificate of TLS_CERT ends in {{count}} day: replace it, and restart the server',
    other: 'The certificate of TLS_CERT ends in {{count}} days: replace it, and restart the server',
  },
  'doctor.rate-unlimited':
    'SCIM_RATE_LIMIT is 0, so that one client can keep all others waiting: set it, 250 suits most',
  'doctor.workers-above-cores': 'WORKERS is {{workers}}, and this machine has {{cores}} cores: make it as many at most',
  'doctor.metrics-open':
    'METRICS_HOST shows metrics to every machine, without asking who wants them: set it to an address that your monitoring alone reaches',
  'doctor.folder-open': '{{file}} can be read by others than its owner, and holds secrets: run chmod go-rwx on it',
  'doctor.disk-full': 'The disk of {{folder}} has {{free}} GiB left: make room, or move DATA_DIR to a larger one',
  'doctor.tenant-none': 'There is no organization yet: start the server once, or run `rollcall tenant create`',
  'doctor.primary-admin-none':
    'No Primary Admin can act, so that nobody can manage administrators: appoint one with `rollcall user appoint`, or the key of the first start',
  'doctor.connection-none': 'No identity provider is connected: run `rollcall connection create`',
  'doctor.connection-paused':
    "The connection '{{name}}' is paused, and its requests are answered 503: run `rollcall connection resume` when it may go on",
  'doctor.connection-unused':
    "The connection '{{name}}' was never used: give the identity provider its base URL and token, and test the connection there",
  'doctor.connection-silent': {
    one: "The connection '{{name}}' was not used for {{count}} day: look whether provisioning is on at the identity provider",
    other:
      "The connection '{{name}}' was not used for {{count}} days: look whether provisioning is on at the identity provider",
  },
  'doctor.token-none':
    "The connection '{{name}}' has no live token, so that nothing of it is let in: run `rollcall token create`, and give it to the identity provider",
  'doctor.token-expiring': {
    one: "The last token of the connection '{{name}}' expires in {{count}} day: run `rollcall token create`, and give it to the identity provider",
    other:
      "The last token of the connection '{{name}}' expires in {{count}} days: run `rollcall token create`, and give it to the identity provider",
  },
  'doctor.seats-exhausted': {
    one: "The license '{{name}}' has no free seat of {{count}}: buy more, or free it",
    other: "The license '{{name}}' has no free seat of {{count}}: buy more, or free some",
  },
  'doctor.people-waiting': {
    one: "{{count}} person waits for a seat of the license '{{name}}': buy more seats, or free some",
    other: "{{count}} people wait for a seat of the license '{{name}}': buy more seats, or free some",
  },
  'doctor.rule-idle':
    "The mapping rule '{{name}}' of the connection '{{connection}}' speaks of no group that there is: correct what it matches, or remove it",
  'doctor.rule-void':
    "The mapping rule '{{name}}' names a connection, role, license or entity that does not exist: correct it, or remove it",
  'doctor.pool-unknown':
    "The setting '{{setting}}' names the license '{{pool}}', which does not exist: name one that there is, or make it",
  'doctor.language-unknown':
    "The setting 'defaultLanguage' is {{language}}, which is not among 'languages' ({{languages}}): choose one of these, or add it",
  'doctor.schema-withdrawn':
    "The removal of the schema '{{schema}}' was broken off, and it is not served: run `rollcall schema remove` again",
  'doctor.server-away': 'No server answers at {{url}}: start it, or correct PUBLIC_URL and what lies between',
  'doctor.entra-test':
    "Entra's connection test fails at {{url}} ({{status}}, where it wants 200 and an empty list): check token, scopes and whether it is Rollcall that answers",
  'doctor.okta-test':
    "Okta's connection test fails at {{url}} ({{status}}, where it wants 200 and a list): check token, scopes and whether it is Rollcall that answers",
} as const;
