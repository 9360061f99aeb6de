import { expect } from 'chai';
import { tenantId } from '../../src/domain/tenants.ts';
import { keyOf } from '../../src/storage/documents.ts';
import { quirkTally } from '../../src/storage/quirkTally.ts';
import { site } from '../support/administration.ts';
import type { Process, Site } from '../support/administration.ts';
import { typed } from './typed.ts';

describe('cli, the options of a connection, its quirks, and for whom its tokens stand', () => {
  let here: Site;
  let one: Process;
  const { rollcall, json } = typed(() => one.ports);

  before(async () => {
    here = await site();
    one = await here.process();
    await rollcall('tenant create acme');
    await rollcall('connection create okta --tenant acme');
  });

  after(async () => {
    await one.close();
    await here.drop();
  });

  it('--help names the options that there are', async () => {
    for (const command of ['create', 'set'])
      expect((await rollcall(`connection ${command} --help`)).out).to.match(/interop,\s+entraSchemas/);
  });

  it('connection create takes options, set changes them and the rest, list shows them', async () => {
    const made = await json('connection create sail --tenant acme --option entraSchemas --option interop');
    expect(made).to.deep.include({ options: ['interop', 'entraSchemas'] });
    const line = 'connection set sail --tenant acme --dialect strict --scopes users:read --without entraSchemas';
    const { code, out } = await rollcall(line);
    expect(code).to.equal(0);
    expect(out)
      .to.match(/^ +Dialect +strict$/m)
      .and.to.match(/^ +Options +interop$/m);
    const connections = (await json('connection list --tenant acme')) as { name: string }[];
    expect(connections.find(({ name }) => name === 'sail')).to.deep.include({
      dialect: 'strict',
      adopt: 'none',
      options: ['interop'],
      scopes: ['users:read'],
      paused: false,
    });
    expect((await rollcall('connection list --tenant acme')).out).to.match(/^sail .* strict .* interop +users:read /m);
    expect(await json('connection set --name sail --tenant acme')).to.deep.include({ options: ['interop'] });
  });

  it('connection quirks tells what was repaired, how often and when, for people and for programs', async () => {
    const [{ id = '', tenant = '' } = {}] = (await json('connection list --tenant acme')) as {
      id?: string;
      tenant?: string;
    }[];
    expect(await json('connection quirks okta --tenant acme')).to.deep.equal([]);
    const tally = quirkTally(one.db, (cause) => {
      throw cause;
    });
    const at = (second: number) => new Date(Date.UTC(2027, 0, 1, 0, 0, second));
    tally.count(tenantId(tenant), id, new Map([['bareValues', 1]]), at(1));
    tally.count(tenantId(tenant), id, new Map([['stringScalars', 411]]), at(2));
    tally.count(tenantId(tenant), id, new Map([['stringScalars', 1]]), at(3));
    await tally.stop();
    const { out } = await rollcall('connection quirks okta --tenant acme');
    expect(out.split('\n')[1]).to.match(
      /^stringScalars +412 +2027-01-01T00:00:02Z +2027-01-01T00:00:03Z +A boolean or number as a string .*: it is read/,
    );
    const [, second] = (await json('connection quirks okta --tenant acme')) as object[];
    expect(second).to.deep.include({ quirk: 'bareValues', times: 1, since: at(1).toISOString() });
  });

  it('token create makes one that stands for a user, named by userName or id', async () => {
    const [{ tenant = '' } = {}] = (await json('connection list --tenant acme')) as { tenant?: string }[];
    await one.db.collection<{ _id: string; tenant: string; type: string; key: string }>('resources').insertMany([
      { _id: 'u1', tenant, type: 'User', key: keyOf('User', 'Ann') },
      { _id: 'g1', tenant, type: 'Group', key: keyOf('Group', 'Team') },
    ]);
    const made = (await json('token create sail --tenant acme --user ANN')) as { id: string };
    expect(made).to.include({ user: 'u1' });
    await rollcall(`token revoke ${made.id} --tenant acme`);
    const { out } = await rollcall('token create sail --tenant acme --user u1');
    expect(out)
      .to.match(/Token +scim_/)
      .and.to.match(/^ +Stands for +u1$/m);
    expect((await rollcall('token list sail --tenant acme')).out).to.match(/ users:read +u1 /);
    for (const nobody of ['g1', 'Team', 'bob'])
      expect((await rollcall(`token create sail --tenant acme --user ${nobody}`)).err).to.contain(
        `no user '${nobody}': give a userName or an id`,
      );
  });
});
