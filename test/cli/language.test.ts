import { expect } from 'chai';
import { locale } from '../../src/config.ts';
import { site, type Process, type Site } from '../support/administration.ts';
import { typed } from './typed.ts';

describe('cli: the language of whoever types', () => {
  let here: Site;
  let one: Process;
  const files = new Map([['bad.json', '{}']]);
  const english = typed(() => one.ports, files);
  const french = typed(() => one.ports, files, { language: 'fr' });
  /** As it is read: what keeps a line together is a space. */
  const read = async (line: string) => {
    const { code, out, err } = await french.rollcall(line);
    return { code, text: (out + err).replaceAll('\u00A0', ' ') };
  };

  before(async () => {
    here = await site();
    one = await here.process();
    await english.rollcall('tenant create acme');
  });
  after(async () => {
    await one.close();
    await here.drop();
  });

  it('is that of LC_ALL, else of LC_MESSAGES, else of LANG', () => {
    expect(locale({ LC_ALL: 'fr_FR', LC_MESSAGES: 'de_DE', LANG: 'en_US' })).to.equal('fr_FR');
    expect(locale({ LC_ALL: '', LC_MESSAGES: 'fr_FR', LANG: 'en_US' })).to.equal('fr_FR');
    expect(locale({ LANG: 'fr_CA.UTF-8' })).to.equal('fr_CA.UTF-8');
    expect(locale({})).to.equal(undefined);
  });

  it('is what --lang says, wherever it stands', async () => {
    for (const line of ['--lang fr tenant list', 'tenant list --lang fr', 'tenant list --lang=fr'])
      expect((await english.rollcall(line)).out, line).to.match(/^NOM +IDENTIFIANT +CRÉÉ +PAR\n/);
    expect((await french.rollcall('tenant list --lang en')).out).to.match(/^NAME +ID +CREATED +BY\n/);
    const unknown = await english.rollcall('tenant list --lang de');
    expect(unknown).to.include({ code: 2, out: '' });
    expect(unknown.err).to.contain('Allowed choices are en, fr.');
  });

  const said: readonly (readonly [line: string, code: number, french: RegExp])[] = [
    ['tenant create globex', 0, /^L’organisation « globex » est créée : [\da-f-]{36}\n$/],
    ['tenant create acme', 1, /^rollcall : Une organisation s’appelle déjà « acme » : choisissez un autre nom\.\n$/],
    ['connection list', 1, /^rollcall : Il y a plusieurs organisations : dites laquelle/],
    ['connection create okta --tenant acme', 0, /^La connexion « okta » est créée : .*\n {2}URL de base SCIM {2}http/],
    ['connection log okta --tenant acme', 0, /^HEURE +ISSUE +STATUT /],
    ['connection set okta --tenant acme', 0, /\n {2}Options +aucun\n/],
    ['connection pause okta --tenant acme', 0, /^La connexion « okta » est en pause/],
    ['token list okta --tenant acme', 0, /^IDENTIFIANT +ÉTAT +EXPIRE/],
    ['schema add bad.json --tenant acme', 1, /ne peut|n’est pas un schéma :\n {2}- le fichier doit avoir « id »/],
    ['tenant create', 2, /^erreur : il manque le nom\n\(ajoutez --help/],
    ['tenant create a b', 2, /^erreur : trop d’arguments pour « create »\. Attendus : 1, reçus : 2\.\n/],
    ['tenants list', 2, /^erreur : commande inconnue « tenants »\n\(Vouliez-vous dire tenant \?\)\n/],
    ['tenant list --jsn', 2, /^erreur : option inconnue « --jsn »\n\(Vouliez-vous dire --json \?\)\n/],
    ['tenant list --lang', 2, /^erreur : il manque la valeur de l’option « --lang <language> »\n/],
    ['token revoke', 2, /^erreur : il manque l’argument obligatoire « id »\n/],
    ['token create a --days 0', 2, /^erreur : la valeur « 0 » de l’option .* Il faut un nombre entier de 1 à 730\.\n/],
    ['connection create x --kind ldap', 2, /n’est pas valable\. Les choix possibles sont /],
    ['completion tcsh', 2, /^erreur : la valeur « tcsh » de l’argument « shell » n’est pas valable\. Les choix/],
  ];
  for (const [line, code, form] of said)
    it(`'${line}' is answered in French`, async () => {
      const answer = await read(line);
      expect(answer.text).to.match(form);
      expect(answer.code).to.equal(code);
    });

  for (const line of ['', 'tenant', 'tenant create', 'connection create', 'connection set', 'token create', 'backup'])
    it(`help of '${line}' is French throughout`, async () => {
      const { text } = await read(line === '' ? '--help' : `${line} --help`);
      expect(text).to.match(/^Utilisation : rollcall .*\n/);
      expect(text).to.match(/\nOptions :\n/);
      expect(text).to.not.match(/\b(?:Usage|Commands|default|choices|display|show|print|its|the)\b(?!=)/);
    });

  it('English says what it always said', async () => {
    expect((await english.rollcall('connection create --help')).out).to.contain(
      '--kind <kind>        the identity provider (choices: "okta", "entra",',
    );
    expect((await english.rollcall('tenants')).err).to.equal(
      "error: unknown command 'tenants'\n(Did you mean tenant?)\n(add --help to see what can be given)\n",
    );
  });

  it('help names the exit codes', async () => {
    for (const line of ['help', '--help', 'help --lang fr'])
      expect((await english.rollcall(line)).out).to.match(/ 0 .* 1 .* 2 /);
  });
});
