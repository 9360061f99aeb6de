import { expect } from 'chai';
import { protocolOver } from '../../src/protocol.ts';
import type { JsonObject, ScimResponse } from '../../src/scim/types.ts';
import { migrate } from '../../src/storage/schema.ts';
import { secret } from '../../src/storage/secrets.ts';
import { testCaller } from '../support/callers.ts';
import { testRegistry } from '../support/schemas.ts';
import { connect } from '../../src/storage/connect.ts';
import { freshDatabase } from '../support/mongod.ts';
import { openedForEach } from './opened.ts';

describe('The secret of a database', () => {
  const open = openedForEach();

  it('is 32 random bytes, the same for all processes, whoever asks first, and after a start', async () => {
    const processes = await Promise.all(Array.from({ length: 4 }, open));
    const found = await Promise.all(processes.flatMap((db) => [secret(db)(), secret(db)(), secret(db)()]));
    const [one] = found.map((bytes) => Buffer.from(bytes).toString('hex'));
    expect(one).to.match(/^[\da-f]{64}$/);
    for (const bytes of found) expect(Buffer.from(bytes).toString('hex')).to.equal(one);
    const [db] = processes;
    if (db) await migrate(db);
    expect(Buffer.from(await secret(await open())()).toString('hex')).to.equal(one);
  });

  it('lets a process go on by the cursor of another one', async () => {
    const connections = [await open(), await open()];
    await Promise.all(connections.map((db) => migrate(db)));
    const [one, other] = connections.map((db) => protocolOver(db, testRegistry(), 'http://127.0.0.1'));
    if (!one || !other) throw new Error('no two processes');
    const caller = testCaller({ deadline: Date.now() + 60_000 });
    const users = { path: ['Users'], caller };
    for (const userName of ['ann', 'bob']) await one({ ...users, method: 'POST', query: {}, body: { userName } });
    const query = { sortBy: 'userName', count: '1', attributes: 'userName' };
    const names = ({ body }: ScimResponse) =>
      ((body?.['Resources'] ?? []) as JsonObject[]).map(({ userName }) => userName);
    const first = await one({ ...users, method: 'GET', query: { ...query, cursor: '' } });
    const { nextCursor } = first.body as { readonly nextCursor: string };
    const next = await other({ ...users, method: 'GET', query: { ...query, cursor: nextCursor } });
    expect([names(first), names(next)]).to.deep.equal([['ann'], ['bob']]);
  });

  it('is another one in another database', async () => {
    const other = await freshDatabase();
    const db = await connect(other.uri);
    const [own, others] = await Promise.all([secret(await open())(), secret(db)()]);
    expect(Buffer.from(own)).to.not.deep.equal(Buffer.from(others));
    await db.close();
    await other.drop();
  });

  it('is asked for again where it could not be read', async () => {
    const db = await open();
    const read = secret(db);
    const collection = db.collection.bind(db);
    db.collection = () => {
      throw new Error('away');
    };
    const failed = await read().then(
      () => 'read',
      () => 'failed',
    );
    expect(failed).to.equal('failed');
    db.collection = collection;
    expect(await read()).to.have.length(32);
  });
});
