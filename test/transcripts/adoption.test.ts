import { expect } from 'chai';
import { clientOf } from '../support/client.ts';
import type { Client } from '../support/client.ts';
import { startTestServer } from '../support/server.ts';

/** A user that was there before any connection cannot be made over SCIM, so no transcript can show how one is adopted. */
describe('A user that no connection provisioned', () => {
  let server: Awaited<ReturnType<typeof startTestServer>>;
  const clients: Client[] = [];

  before(async function () {
    this.timeout(120_000);
    server = await startTestServer();
  });
  after(async () => {
    for (const client of clients) client.close();
    await server.stop();
  });

  /** Two clients of one tenant, and a user whose owner is forgotten. */
  async function found(adopt: 'none' | 'userName'): Promise<{ first: Client; second: Client; id: string }> {
    const { token, token2 = '' } = await server.tenant({ connections: 'two', options: { adopt } });
    const [first, second] = [clientOf([server.base], token), clientOf([server.base], token2)];
    clients.push(first, second);
    const id = await first.createUser('ann', { emails: [{ value: 'ann@corp.example' }] });
    const { modifiedCount } = await server.db
      .collection<{ _id: string }>('resources')
      .updateOne({ _id: id }, { $unset: { owner: '' } });
    expect(modifiedCount).to.equal(1);
    return { first, second, id };
  }

  it('is changed by no connection that does not adopt', async () => {
    const { first, second, id } = await found('none');
    for (const client of [first, second]) {
      const { status } = await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'Lead' }]);
      expect(status).to.equal(403);
      expect((await client.request('DELETE', `/Users/${id}`)).status).to.equal(403);
    }
  });

  it('is taken over by the connection that adopts and changes it first, and by no other afterwards', async () => {
    const { first, second, id } = await found('userName');
    const adopted = await second.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'Lead' }]);
    expect(adopted.status).to.equal(200);
    expect(adopted.body['title']).to.equal('Lead');
    expect((await first.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'Mine' }])).status).to.equal(403);
    expect((await second.request('DELETE', `/Users/${id}`)).status).to.equal(204);
  });

  it('keeps what it signs in with in the request that adopts it', async () => {
    const { second, id } = await found('userName');
    const identity = { userName: 'mallory', emails: [{ value: 'mallory@evil.example' }], password: 't4ken-0ver' };
    for (const [path, value] of Object.entries(identity)) {
      const { status } = await second.patch(`/Users/${id}`, [{ op: 'replace', path, value }]);
      expect(status, path).to.equal(403);
    }
    const { body } = await second.request('GET', `/Users/${id}`);
    expect(body['userName']).to.equal('ann');
    expect((await second.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }])).status).to.equal(
      200,
    );
    expect((await second.patch(`/Users/${id}`, [{ op: 'replace', path: 'userName', value: 'anna' }])).status).to.equal(
      200,
    );
  });
});
