import { expect } from 'chai';
import { connectionQuirks } from '../src/admin/connections.ts';
import type { Ports } from '../src/admin/ports.ts';
import { adminPorts } from '../src/administration.ts';
import { provisioningLog } from '../src/storage/provisioningLog.ts';
import { ended, startFleet, type Fleet } from './support/fleet.ts';

describe('the tally of quirks of several server processes', function () {
  this.timeout(60_000);
  let fleet: Fleet;
  let ports: Ports;

  before(async () => {
    fleet = await startFleet(2);
    ports = adminPorts(
      fleet.db,
      'http://127.0.0.1',
      'test',
      provisioningLog(fleet.db, () => undefined),
    );
  });
  after(() => fleet.stop());

  it('adds up to what the client sent, though they end at once', async () => {
    const client = await fleet.tenant();
    for (let round = 0; round < 40; round += 1) {
      const { status } = await client.request('GET', '/Users?filter=userName%20eq%20ann');
      expect(status).to.equal(200);
    }
    client.close();
    await Promise.all(fleet.processes.map((child) => ended(child, 'SIGTERM')));
    const counts = await connectionQuirks(ports, { tenant: client.tenantId, connection: client.connectionId });
    expect(counts.map(({ quirk, times }) => [quirk, times])).to.deep.equal([['unquotedValues', 40]]);
    const [{ since, last } = { since: new Date(), last: new Date(0) }] = counts;
    expect(since.getTime()).to.be.at.most(last.getTime());
  });
});
