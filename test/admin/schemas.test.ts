import { expect } from 'chai';
import { Refusal } from '../../src/admin/errors.ts';
import type { Ports } from '../../src/admin/ports.ts';
import { createConnection } from '../../src/admin/connections.ts';
import { addSchema, listSchemas, previewSchema, removeSchema, showSchema } from '../../src/admin/schemas.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { withdrawalMs } from '../../src/domain/tenantSchemas.ts';
import { protocolOver } from '../../src/protocol.ts';
import { registries } from '../../src/provisioning/registries.ts';
import type { Json, ScimRequest } from '../../src/scim/types.ts';
import { migrate } from '../../src/storage/schema.ts';
import { tenantSchemas } from '../../src/storage/tenantSchemas.ts';
import { site, type Process, type Site } from '../support/administration.ts';
import { testCaller } from '../support/callers.ts';
import { badge, device, schemaText, warranty } from '../support/ownSchemas.ts';
import { testRegistry } from '../support/schemas.ts';

const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof Refusal ? error.message : `no refusal: ${String(error)}`),
  );

describe("administration: schemas of a tenant's own", function () {
  this.timeout(30_000);
  let here: Site;
  let process: Process;
  let ports: Ports;
  let tenant: string;
  let made = 0;

  before(async () => {
    here = await site();
    process = await here.process();
    await migrate(process.db);
    ports = process.ports;
  });
  beforeEach(async () => {
    made += 1;
    tenant = (await createTenant(ports, `tenant ${String(made)}`)).id;
  });
  after(async () => {
    await process.close();
    await here.drop();
  });

  const add = (name: string, over: Ports = ports) => addSchema(over, { tenant, content: schemaText(name) });
  const urns = async () => (await listSchemas(ports, tenant)).map(({ id, state }) => [id, state]);

  /** A process that serves what this one administers, whose clock a test sets. */
  function server() {
    const clock = { now: 0 };
    const known = registries(testRegistry(), tenantSchemas(process.db), () => clock.now);
    const handle = protocolOver(process.db, testRegistry(), 'http://127.0.0.1', {}, known);
    const ask = async (
      method: ScimRequest['method'],
      path: string,
      body?: Json,
      query: Record<string, string> = {},
    ) => {
      const caller = testCaller({ tenant, deadline: Date.now() + 20_000 });
      const request = { method, path: path.split('/').slice(1), query, caller };
      const { status, body: answer } = await handle({ ...request, ...(body !== undefined && { body }) });
      return { status, body: answer as { readonly id?: string; readonly totalResults?: number } | undefined };
    };
    return { clock, ask };
  }
  const badged = (userName: string): Json => ({ userName, [badge.id]: { number: userName } });

  it('are shown before they are added: type, resources, attributes, connections', async () => {
    const { ask } = server();
    await ask('POST', '/Users', { userName: 'ann' });
    for (const [name, scopes] of [
      ['reader', ['users:read']],
      ['groups', ['groups:write']],
      ['devices', ['custom:read']],
    ] as const)
      await createConnection(ports, { tenant, name, kind: 'generic', dialect: 'strict', scopes, adopt: 'none' });

    const preview = await previewSchema(ports, { tenant, content: schemaText('badge') });
    expect(preview).to.deep.include({ schema: badge.id, type: 'User', resources: 1, connections: ['reader'] });
    expect(preview.attributes.map(({ path, type, search }) => `${path} ${type} ${search}`)).to.deep.equal([
      'number string by index',
      'color string by index',
      'level integer by index',
      'issued dateTime by index',
      'doors string[] by index',
      'loans complex[] by its parts',
      'loans.value string by index',
      'loans.type string by index',
      'loans.due dateTime by index',
      'note string by index',
    ]);
    const own = await previewSchema(ports, { tenant, content: schemaText('device') });
    expect(own).to.deep.include({ type: 'Device', endpoint: '/Devices', resources: 0, connections: ['devices'] });
    expect(own.attributes.filter(({ search }) => search === 'no').map(({ path }) => path)).to.deep.equal([
      'photo',
      'holder.$ref',
    ]);
    expect(await urns()).to.deep.equal([]);
  });

  it('are added, listed, and shown as the file that would add them', async () => {
    await add('device');
    await add('warranty');
    expect(await urns()).to.deep.equal([
      [device.id, 'served'],
      [warranty.id, 'served'],
    ]);
    const [first] = await listSchemas(ports, tenant);
    expect(first).to.include({ createdBy: 'test' });
    const shown = await showSchema(ports, { tenant, urn: device.id.toUpperCase() });
    const other = (await createTenant(ports, `copy ${String(made)}`)).id;
    await addSchema(ports, { tenant: other, content: JSON.stringify(shown) });
    expect(await showSchema(ports, { tenant: other, urn: device.id })).to.deep.equal(shown);
  });

  it('are refused with all that is wrong, and then nothing is added', async () => {
    await add('badge');
    const content = JSON.stringify({
      id: 'urn:acme:Car',
      resourceType: { name: 'User', endpoint: '/Cars' },
      attributes: [{ name: 'a', returned: 'never' }],
    });
    const said = await refusal(addSchema(ports, { tenant, content }));
    expect(said).to.match(/^The schema can't be added:\n {2}- /);
    expect(said).to.include("'User' is taken").and.include('one attribute must name').and.include('never be shown');
    expect(await refusal(add('badge'))).to.include('already');
    expect(await refusal(addSchema(ports, { tenant, content: ' '.repeat(262_145) }))).to.include('262144');
    expect(await refusal(showSchema(ports, { tenant, urn: device.id }))).to.include('no schema');
    expect(await urns()).to.deep.equal([[badge.id, 'served']]);
  });

  it('of two who add one at the same moment one is refused, and two different ones are both added', async () => {
    const same = await Promise.all([refusal(add('badge')), refusal(add('badge'))]);
    expect(same.filter((said) => said === 'none')).to.have.lengthOf(1);
    const content = (name: string) =>
      JSON.stringify({ id: `urn:acme:${name}`, extends: 'User', attributes: [{ name: 'a' }] });
    const all = ['A', 'B', 'C', 'D'].map((name) => addSchema(ports, { tenant, content: content(name) }));
    await Promise.all(all);
    expect(await urns()).to.have.lengthOf(5);
  });

  it('are removed where nothing holds values of them', async () => {
    const { ask, clock } = server();
    await add('badge');
    const { body } = await ask('POST', '/Users', badged('ann'));
    expect(await refusal(removeSchema(ports, { tenant, urn: badge.id }))).to.equal(
      `'${badge.id}' is in use: resources of the type User hold values of it (1): take these away first`,
    );
    expect(await urns()).to.deep.equal([[badge.id, 'served']]);
    await ask('PUT', `/Users/${String(body?.id)}`, { userName: 'ann' });
    await removeSchema(ports, { tenant, urn: badge.id });
    expect(await urns()).to.deep.equal([]);
    clock.now = 1_000;
    expect((await ask('GET', '/Users', undefined, { filter: `${badge.id}:color eq "red"` })).status).to.equal(400);
  });

  it('of a type are removed where there is no resource of it, and nothing needs it', async () => {
    const { ask } = server();
    await add('device');
    const { body } = await ask('POST', '/Devices', { assetTag: 'PC-1' });
    expect(await refusal(removeSchema(ports, { tenant, urn: device.id }))).to.match(
      /there are resources of the type Device \(1\): delete them first$/,
    );
    await ask('DELETE', `/Devices/${String(body?.id)}`);
    await add('warranty');
    expect(await refusal(removeSchema(ports, { tenant, urn: device.id }))).to.equal(
      `'${warranty.id}' needs '${device.id}': remove that first`,
    );
    await removeSchema(ports, { tenant, urn: warranty.id });
    await removeSchema(ports, { tenant, urn: device.id });
    expect(await urns()).to.deep.equal([]);
  });

  it('are served again where somebody wrote values before every process had dropped them', async () => {
    const { ask, clock } = server();
    await add('badge');
    await ask('GET', '/Users');
    const waited: number[] = [];
    const pause = async (ms: number) => {
      waited.push(ms);
      expect(await urns()).to.deep.equal([[badge.id, 'withdrawn']]);
      // A process that has not looked since still serves it.
      expect((await ask('POST', '/Users', badged('late'))).status).to.equal(201);
      clock.now = 1_000;
      expect((await ask('POST', '/Users', { ...(badged('later') as object), active: true })).status).to.equal(201);
      const { body } = await ask('GET', '/Users', undefined, { filter: 'userName eq "later"' });
      expect(JSON.stringify(body)).not.to.include(badge.id);
    };
    expect(await refusal(removeSchema({ ...ports, pause }, { tenant, urn: badge.id }))).to.match(
      /hold values of it \(1\)/,
    );
    expect(waited).to.deep.equal([withdrawalMs]);
    expect(await urns()).to.deep.equal([[badge.id, 'served']]);
    clock.now = 2_000;
    const { body } = await ask('GET', '/Users', undefined, { filter: `${badge.id}:number eq "late"` });
    expect(body?.totalResults).to.equal(1);
  });

  it('are not removed by one who was overtaken by another that had them served again', async () => {
    await add('badge');
    const pause = async () => {
      const { version } = await ports.schemas.read(tenantId(tenant));
      await ports.schemas.replace(tenantId(tenant), version, [badge]);
    };
    expect(await refusal(removeSchema({ ...ports, pause }, { tenant, urn: badge.id }))).to.include('remove it again');
    expect(await urns()).to.deep.equal([[badge.id, 'served']]);
  });

  it('whose removal broke off are removed by another, and meanwhile take no new values', async () => {
    const { ask } = server();
    await add('device');
    const broken = { ...ports, pause: () => Promise.reject(new Error('killed')) };
    expect(await refusal(removeSchema(broken, { tenant, urn: device.id }))).to.include('killed');
    expect(await urns()).to.deep.equal([[device.id, 'withdrawn']]);
    expect((await ask('POST', '/Devices', { assetTag: 'PC-1' })).status).to.equal(404);
    expect(await refusal(add('device'))).to.include('already');
    const two = [1, 2].map(() => refusal(removeSchema(ports, { tenant, urn: device.id })));
    for (const said of await Promise.all(two)) expect(said).to.match(/^none$|^The tenant has no schema/);
    expect(await urns()).to.deep.equal([]);
  });
});
