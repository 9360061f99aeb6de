import { expect } from 'chai';
import { run } from '../../src/cli/run.ts';
import { DomainError } from '../../src/domain/errors.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { adminApiUrl, scimBaseUrl, site } from '../support/administration.ts';
import type { Process, Site } from '../support/administration.ts';
import { broken, typed } from './typed.ts';

describe('cli', () => {
  let here: Site;
  let one: Process;
  const files = new Map<string, string>();
  const { rollcall, json, opened } = typed(() => one.ports, files);

  before(async () => {
    here = await site();
    one = await here.process();
    await rollcall('tenant create acme');
  });

  after(async () => {
    await one.close();
    await here.drop();
  });

  afterEach(() => {
    expect(opened(), 'what was opened is closed').to.equal(0);
  });

  it('tenant create and list, for people and for programs', async () => {
    expect((await rollcall('tenant create --name globex')).out).to.match(/^Tenant 'globex' is made: [\da-f-]{36}\n$/);
    const made = await json('tenant create initech');
    expect(made).to.include({ name: 'initech', createdBy: 'test' });
    expect(await json('tenant list')).to.have.deep.members([
      ...((await json('tenant list')) as object[]).filter((tenant) => 'name' in tenant && tenant.name !== 'initech'),
      made,
    ]);
    const { out } = await rollcall('tenant list');
    expect(out.split('\n').map((line) => line.split(/ +/)[0])).to.deep.equal(['NAME', 'acme', 'globex', 'initech', '']);
  });

  it('connection create prints what the identity provider is to be told, as one object where JSON is wanted', async () => {
    const made = await json(
      'connection create --tenant acme --name okta --kind okta --dialect strict --adopt userName',
    );
    expect(made).to.include({ name: 'okta', kind: 'okta', dialect: 'strict', adopt: 'userName', scimBaseUrl });
    expect(made)
      .to.have.property('id')
      .that.matches(/^[\da-f-]{36}$/);
    expect(made)
      .to.have.property('token')
      .that.matches(/^scim_/);

    const { code, out } = await rollcall('connection create entra --tenant acme --scopes users:read,groups:read');
    expect(code).to.equal(0);
    expect(out)
      .to.contain(scimBaseUrl)
      .and.to.match(/Token +scim_/)
      .and.to.contain('this once');
    expect(await json('connection list --tenant acme'))
      .to.have.nested.property('[0].scopes')
      .that.deep.equals(['users:read', 'groups:read']);
    const listed = await rollcall('connection list --tenant acme');
    expect(listed.out).not.to.contain('scim_');
    expect(listed.out)
      .to.match(/^entra .* lenient .* running /m)
      .and.to.match(/^okta .* strict .* userName /m);
  });

  it('connection pause and resume take a name or id, as argument or option', async () => {
    const [{ id = '' } = {}] = (await json('connection list --tenant acme')) as { id?: string }[];
    for (const which of ['entra', id, '--name entra', `--connection ${id}`]) {
      expect(await json(`connection pause ${which} --tenant acme`)).to.include({ id, paused: true });
      expect((await rollcall(`connection resume ${which} --tenant acme`)).out).to.contain('is running');
    }
  });

  it('token create, list and revoke', async () => {
    const made = (await json('token create okta --tenant acme --scopes users:read --days 30')) as Record<
      string,
      string
    >;
    expect(made).to.deep.include({ scopes: ['users:read'], state: 'live', scimBaseUrl });
    expect(made['token']).to.contain(made['id']);
    const third = await rollcall('token create okta --tenant acme');
    expect(third).to.include({ code: 1, out: '' });
    expect(third.err).to.equal(
      "rollcall: The connection 'okta' has 2 live tokens, which is the most: revoke one first.\n",
    );
    expect((await rollcall(`token revoke ${String(made['id'])} --tenant acme`)).out).to.contain('is revoked');
    const listed = await rollcall('token list okta --tenant acme');
    expect(listed.out).to.match(new RegExp(`^${String(made['id'])} +revoked `, 'm'));
    expect(listed.out).not.to.contain(made['token']);
    expect(JSON.stringify(await json('token list okta --tenant acme'))).not.to.contain('digest');
  });

  it('key create, list and revoke', async () => {
    const made = (await json('key create --tenant acme --label import --permissions users.read,users.manage')) as {
      id: string;
    };
    expect(made).to.deep.include({
      label: 'import',
      permissions: ['users.read', 'users.manage'],
      state: 'live',
      adminApiUrl,
    });
    expect(made)
      .to.have.property('key')
      .that.matches(/^rck_[\w-]+$/);
    const { out } = await rollcall('key create --tenant acme --label all');
    expect(out)
      .to.match(/^Key [\da-f-]{36} is made\.\n/)
      .and.to.contain(adminApiUrl)
      .and.to.contain('shown this once');
    expect((await rollcall(`key revoke ${made.id} --tenant acme`)).out).to.contain('refused within a second');
    const listed = (await rollcall('key list --tenant acme')).out.split('\n');
    expect(listed.find((line) => line.startsWith(made.id))).to.contain(' revoked ');
    expect(await json('key list --tenant acme')).to.have.length(2);
  });

  it('connection log shows rows, filters and pages', async () => {
    const [{ id = '', tenant = '' } = {}] = (await json('connection list --tenant acme')) as {
      id?: string;
      tenant?: string;
    }[];
    for (let at = 0; at < 5; at += 1)
      one.log.record(tenantId(tenant), {
        time: new Date(Date.UTC(2027, 0, 1, 0, 0, at)),
        requestId: at === 4 ? 'r4\u001b[2J' : `r${String(at)}`,
        connection: id,
        operation: 'PATCH',
        resourceType: 'Group',
        resourceId: 'g1',
        status: [404, 200, 200, 400, 200][at] ?? 200,
        ...(at === 3 && { scimType: 'invalidValue', attribute: 'members' }),
        repaired: { 'members-as-object': 2 },
        refusedMembers: ['a', 'b', 'c', 'd'],
        durationMs: 4,
      });
    while (((await json('connection log entra --tenant acme')) as unknown[]).length < 5);
    const { out } = await rollcall('connection log entra --tenant acme --limit 2');
    expect(out).to.match(
      /^2027-01-01T00:00:03Z +refused +400 +PATCH Group +g1 +invalidValue members +members-as-object \(2\)/m,
    );
    expect(out).to.contain('a, b, c and 1 more').and.to.contain('r4?[2J');
    const before = /--before (\S+)/.exec(out)?.[1] ?? '';
    const rows = (await json(`connection log entra --tenant acme --before ${before}`)) as { requestId: string }[];
    expect(rows.map(({ requestId }) => requestId)).to.deep.equal(['r2', 'r1', 'r0']);
    const unnamed = await rollcall('connection log entra --tenant acme --request r0');
    expect(unnamed.out, 'what SCIM has no word for').to.match(/ 404 +PATCH Group +g1 +not found /);
    expect(
      await json('connection log entra --tenant acme --outcome refused --resource g1 --request r3'),
    ).to.have.length(1);
    expect(await rollcall('connection log entra --tenant acme --before x')).to.include({ code: 1 });
  });

  const refusals: [line: string, says: string][] = [
    ['tenant create acme', 'choose another name'],
    ['connection list --tenant nobody', "There is no tenant 'nobody': list the tenants"],
    ['connection list', 'say which'],
    ['connection pause nothing --tenant acme', "no connection 'nothing'"],
    ['connection create x --tenant acme --scopes bulk', "'bulk' is no scope: choose among users:read"],
    ['connection set okta --tenant acme --option interop --without interop', "can't both come and go"],
    ['connection set okta --tenant acme --scopes bulk', "'bulk' is no scope"],
    ['connection quirks nothing --tenant acme', "no connection 'nothing'"],
    ['token revoke nothing --tenant acme', "no token 'nothing'"],
  ];
  for (const [line, says] of refusals)
    it(`${line}: is refused with what to do, and 1`, async () => {
      const { code, out, err } = await rollcall(line);
      expect([code, out]).to.deep.equal([1, '']);
      expect(err).to.contain(says);
    });

  const misunderstood = [
    '',
    'tenant',
    'tenant create',
    'tenant create a b',
    'tenants list',
    'tenant list --nothing',
    'connection create --tenant acme',
    'connection create x --kind ldap',
    'connection create x --dialect loose',
    'connection create x --adopt email',
    'connection create x --option fast',
    'connection set',
    'connection set x --dialect loose',
    'connection set x --without fast',
    'connection quirks',
    'connection pause',
    'connection pause a --name b',
    'connection log a --limit 0',
    'connection log a --limit many',
    'connection log a --outcome good',
    'token create a --days 0',
    'token create a --days 1.5',
    'token revoke',
  ];
  for (const line of misunderstood)
    it(`'${line}' is not understood: it says so, 2, and nothing was opened`, async () => {
      const before = opened();
      const { code, out, err } = await rollcall(line);
      expect([code, out, opened()]).to.deep.equal([2, '', before]);
      expect(err).not.to.equal('');
    });

  it('--help is an answer', async () => {
    for (const line of ['--help', 'help', 'connection create --help', 'token --help'])
      expect(await rollcall(line)).to.include({ code: 0, err: '' });
  });

  it('a broken rule of the domain is a refusal, in the language of whoever types', async () => {
    const open = () => Promise.reject(new DomainError({ rule: 'last-primary-admin' }));
    let err = '';
    const told = { ...broken, open, err: (text: string) => (err += text) };
    expect(await run(['tenant', 'list'], told)).to.equal(1);
    expect(await run(['tenant', 'list', '--lang', 'fr'], told)).to.equal(1);
    expect(err).to.match(/^rollcall: This would leave the organization without .*\.\nrollcall\u00A0: .*\.\n$/);
  });

  it('what is neither refused nor misunderstood is thrown', async () => {
    expect(await run(['tenant', 'list'], broken).catch((cause: unknown) => (cause as Error).message)).to.equal('away');
  });
});
