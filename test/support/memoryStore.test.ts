import { describeResourceStore } from '../contracts/resourceStore.contract.ts';
import { testCaller } from './callers.ts';
import { memoryStores } from './memoryStore.ts';
import { testType } from './schemas.ts';

describeResourceStore('The memory store', () => {
  const stores = memoryStores();
  return Promise.resolve({
    users: stores(testType('User')),
    groups: stores(testType('Group')),
    caller: testCaller(),
    sibling: testCaller({ connection: 'entra' }),
    stranger: testCaller({ tenant: 'globex' }),
  });
});
