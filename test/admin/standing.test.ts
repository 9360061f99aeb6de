import { expect } from 'chai';
import { access } from '../../src/admin/access.ts';
import { createConnection } from '../../src/admin/connections.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { createToken } from '../../src/admin/tokens.ts';
import { tokenFormat } from '../../src/credentials/tokens.ts';
import { keyOf } from '../../src/storage/documents.ts';
import { site } from '../support/administration.ts';
import type { Process, Site } from '../support/administration.ts';

describe('A token that stands for a user', () => {
  let here: Site;
  let one: Process;

  before(async () => {
    here = await site();
    one = await here.process();
  });
  after(async () => {
    await one.close();
    await here.drop();
  });

  it('is worth nothing within a second of his deactivation or removal', async () => {
    const { id: tenant } = await createTenant(one.ports, 'acme');
    await createConnection(one.ports, {
      tenant: 'acme',
      name: 'okta',
      kind: 'okta',
      dialect: 'lenient',
      scopes: ['users:read'],
      adopt: 'none',
    });
    const users = one.db.collection<{ _id: string }>('resources');
    await users.insertOne({ _id: 'bob-1', ...{ tenant, type: 'User', key: keyOf('User', 'bob') } });
    const { token } = await createToken(one.ports, { tenant: 'acme', connection: 'okta', user: 'bob' });
    /** As a process has it that has not seen the token for a second. */
    const whoIs = async () => {
      const { authenticate, settled } = access({
        tokens: one.ports.tokens,
        tokenFormat,
        now: () => new Date(),
        elapsed: () => performance.now(),
        onUnnoted: (cause) => {
          throw cause;
        },
      });
      const found = await authenticate(token);
      await settled();
      return found?.caller.user;
    };
    expect(await whoIs()).to.equal('bob-1');
    for (const ended of [{ attributes: { active: false } }, { person: { status: 'deactivated' } }]) {
      await users.updateOne({ _id: 'bob-1' }, { $set: ended });
      expect(await whoIs()).to.equal(undefined);
      await users.updateOne({ _id: 'bob-1' }, { $unset: { attributes: '', person: '' } });
    }
    expect(await whoIs()).to.equal('bob-1');
    await users.deleteOne({ _id: 'bob-1' });
    expect(await whoIs()).to.equal(undefined);
  });
});
