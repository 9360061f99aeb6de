import { expect } from 'chai';
import { limits } from '../../../src/scim/limits.ts';
import type { Json, JsonObject, ScimRequest } from '../../../src/scim/types.ts';
import { urns } from '../../../src/scim/urns.ts';
import { testCaller } from '../../support/callers.ts';
import { exchange } from '../../support/exchange.ts';
import { baseUrl } from '../../support/memoryProtocol.ts';

type Send = ReturnType<typeof exchange>;

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const user = (bulkId: string, more: JsonObject = {}): JsonObject => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { schemas: [userSchema], userName: bulkId, ...more },
});
const managed = (bulkId: string, by: string) =>
  user(bulkId, { schemas: [userSchema, enterprise], [enterprise]: { manager: { value: `bulkId:${by}` } } });
const group = (bulkId: string, ...members: string[]): JsonObject => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: bulkId,
    members: members.map((value) => ({ value })),
  },
});
const patch = (path: string, ...operations: JsonObject[]): JsonObject => ({
  method: 'PATCH',
  path,
  data: { schemas: [urns.patch], Operations: operations },
});

const bulk = async (send: Send, operations: Json[], more: JsonObject = {}, request: Partial<ScimRequest> = {}) => {
  const body = { schemas: [urns.bulkRequest], Operations: operations, ...more };
  const answer = await send('POST', '/Bulk', { body, ...request });
  return { ...answer, results: (answer.body['Operations'] ?? []) as JsonObject[] };
};

const statuses = (results: readonly JsonObject[]) => results.map(({ status }) => status);
const idOf = ({ location }: JsonObject): string => (location as string).split('/').at(-1) ?? '';
const why = ({ response }: JsonObject = {}): JsonObject => response as JsonObject;
const managerOf = (resource: JsonObject): Json | undefined => {
  const { manager } = resource[enterprise] as { manager: JsonObject };
  return manager['value'];
};

