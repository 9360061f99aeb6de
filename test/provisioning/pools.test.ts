import { expect } from 'chai';
import { seatsOf } from '../../src/domain/accounts.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { storesOf } from '../../src/provisioning/stores.ts';
import { testCaller } from '../support/callers.ts';
import { newState } from '../support/changes.ts';
import { testType } from '../support/schemas.ts';
import { scripted } from './ports.ts';

const type = testType('Entitlement');
const wanted = { members: false, groups: false };

describe('License pools', () => {
  const pool = (name: string) => newState(tenantId('acme'), 'Entitlement', name, new Date(0));
  const [premium, free] = [pool('recording-premium'), pool('listening-free')];

  /** Ports whose accounts say that seven seats are taken, and what they were asked for. */
  function counting() {
    const script = scripted(premium, free);
    const asked: (readonly string[])[] = [];
    const ports: typeof script.ports = {
      ...script.ports,
      directory: {
        ...script.ports.directory,
        query: () =>
          Promise.resolve({
            total: 2,
            states: [premium, free],
            more: false,
            members: new Map(),
            memberships: new Map(),
          }),
      },
      accounts: {
        read(tenant, names) {
          asked.push([tenant, ...names]);
          const name = seatsOf(premium.id);
          return Promise.resolve(new Map([[name, { name, value: 7 }]]));
        },
      },
    };
    return { pools: storesOf(ports)(type), asked };
  }

  it('say how many seats are taken, by one read for a page', async () => {
    const { pools, asked } = counting();
    const page = await pools.query(testCaller(), { startIndex: 1, count: 10, wanted });
    expect(page.resources.map(({ attributes }) => attributes['totalAssignmentsUsed'])).to.deep.equal([7, 0]);
    expect(asked).to.deep.equal([['acme', seatsOf(premium.id), seatsOf(free.id)]]);
  });

  it('say so one by one too, and nothing of one that is not there', async () => {
    const { pools, asked } = counting();
    const read = async (id: string) => (await pools.read(testCaller(), id, wanted))?.attributes['totalAssignmentsUsed'];
    expect([await read(premium.id), await read(free.id), await read('nobody')]).to.deep.equal([7, 0, undefined]);
    expect(asked).to.have.length(2);
  });
});
