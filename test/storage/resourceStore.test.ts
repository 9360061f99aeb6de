import { storesOver } from '../../src/protocol.ts';
import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/schema.ts';
import { describeResourceStore } from '../contracts/resourceStore.contract.ts';
import { testCaller } from '../support/callers.ts';
import { freshDatabase } from '../support/mongod.ts';
import { testRegistry, testType } from '../support/schemas.ts';

describe('MongoDB', function () {
  this.timeout(60_000);

  let opened: Promise<Awaited<ReturnType<typeof open>>> | undefined;
  let tenants = 0;

  async function open() {
    const database = await freshDatabase();
    const db = await connect(database.uri);
    await migrate(db);
    return { db, database };
  }

  after(async () => {
    const { db, database } = (await opened) ?? {};
    await db?.close();
    await database?.drop();
  });

  // One database for all: a tenant of its own keeps each description apart, as it keeps customers apart.
  describeResourceStore('MongoDB', async () => {
    opened ??= open();
    const { db } = await opened;
    const stores = storesOver(db, testRegistry());
    tenants += 1;
    const caller = testCaller({ tenant: `t${tenants}`, deadline: Date.now() + 60_000 });
    return {
      users: stores(testType('User')),
      groups: stores(testType('Group')),
      caller,
      sibling: { ...caller, connection: 'entra' },
      stranger: { ...caller, tenant: `other${tenants}` },
    };
  });
});