describe('scim: a Bulk', () => {
  it('answers with the result of each operation, in the order of the request', async () => {
    const send = exchange();
    const made = await send('POST', '/Users', { body: { schemas: [userSchema], userName: 'old' } });
    const id = made.body['id'] as string;
    const { status, body, results } = await bulk(send, [
      user('ann'),
      { method: 'PUT', path: `/Users/${id}`, data: { schemas: [userSchema], userName: 'new' }, bulkId: 'p' },
      patch(`Users/${id}`, { op: 'replace', path: 'title', value: 'Dr' }),
      { method: 'delete', path: `/Users/${id}` },
    ]);
    expect([status, body['schemas']]).to.deep.equal([200, [urns.bulkResponse]]);
    const location = `${baseUrl}/Users/${id}`;
    expect(results).to.deep.equal([
      { location: results[0]?.['location'], method: 'POST', bulkId: 'ann', version: 'W/"1"', status: '201' },
      { location, method: 'PUT', bulkId: 'p', version: 'W/"2"', status: '200' },
      { location, method: 'PATCH', version: 'W/"3"', status: '200' },
      { location, method: 'DELETE', status: '204' },
    ]);
    expect((await send('GET', `/Users/${idOf(results[0] ?? {})}`)).body['userName']).to.equal('ann');
    expect((await send('GET', `/Users/${id}`)).status).to.equal(404);
  });

  it('says of a failure why, and goes on', async () => {
    const send = exchange();
    const { results } = await bulk(send, [
      user('ann'),
      user('x', { userName: 'ANN' }),
      { method: 'PUT', path: '/Users/nobody', data: { userName: 'y' } },
      { method: 'GET', path: '/Users' },
      user('bob'),
    ]);
    expect(statuses(results)).to.deep.equal(['201', '409', '404', '400', '201']);
    expect(why(results[1])).to.include({ status: '409', scimType: 'uniqueness' });
    expect(results[1]).to.include({ method: 'POST', bulkId: 'x' }).and.not.have.any.keys('location', 'version');
    expect(results[2]).to.include({ location: `${baseUrl}/Users/nobody` });
    expect(why(results[3])).to.include({ scimType: 'invalidSyntax' });
  });

  it('says where the resource is also of an operation that cannot be run, but for a POST', async () => {
    const put = { method: 'PUT', path: '/Users/1' };
    const remove = { method: 'DELETE', path: '/Users/bulkId:ann', version: 1 };
    const twice = { method: 'DELETE', path: '/Users/2', bulkId: 'x' };
    const { results } = await bulk(exchange(), [
      user('ann'),
      put,
      remove,
      twice,
      twice,
      { method: 'POST', path: '/Users/3', bulkId: 'y', data: {} },
      { method: 'PUT', path: '/Nothing/4', data: {} },
    ]);
    expect(statuses(results)).to.deep.equal(['201', '400', '400', '400', '400', '400', '404']);
    const [ann, ...failed] = results.map(({ location }) => location);
    const at = (id: string) => `${baseUrl}/Users/${id}`;
    expect(failed).to.deep.equal([at('1'), ann, at('2'), at('2'), undefined, undefined]);
  });

  it('refuses a message that is none, and any method but POST', async () => {
    const send = exchange();
    expect((await send('POST', '/Bulk', { body: {} })).body).to.include({ status: '400', scimType: 'invalidSyntax' });
    expect((await send('GET', '/Bulk')).headers['Allow']).to.equal('POST');
  });

  it('does as many operations as are advertised, and refuses one more', async () => {
    const send = exchange();
    const { body: config } = await send('GET', '/ServiceProviderConfig');
    const { maxOperations } = config['bulk'] as { maxOperations: number };
    expect(config['bulk']).to.deep.equal({ supported: true, maxOperations, maxPayloadSize: limits.bulkBodyBytes });
    const many = (count: number) => Array.from({ length: count }, (_, index) => user(`user-${String(index)}`));
    const over = await bulk(send, many(maxOperations + 1));
    expect([over.status, over.body['scimType']]).to.deep.equal([413, undefined]);
    expect(over.body['detail']).to.contain('maxOperations');
    expect((await send('GET', '/Users')).body['totalResults']).to.equal(0);
    const { results } = await bulk(send, many(maxOperations));
    expect(results.map(({ bulkId, status }) => [bulkId, status])).to.deep.equal(
      many(maxOperations).map(({ bulkId }) => [bulkId, '201']),
    );
  });

  describe('references', () => {
    it('go backward and forward', async () => {
      const send = exchange();
      const { results } = await bulk(send, [
        group('g', 'bulkId:bob', 'bulkId:ann'),
        user('ann'),
        managed('bob', 'ann'),
      ]);
      expect(statuses(results)).to.deep.equal(['201', '201', '201']);
      const [team, ann, bob] = results.map(idOf);
      const { members } = (await send('GET', `/Groups/${String(team)}`)).body;
      expect((members as JsonObject[]).map(({ value }) => value)).to.have.members([ann, bob]);
      expect(managerOf((await send('GET', `/Users/${String(bob)}`)).body)).to.equal(ann);
    });

    it('stand in paths and in the filters of a PATCH', async () => {
      const send = exchange();
      const { results } = await bulk(send, [
        patch('/Groups/bulkId:g', { op: 'remove', path: 'members[value eq "bulkId:ann"]' }),
        group('g', 'bulkId:ann', 'bulkId:bob'),
        user('ann'),
        user('bob'),
        { method: 'DELETE', path: '/Users/bulkId:bob' },
        patch('/Users/bulkId:ann', { op: 'add', path: 'title', value: 'Dr' }),
      ]);
      expect(statuses(results)).to.deep.equal(['204', '201', '201', '201', '204', '200']);
      const [, team, ann] = results.map(idOf);
      expect(results[0]).to.include({ location: `${baseUrl}/Groups/${String(team)}` });
      expect((await send('GET', `/Groups/${String(team)}`)).body).to.not.have.property('members');
      expect((await send('GET', `/Users/${String(ann)}`)).body['title']).to.equal('Dr');
    });

    it('to nothing fail, and so does what refers to a failure', async () => {
      const send = exchange();
      const { results } = await bulk(send, [
        managed('ann', 'nobody'),
        managed('bob', 'ann'),
        { method: 'DELETE', path: '/Users/bulkId:bob' },
        user('kim'),
        user('lee', { userName: 'kim' }),
        group('g', 'bulkId:lee', 'bulkId:kim'),
      ]);
      expect(statuses(results)).to.deep.equal(['400', '400', '400', '201', '409', '400']);
      for (const index of [0, 1, 2, 5]) expect(why(results[index])['scimType'], String(index)).to.equal('invalidValue');
      expect(why(results[0])['detail']).to.contain("'nobody'");
      expect(why(results[1])['detail']).to.contain("'ann'").and.contain('failed');
      expect(results[2]).to.not.have.property('location');
      expect(why(results[5])['detail']).to.contain("'lee'").and.contain('failed');
      expect((await send('GET', '/Groups')).body['totalResults']).to.equal(0);
    });

    it('in a ring make all of it', async () => {
      const send = exchange();
      const { results } = await bulk(send, [
        managed('a', 'b'),
        managed('b', 'c'),
        managed('c', 'a'),
        managed('d', 'd'),
      ]);
      expect(statuses(results)).to.deep.equal(['201', '201', '201', '201']);
      const ids = results.map(idOf);
      const managers = await Promise.all(ids.map(async (id) => managerOf((await send('GET', `/Users/${id}`)).body)));
      expect(managers).to.deep.equal([ids[1], ids[2], ids[0], ids[3]]);
    });

    it('in a ring of which one is refused make none of it, and each says why', async () => {
      const send = exchange();
      const { results } = await bulk(send, [
        user('taken'),
        managed('a', 'b'),
        { ...managed('b', 'c'), data: { ...(managed('b', 'c')['data'] as JsonObject), userName: 'taken' } },
        managed('c', 'a'),
        group('g', 'bulkId:c'),
      ]);
      expect(statuses(results)).to.deep.equal(['201', '400', '409', '400', '400']);
      expect(why(results[2])['scimType']).to.equal('uniqueness');
      expect(why(results[1])['detail']).to.contain("'b'").and.contain('already exists');
      expect(why(results[4])['detail']).to.contain("'c'").and.contain('failed');
      expect((await send('GET', '/Users')).body['totalResults']).to.equal(1);
    });

    it('of groups inside groups are refused with 409, each of them', async () => {
      const send = exchange();
      const { results } = await bulk(send, [group('g', 'bulkId:h'), group('h', 'bulkId:g'), group('i', 'bulkId:i')]);
      expect(statuses(results)).to.deep.equal(['409', '409', '409']);
      expect(why(results[0])).to.not.have.property('scimType');
      expect((await send('GET', '/Groups')).body['totalResults']).to.equal(0);
    });
  });

  describe('failOnErrors', () => {
    it('begins nothing after so many errors', async () => {
      const send = exchange();
      const operations = [user('a'), user('b', { userName: 'a' }), user('c'), user('d', { userName: 'a' }), user('e')];
      const { results } = await bulk(send, operations, { failOnErrors: 2 });
      expect(statuses(results)).to.deep.equal(['201', '409', '201', '409']);
      expect((await send('GET', '/Users')).body['totalResults']).to.equal(2);
    });

    it('leaves in the answer what was done out of order', async () => {
      const send = exchange();
      const bad = { method: 'DELETE', path: '/Users/nobody' };
      const { results } = await bulk(send, [group('g', 'bulkId:b'), user('a'), bad, user('b')], { failOnErrors: 1 });
      expect(results.map(({ method, status }) => [method, status])).to.deep.equal([
        ['POST', '201'],
        ['DELETE', '404'],
      ]);
    });
  });

  it('is conditional on the version of each operation', async () => {
    const send = exchange();
    const { results } = await bulk(send, [
      user('ann'),
      { ...patch('/Users/bulkId:ann', { op: 'add', path: 'title', value: 'Dr' }), version: 'W/"1"' },
      { ...patch('/Users/bulkId:ann', { op: 'add', path: 'title', value: 'Prof' }), version: 'W/"1"' },
      { method: 'DELETE', path: '/Users/bulkId:ann', version: 'W/"2"' },
    ]);
    expect(results.map(({ status, version }) => [status, version])).to.deep.equal([
      ['201', 'W/"1"'],
      ['200', 'W/"2"'],
      ['412', undefined],
      ['204', undefined],
    ]);
  });

  it('shows the resources whose operations ask to see attributes', async () => {
    const send = exchange();
    const { results } = await bulk(send, [
      { ...user('ann', { title: 'Dr' }), path: '/Users?attributes=userName' },
      { ...group('g', 'bulkId:ann'), path: '/Groups?excludedAttributes=meta' },
      { ...patch('/Groups/bulkId:g?attributes=members', { op: 'add', path: 'displayName', value: 'Ops' }) },
    ]);
    const [ann, team] = results.map(idOf);
    expect(why(results[0])).to.deep.equal({ schemas: [userSchema], id: ann, userName: 'ann' });
    expect(why(results[1])).to.deep.include({ id: team, displayName: 'g' }).and.not.have.property('meta');
    expect((why(results[2])['members'] as JsonObject[]).map(({ value }) => value)).to.deep.equal([ann]);
    expect(results[2]).to.include({ status: '200' });
  });

  it('lets nobody do more than in requests of its own', async () => {
    const send = exchange();
    const caller = testCaller({ scopes: new Set(['users:write']) });
    const { results } = await bulk(send, [user('ann'), group('g')], {}, { caller });
    expect(statuses(results)).to.deep.equal(['201', '403']);
    const other = await bulk(
      send,
      [{ method: 'DELETE', path: `/Users/${idOf(results[0] ?? {})}` }],
      {},
      { caller: testCaller({ tenant: 'other' }) },
    );
    expect(statuses(other.results)).to.deep.equal(['404']);
  });

  it('reads each operation in the dialect of the connection', async () => {
    const operations = [user('ann', { active: 'True' })];
    const lenient = await bulk(exchange(), operations);
    expect(statuses(lenient.results)).to.deep.equal(['201']);
    const strict = await bulk(exchange(), operations, {}, { caller: testCaller({ dialect: 'strict' }) });
    expect(why(strict.results[0])).to.include({ status: '400', scimType: 'invalidValue' });
  });
});
