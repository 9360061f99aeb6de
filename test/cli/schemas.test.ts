import { expect } from 'chai';
import { createTenant } from '../../src/admin/tenants.ts';
import { site, type Process, type Site } from '../support/administration.ts';
import { schemaText } from '../support/ownSchemas.ts';
import { typed } from './typed.ts';

describe("cli: schemas of a tenant's own", () => {
  let here: Site;
  let one: Process;
  const files: ReadonlyMap<string, string> = new Map([
    ['device.json', schemaText('device')],
    ['badge.json', schemaText('badge')],
    ['bad.json', '{}'],
  ]);

  const cli = typed(() => one.ports, files);
  const rollcall = (line: string) => cli.rollcall(`schema ${line} --tenant acme`);
  const json = (line: string) => cli.json(`schema ${line} --tenant acme`);

  before(async () => {
    here = await site();
    one = await here.process();
    await createTenant(one.ports, 'acme');
  });
  after(async () => {
    await one.close();
    await here.drop();
  });

  it('a dry run shows what adding comes to, and adds nothing', async () => {
    const { code, out, err } = await rollcall('add device.json --dry-run');
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.match(/^Schema 'urn:example:scim:2\.0:Device' could be added; nothing is done yet\n/);
    expect(out)
      .to.match(/Type +Device, new, at \/Devices\n/)
      .and.match(/\nphoto +binary +no\n/);
    expect(await json('list')).to.deep.equal([]);
  });

  it('what is wrong with a file is said', async () => {
    const { code, out, err } = await rollcall('add bad.json --extends User');
    expect([code, out]).to.deep.equal([1, '']);
    expect(err).to.match(/^rollcall: The file is no schema:\n {2}- the file must have required property 'id'/);
  });

  it('add, list, show and remove', async () => {
    expect((await rollcall('add device.json')).out).to.match(/is added: it is served within a second/);
    expect(await json('add badge.json')).to.include({ type: 'User', tenant: 'acme' });
    const { out } = await rollcall('list');
    expect(out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2))).to.deep.equal([
      ['SCHEMA', 'FOR'],
      ['urn:example:scim:2.0:Device', 'Device /Devices'],
      ['urn:example:scim:2.0:Badge', 'User'],
      [''],
    ]);
    const shown = JSON.parse((await rollcall('show urn:example:scim:2.0:device')).out) as object;
    expect(shown).to.include({ name: 'Device', description: 'A machine of the organization' });

    const remove = 'remove urn:example:scim:2.0:Device';
    expect(await rollcall(remove)).to.deep.equal({
      code: 0,
      out: "Schema 'urn:example:scim:2.0:Device' is removed\n",
      err: '',
    });
    expect(await rollcall(remove)).to.deep.equal({
      code: 1,
      out: '',
      err: "rollcall: The tenant has no schema 'urn:example:scim:2.0:Device' of its own: list its schemas to see them.\n",
    });
  });
});
