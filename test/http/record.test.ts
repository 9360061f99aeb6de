import { expect } from 'chai';
import { forbidden, invalidValue, notFound } from '../../src/scim/errors.ts';
import { call, front } from './front.ts';

describe('http: the provisioning log', () => {
  const id = '3d1f6a52-7c1b-4f0e-9a54-2b1d6bb3f0c1';
  const stale = '0b7d6a52-7c1b-4f0e-9a54-2b1d6bb3f0c1';

  it('has a row of every write', async () => {
    const outcome = {
      resourceType: 'Group',
      id,
      refusedMembers: [stale, 'kim@corp.example', 'kim', '0612345678'],
    };
    const repaired = new Map([['stringScalars', 2]]);
    const server = await front({
      handle: () => Promise.resolve({ status: 204, headers: {}, outcome, repaired }),
      clock: () => 5_000,
    });
    const reply = await call(server.port, 'PATCH', `/scim/v2/Groups/${id}`, { body: '{}' });
    expect(server.rows).to.deep.equal([
      {
        time: new Date(5_000),
        requestId: reply.headers['x-request-id'],
        tenant: 'demo',
        connection: 'c1',
        operation: 'PATCH',
        resourceType: 'Group',
        resourceId: id,
        status: 204,
        repaired: { stringScalars: 2 },
        refusedMembers: [stale, '[redacted]', '[redacted]', '[redacted]'],
        durationMs: 0,
      },
    ]);
    await server.server.close();
  });

  it('has a row of every refusal, of reads too, and none of a read that went well', async () => {
    const server = await front({
      handle: ({ path }) =>
        path[1] === undefined
          ? Promise.resolve({ status: 200, headers: {}, body: {} })
          : Promise.reject(notFound(`'${path[1]}' is no 'username'`)),
    });
    await call(server.port, 'GET', '/scim/v2/Users');
    await call(server.port, 'GET', '/scim/v2/Users/kim@corp.example');
    await call(server.port, 'POST', '/scim/v2/Users', { body: '{' });
    await call(server.port, 'TRACE', '/scim/v2/Users');
    await call(server.port, 'GET', '/scim/v2');
    expect(server.rows.map(({ operation, status, scimType }) => [operation, status, scimType])).to.deep.equal([
      ['GET', 404, undefined],
      ['POST', 400, 'invalidSyntax'],
      ['TRACE', 405, undefined],
      ['GET', 404, undefined],
    ]);
    expect(server.rows.map(({ attribute }) => attribute)).to.deep.equal(['userName', undefined, undefined, undefined]);
    expect(JSON.stringify(server.rows)).not.to.contain('kim');
    await server.server.close();
  });

  it('names the attribute that a refusal quotes, and takes no other word for one', async () => {
    const details = ["'sortBy' names no username, which 'nope' is not", 'A `userName` is due'];
    const server = await front({ handle: () => Promise.reject(invalidValue(details.shift() ?? '')) });
    await call(server.port, 'GET', '/scim/v2/Users');
    await call(server.port, 'GET', '/scim/v2/Users');
    await server.server.close();
    expect(server.rows.map(({ attribute }) => attribute)).to.deep.equal([undefined, 'userName']);
  });

  it('names the rule that was broken where the refusal does, also after the dialect repaired something', async () => {
    const refusal = forbidden("User 'kim' was provisioned by another connection", { rule: 'owned-elsewhere' });
    const server = await front({
      handle: () => Promise.resolve({ status: 403, headers: {}, refusal, repaired: new Map([['stringScalars', 1]]) }),
    });
    const { status } = await call(server.port, 'PATCH', `/scim/v2/Users/${id}`, { body: '{}' });
    expect(status).to.equal(403);
    expect(server.rows).to.have.lengthOf(1);
    expect(server.rows[0]).to.include({ status: 403, rule: 'owned-elsewhere' });
    expect(server.rows[0]?.repaired).to.deep.equal({ stringScalars: 1 });
    expect(JSON.stringify(server.rows)).not.to.contain('kim');
    await server.server.close();
  });

  it('that fails does not fail the request', async () => {
    const server = await front({
      record: () => {
        throw new Error('kim');
      },
    });
    expect((await call(server.port, 'POST', '/scim/v2/Users', { body: '{}' })).status).to.equal(200);
    expect((await call(server.port, 'POST', '/scim/v2/Users', { body: '{' })).status).to.equal(400);
    expect(server.logged()).to.contain('provisioning log row lost').and.not.to.contain('kim');
    await server.server.close();
  });
});
