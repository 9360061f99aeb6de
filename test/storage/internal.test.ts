import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import type { NewState } from '../../src/domain/changes.ts';
import type { State } from '../../src/domain/states.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { portsOver, protocolOver } from '../../src/protocol.ts';
import { leniency } from '../../src/scim/dialects.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import type { ScimRequest } from '../../src/scim/types.ts';
import type { HistoryDocument, JournalDocument } from '../../src/storage/documents.ts';
import { total } from '../../src/storage/totals.ts';
import { testCaller } from '../support/callers.ts';
import { creating, ending, newState, removing } from '../support/changes.ts';
import { testInternal, testRegistry, testType } from '../support/schemas.ts';
import { openTestStore, type TestStore } from './store.ts';

const phone = '+33612345678';

describe('Kinds of our own, which SCIM does not serve', function () {
  this.timeout(30_000);
  let store: TestStore;
  let tenant: TenantId;
  let ports: ReturnType<typeof portsOver>;
  let number: State;

  const soon = () => Date.now() + 10_000;
  const inventory = (name: string, more: object = {}): State => {
    const state = newState(tenant, 'Number', name, new Date());
    return { ...state, attributes: { name, type: 'mobile', ...more } };
  };
  const entries = () => store.db.collection<JournalDocument>('journal').find({ tenant }).sort({ version: 1 }).toArray();

  before(async () => {
    store = await openTestStore();
    ports = portsOver(store.db, testRegistry());
  });
  after(() => store.close());
  beforeEach(async () => {
    tenant = store.tenant();
    number = inventory(phone);
    await ports.work.commit(creating(number), soon());
    await store.user(tenant, 'Ann');
  });

  const revise = async (after: Pick<NewState, 'name' | 'owner' | 'externalIds' | 'attributes'>) => {
    const before = await store.stateOf(tenant, 'Number', number.id);
    const { order } = creating(number).entry;
    const entry = { order, operation: 'revise', kind: 'Number', resource: number.id, differences: [] } as const;
    return ports.work.commit({ tenant, revises: { before, after }, relies: [], entry }, soon());
  };

  it('are committed, versioned, journaled and counted as users are', async () => {
    const held = { ...number, attributes: { ...number.attributes, holder: 'ann' } };
    expect(await revise(held)).to.include({ version: 2 });
    const now = await store.stateOf(tenant, 'Number', number.id);
    expect(now).to.deep.include({ version: 2, revision: 2, name: phone, attributes: held.attributes });
    const closed = await store.db
      .collection<HistoryDocument>('history')
      .find({ tenant, resource: number.id })
      .project<Pick<HistoryDocument, 'type' | 'version' | 'attributes'>>({ _id: 0, type: 1, version: 1, attributes: 1 })
      .toArray();
    expect(closed).to.deep.equal([{ type: 'Number', version: 1, attributes: number.attributes }]);
    const told = (await entries()).filter(({ kind }) => kind === 'Number');
    expect(told.map(({ operation, version }) => [operation, version])).to.deep.equal([
      ['create', 1],
      ['revise', 2],
    ]);
    expect(await total(store.db, tenant, 'Number')).to.equal(1);
    await ports.work.commit(removing(now), soon());
    expect(await total(store.db, tenant, 'Number')).to.equal(0);
  });

  it('are unique by their name, whatever its letter case, among their own kind', async () => {
    expect(await ending(ports.work.commit(creating(inventory(phone)), soon()))).to.equal('name-taken');
    const races = Array.from({ length: 5 }, () =>
      ending(ports.work.commit(creating(inventory('+33100000000')), soon())),
    );
    expect((await Promise.all(races)).filter((end) => end === 'done')).to.have.length(1);
    const settings = newState(tenant, 'Settings', 'settings', new Date());
    expect(await ending(ports.work.commit(creating({ ...settings, name: 'settings' }), soon()))).to.equal('done');
    expect(
      await ending(ports.work.commit(creating({ ...settings, id: randomUUID(), name: 'SETTINGS' }), soon())),
    ).to.equal('name-taken');
    const rule = { ...newState(tenant, 'MappingRule', 'settings', new Date()), attributes: { name: 'settings' } };
    expect(await ending(ports.work.commit(creating(rule), soon()))).to.equal('done');
  });

  it('are found by the engine that finds users', async () => {
    await ports.work.commit(creating(inventory('+33100000000', { type: 'landline', holder: 'ann' })), soon());
    const type = testType('Number');
    const filter = parseFilter(type, 'type eq "LANDLINE" and name sw "+331"', leniency('strict'));
    const query = { startIndex: 1, count: 10, wanted: { members: false, groups: false }, filter };
    const found = await ports.directory.query({ tenant, connection: 'okta' }, type, query);
    expect(found.states.map(({ name }) => name)).to.deep.equal(['+33100000000']);
  });

  it('are nowhere in SCIM', async () => {
    const handle = protocolOver(store.db, testRegistry(), 'https://id.example.com');
    const caller = testCaller({ tenant, deadline: Date.now() + 30_000 });
    const ask = async (method: ScimRequest['method'], path: readonly string[], more: Partial<ScimRequest> = {}) => {
      const { status, body } = await handle({ method, path, query: {}, caller, ...more });
      return { status, said: JSON.stringify(body ?? null) };
    };
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };
    const all = await ask('POST', ['.search'], { body: search });
    expect(all.said).to.contain('"totalResults":1').and.not.contain(number.id);
    const { said: schemas } = await ask('GET', ['Schemas']);
    const { said: types } = await ask('GET', ['ResourceTypes']);
    for (const { name, endpoint, schema } of testInternal().types) {
      expect(schemas, name).not.to.contain(schema.id);
      expect(types, name).not.to.contain(endpoint);
      expect((await ask('GET', [endpoint.slice(1)])).status, name).to.equal(404);
      expect((await ask('POST', [endpoint.slice(1)], { body: { name } })).status, name).to.equal(404);
    }
    for (const place of ['Users', 'Groups', 'Numbers']) {
      expect((await ask('GET', [place, number.id])).status, place).to.equal(404);
      expect((await ask('DELETE', [place, number.id])).status, place).to.equal(404);
    }
    const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Ops' };
    const { said } = await ask('POST', ['Groups'], { body: { ...group, members: [{ value: number.id }] } });
    expect(said).to.contain('"Ops"').and.not.contain(number.id);
  });
});
