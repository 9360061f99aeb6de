import { expect } from 'chai';
import { scopes } from '../../src/domain/connections.ts';
import { access } from '../../src/admin/access.ts';
import { listConnections } from '../../src/admin/connections.ts';
import { firstRun } from '../../src/admin/firstRun.ts';
import { createTenant, listTenants } from '../../src/admin/tenants.ts';
import { scimBaseUrl, site } from '../support/administration.ts';
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
