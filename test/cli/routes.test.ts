import { expect } from 'chai';
import { routes } from '../../src/admin/api/table.ts';
import { groups, routeCommands, servedByHand, unserved } from '../../src/cli/routes/table.ts';
import { emptyPlace, type Place } from '../support/places.ts';
import { typed } from './typed.ts';

const nameOf = ({ method, path }: { readonly method: string; readonly path: string }): string => `${method} ${path}`;

describe('cli: commands over the routes of the admin API', function () {
  this.timeout(60_000);
  let place: Place;
  const files = new Map([
    ['settings.json', JSON.stringify({ timezone: 'Europe/London', countryPrefix: '+44' })],
    ['broken.json', '{'],
  ]);
  const { rollcall, json } = typed(() => place.ports, files);

  before(async () => {
    place = await emptyPlace();
    await rollcall('tenant create acme');
  });
  after(() => place.close());

  it('every route has a command, or a reason why it has none', () => {
    const served = [...routeCommands.map(({ route }) => route), ...Object.keys(servedByHand), ...Object.keys(unserved)];
    expect(served).to.have.members(routes.map(nameOf));
  });

  it('every such command is there, below its group', async () => {
    const all = [...routeCommands.map(({ command }) => command), ...Object.values(servedByHand)];
    expect(new Set(all).size, 'each once').to.equal(all.length);
    for (const command of all) {
      const { code, out } = await rollcall(`${command} --help`);
      expect(code, command).to.equal(0);
      expect(out)
        .to.match(new RegExp(`^Usage: rollcall ${command} `))
        .and.to.contain('--json');
    }
    expect(Object.keys(groups)).to.include.members([
      ...new Set(routeCommands.map(({ command }) => command.split(' ')[0])),
    ]);
  });

  it('settings are shown and changed by options, by a file, and taken back', async () => {
    expect(await json('settings show')).to.include({ timezone: 'Europe/Paris', seatPolicy: 'reject' });
    const set = 'settings set --seat-policy waitlist --languages fr-FR,en-US,de-DE --timezone Europe/Berlin';
    expect(await json(set)).to.deep.include({
      seatPolicy: 'waitlist',
      languages: ['fr-FR', 'en-US', 'de-DE'],
      timezone: 'Europe/Berlin',
    });
    expect(await json('settings set --body settings.json --timezone Europe/Rome')).to.include({
      timezone: 'Europe/Rome',
      countryPrefix: '+44',
      seatPolicy: 'waitlist',
    });
    expect(await json('settings set --clear timezone,country-prefix')).to.include({
      timezone: 'Europe/Paris',
      countryPrefix: '+33',
    });
    expect((await rollcall('settings show')).out).to.match(/^ {2}Languages +fr-FR, en-US, de-DE$/m);
    expect((await rollcall('settings show --lang fr')).out).to.match(/^ {2}Langues +fr-FR, en-US, de-DE$/m);
  });

  it('what is changed is journaled in the name of who types', async () => {
    const entry = await place.db.collection('journal').findOne({ kind: 'Settings' }, { sort: { at: -1 } });
    expect(JSON.stringify(entry)).to.contain('"connection":"test"');
  });

  it('a change can be made conditional on the version', async () => {
    const stale = await rollcall('settings set --timezone Europe/Oslo --if-match 1');
    expect(stale.code).to.equal(1);
    expect(stale.err).to.match(/^rollcall: .*changed/);
  });

  it('what is wrong is said of the option that it is about, all at once, in the language of who types', async () => {
    const { code, err } = await rollcall('settings set --timezone Nowhere --country-prefix 33');
    expect(code).to.equal(1);
    expect(err)
      .to.match(/\n {2}- --timezone .*\n/)
      .and.to.match(/\n {2}- --country-prefix /);
    const french = await rollcall('settings set --timezone Nowhere --lang fr');
    expect(french.err).to.match(/^rollcall\u00A0: Ceci n’est pas .*\n {2}- --timezone doit /);
  });

  for (const [line, said] of [
    ['settings set --seat-policy evict', /Allowed choices are reject, waitlist, downgrade/],
    ['invitation list --limit many', /whole number/],
    ['key show', /missing required argument 'id'/],
  ] as const)
    it(`'${line}' is not understood`, async () => {
      const { code, err } = await rollcall(line);
      expect(err).to.match(said);
      expect(code).to.equal(2);
    });

  it('a file that is no JSON is refused', async () => {
    const { code, err } = await rollcall('settings set --body broken.json');
    expect([code, err.slice(0, 32)]).to.deep.equal([1, 'rollcall: The file is no JSON: E']);
  });

  it('a key is made, listed page by page, shown and revoked', async () => {
    const made = (await json('key create --label import --permissions users.read,teams.read')) as {
      key: { id: string };
      text: string;
    };
    expect(made.text).to.match(/^rck_/);
    await rollcall('key create --label second --permissions users.read');
    const first = (await json('key list --limit 1')) as { items: object[]; nextCursor: string };
    expect(first.items).to.have.length(1);
    const shown = await rollcall('key list --limit 1');
    expect(shown.out)
      .to.match(/^ID +LABEL +PERMISSIONS +STATE .*\n/)
      .and.to.contain(`More: --cursor ${first.nextCursor}`);
    expect(((await json(`key list --cursor ${first.nextCursor}`)) as { items: object[] }).items).to.have.length(1);
    expect(await json(`key show ${made.key.id}`)).to.include({ id: made.key.id, state: 'live' });
    expect(await json(`key revoke ${made.key.id}`)).to.include({ state: 'revoked' });
    const unknown = await rollcall('key show nothing');
    expect(unknown.code).to.equal(1);
    expect(unknown.err).to.contain("'nothing'");
  });

  it('an empty list says so', async () => {
    expect((await rollcall('invitation list')).out).to.equal('There is nothing\n');
    expect((await rollcall('invitation list --lang fr')).out).to.equal('Il n’y a rien\n');
  });

  it('needs to be told the tenant where there are several', async () => {
    await rollcall('tenant create globex');
    expect((await rollcall('settings show')).err).to.contain('There are several tenants');
    expect(await json('settings show --tenant globex')).to.include({ timezone: 'Europe/Paris' });
  });
});
