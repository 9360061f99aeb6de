import { expect } from 'chai';
import { scopes } from '../../src/domain/connections.ts';
import { access } from '../../src/admin/access.ts';
import { listConnections } from '../../src/admin/connections.ts';
import { keyAccess } from '../../src/admin/keyAccess.ts';
import { firstRun } from '../../src/admin/firstRun.ts';
import { createTenant, listTenants } from '../../src/admin/tenants.ts';
import { everyPermission } from '../../src/domain/permissions.ts';
import type { ResourceDocument } from '../../src/storage/documents.ts';
import { adminApiUrl, scimBaseUrl, site } from '../support/administration.ts';
import type { Process, Site } from '../support/administration.ts';

describe('admin/firstRun', () => {
  let here: Site;
  let processes: readonly Process[];

  beforeEach(async () => {
    here = await site();
    processes = await Promise.all([here.process(), here.process(), here.process()]);
  });

  afterEach(async () => {
    await Promise.all(processes.map(({ close }) => close()));
    await here.drop();
  });

  it('makes the tenant demo with a lenient connection and a token that works, once, whoever starts at once', async () => {
    const starts = await Promise.all(processes.map(({ ports }) => firstRun(ports)));
    const [made, ...more] = starts.filter((start) => start !== undefined);
    expect(more).to.deep.equal([]);
    expect(made).to.include({ scimBaseUrl });

    const [first] = processes;
    if (!first || !made) throw new Error('nothing started');
    const { ports } = first;
    expect((await listTenants(ports)).map(({ name }) => name)).to.deep.equal(['demo']);
    const [connection, ...others] = await listConnections(ports, 'demo');
    expect(others).to.deep.equal([]);
    expect(connection).to.include({ dialect: 'lenient', paused: false, adopt: 'none' });

    const { authenticate, settled } = access({
      ...ports,
      elapsed: () => performance.now(),
      onUnnoted: () => expect.fail(),
    });
    const found = await authenticate(made.token);
    await settled();
    expect(found?.caller.connection).to.equal(connection?.id);
    expect([...(found?.caller.scopes ?? [])]).to.have.members(scopes);

    const keys = keyAccess({ ...ports, elapsed: () => performance.now(), onUnnoted: () => expect.fail() });
    const caller = await keys.authenticate(made.adminApiKey);
    await keys.settled();
    expect([...(caller?.actor.permissions ?? [])]).to.have.members(everyPermission);
    expect(caller?.actor.person, 'it is nobody’s').to.equal(undefined);
    expect(made.adminApiUrl).to.equal(adminApiUrl);
    const resources = await first.db.collection<ResourceDocument>('resources').find().toArray();
    expect(
      resources.map(({ type }) => type),
      'nobody is there',
    ).to.deep.equal(['ApiKey']);
    for (const name of ['tenants', 'connections', 'tokens'])
      expect(await first.db.collection(name).countDocuments(), name).to.equal(1);
  });

  it('does nothing where there is a tenant, whatever its name', async () => {
    const [first] = processes;
    if (!first) throw new Error('nothing started');
    await createTenant(first.ports, 'acme');
    expect(await firstRun(first.ports)).to.equal(undefined);
    expect((await listTenants(first.ports)).map(({ name }) => name)).to.deep.equal(['acme']);
  });
});
