import { expect } from 'chai';
import { routes } from '../../src/admin/api/table.ts';
import { routeCommands, servedByHand, unserved } from '../../src/cli/routes/table.ts';
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
    const asking = routeCommands.map(({ command }) => command);
    expect(new Set(asking).size, 'each once').to.equal(asking.length);
    for (const command of [...asking, ...Object.values(servedByHand)]) {
      const { code, out } = await rollcall(`${command} --help`);
      expect(code, command).to.equal(0);
      expect(out)
        .to.match(new RegExp(`^Usage: rollcall ${command} `))
        .and.to.contain('--json');
    }
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
    ['user show', /missing required argument 'id'/],
    ['user set-extra x', /required option '--body <file>' not specified/],
    ['user join-entity x', /missing required argument 'entity'/],
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

  it('people are created, listed page by page, shown, changed and found again', async () => {
    const made = (await json(
      'user create --user-name ann@example.com --given-name Ann --title Engineer --begins prepared',
    )) as { id: string };
    await json('user create --user-name bob@example.com --begins prepared');
    expect(await json(`user show ${made.id}`)).to.include({ userName: 'ann@example.com', status: 'prepared' });
    const first = (await json('user list --limit 1')) as { items: object[]; nextCursor: string };
    expect(first.items).to.have.length(1);
    const shown = await rollcall('user list --limit 1');
    expect(shown.out)
      .to.match(/^ID +LOGIN +/)
      .and.to.contain('with: --cursor ');
    expect(
      ((await json(`user list --limit 1 --cursor ${first.nextCursor}`)) as { items: object[] }).items,
    ).to.have.length(1);
    const changed = await json(`user change ${made.id} --display-name Annie --clear title`);
    expect(changed).to.include({ displayName: 'Annie' }).and.not.to.have.property('title');
    const french = await rollcall(`user show ${made.id} --lang fr`);
    expect(french.out)
      .to.match(/^ {2}Nom affiché +Annie$/m)
      .and.to.match(/^ {2}Prénom +Ann$/m);
  });

  it('what destroys tells first what it would come to, and does it once that is confirmed', async () => {
    const [bob] = (
      (await json('user list --status prepared')) as { items: { id: string; userName: string }[] }
    ).items.filter(({ userName }) => userName === 'bob@example.com');
    const id = String(bob?.id);
    const told = await rollcall(`user remove ${id}`);
    expect(told.code).to.equal(0);
    expect(told.out)
      .to.match(/^Nothing is done yet\. .*\n/)
      .and.to.match(/\nTo do it, repeat .*--confirm \S+\n$/);
    expect(await json(`user show ${id}`)).to.include({ id });
    const { confirmation } = (await json(`user remove ${id}`)) as { confirmation: string };
    expect((await rollcall(`user remove ${id} --confirm nonsense`)).code).to.equal(1);
    expect((await rollcall(`user remove ${id} --confirm ${confirmation}`)).code).to.equal(0);
    const gone = await rollcall(`user show ${id}`);
    expect(gone.code).to.equal(1);
    expect(gone.err).to.contain(id);
  });

  it('the first Primary Admin is appointed, and explained', async () => {
    const lead = (await json('user appoint --user-name lead@example.com --password correct-horse-battery')) as {
      id: string;
    };
    const { out } = await rollcall(`explain ${lead.id} --permission admins.manage`);
    expect(out).to.contain('admins.manage').and.to.contain('lead@example.com');
    const last = await rollcall(`user deactivate ${lead.id}`);
    expect(last.code).to.equal(1);
    expect(last.err).to.match(/Primary Admin/);
  });

  it('numbers are added and taken out again', async () => {
    const { id } = (await json('number add --number +33123456789 --type landline')) as { id: string };
    expect((await rollcall('number list')).out).to.contain('+33123456789');
    expect((await rollcall(`number remove ${id}`)).code).to.equal(0);
    expect((await rollcall('number list')).out).to.equal('There is nothing\n');
  });

  it('teams have channels and members, and come with a role until it is deleted', async () => {
    const team = (await json('team create --name Sales --users ann@example.com')) as { id: string };
    const channel = (await json(`channel create ${team.id} --name Deals`)) as { id: string };
    expect(channel).to.include({ visibility: 'public' });
    await rollcall(`channel change ${team.id} ${channel.id} --visibility private`);
    expect((await rollcall(`team show ${team.id} --lang fr`)).out)
      .to.match(/^ {2}Nom +Sales$/m)
      .and.to.match(/^ {2}Canaux +Deals$/m);
    expect((await rollcall(`team members ${team.id}`)).out).to.contain('ann@example.com');
    await rollcall(`team change-members ${team.id} --remove ann@example.com`);
    expect((await rollcall(`team members ${team.id}`)).out).to.equal('There is nothing\n');
    const role = (await json('role create --name Seller --permissions numbers.manage')) as { id: string };
    expect(await json(`team change ${team.id} --roles Seller --disabled`)).to.deep.include({
      disabled: true,
      roles: [{ id: role.id, name: 'Seller' }],
    });
    const { confirmation } = (await json(`role delete ${role.id}`)) as { confirmation: string };
    expect((await rollcall(`role delete ${role.id} --confirm ${confirmation}`)).code).to.equal(0);
    expect(await json(`team show ${team.id}`)).to.deep.include({ roles: [] });
    const gone = await rollcall(`channel delete ${team.id} nowhere --lang fr`);
    expect(gone.err).to.match(/Canal «\u00A0nowhere\u00A0» introuvable/);
  });

  it('seats and credits are bought, and each line of the ledger is shown with what it was', async () => {
    const pool = (await json('license create --name premium --seats 2 --price 3')) as { id: string };
    expect(await json(`license change ${pool.id} --seats 5`)).to.include({ seats: 5, used: 0, price: 3 });
    expect(await json('credits post --credits 10 --why purchase --reference INV-1')).to.deep.equal({ balance: 10 });
    const again = await rollcall('credits post --credits 10 --why purchase --reference INV-1 --lang fr');
    expect(again.err).to.match(/Écriture de crédits «\u00A0INV-1\u00A0» existe déjà/);
    expect((await rollcall('credits show')).out).to.match(/^ {2}Balance +10$/m);
    expect((await rollcall('credits ledger')).out).to.match(/\n\S+ +10 +purchase +CreditPosting /);
  });

  it('entities are made, filled and renamed', async () => {
    const entity = (await json('entity create --name Acme-France --country FR')) as { id: string };
    const [ann] = ((await json('user list --limit 100')) as { items: { id: string; userName: string }[] }).items.filter(
      ({ userName }) => userName === 'ann@example.com',
    );
    await rollcall(`user join-entity ${String(ann?.id)} ${entity.id} --role Clerk`);
    expect((await rollcall(`entity members ${entity.id}`)).out).to.match(/ann@example\.com +Clerk/);
    expect(await json(`entity change ${entity.id} --name Acme --clear country`)).to.deep.include({ name: 'Acme' });
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
