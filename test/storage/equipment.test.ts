import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { linkByHand } from '../../src/admin/integrations.ts';
import { addNumber, readNumber, withdrawNumber } from '../../src/admin/numbers.ts';
import { emptyBook } from '../../src/domain/book.ts';
import { integrationSchema } from '../../src/domain/integrations.ts';
import { numberFrom, telephonySchema } from '../../src/domain/numbers.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { listsOver, portsOver } from '../../src/protocol.ts';
import { storesOf } from '../../src/provisioning/stores.ts';
import { leniency } from '../../src/scim/dialects.ts';
import type { Caller, JsonObject, ResourceStore } from '../../src/scim/types.ts';
import { testCaller } from '../support/callers.ts';
import { ending } from '../support/changes.ts';
import { testRegistry, testType } from '../support/schemas.ts';
import { openTestStore, type TestStore } from './store.ts';

const [mobile, landline, group] = ['+33612345678', '+33145678900', '+33145000000'];
const none = { members: false, groups: false };

describe('What somebody telephones with, as an identity provider says it', function () {
  this.timeout(30_000);
  let store: TestStore;
  let tenant: TenantId;
  let ports: ReturnType<typeof portsOver>;
  let users: ResourceStore;
  let ids: Record<string, string>;

  const commission = () => ({ tenant, order: { connection: 'key:1', request: 'r' }, deadline: Date.now() + 10_000 });
  const caller = (more: Partial<Caller> = {}): Caller => testCaller({ tenant, deadline: Date.now() + 30_000, ...more });
  const create = async (telephony: JsonObject, by = caller()) => {
    const attributes = { userName: `${randomUUID()}@example.com`, [telephonySchema]: telephony };
    return (await users.create(by, { attributes, members: undefined }, leniency(by.dialect), none)).stored;
  };
  const change = async (id: string, telephony: JsonObject | undefined, by = caller()) => {
    const decide = ({ attributes }: { attributes: object }) => {
      const { [telephonySchema]: _, ...rest } = attributes as JsonObject;
      return { ...rest, ...(telephony && { [telephonySchema]: telephony }) };
    };
    return (await users.revise(by, id, { accepts: () => true, decide, wanted: none }, leniency(by.dialect))).stored;
  };
  const holder = async (number: string) => (await readNumber({ deciding: ports }, tenant, ids[number] ?? '')).holder;

  before(async () => {
    store = await openTestStore();
    const book = { ...emptyBook, settings: { ...emptyBook.settings, invitationPolicy: 'invite' as const } };
    ports = portsOver(store.db, testRegistry(), undefined, undefined, { of: () => book });
    users = storesOf(ports)(testType('User'));
  });
  after(() => store.close());
  beforeEach(async () => {
    tenant = store.tenant();
    const add = (number: string, type: 'mobile' | 'landline' | 'group') =>
      addNumber({ deciding: ports }, commission(), number, type);
    const made = await Promise.all([add(mobile, 'mobile'), add(landline, 'landline'), add(group, 'group')]);
    ids = Object.fromEntries(made.map(({ number, id }) => [number, id]));
  });

  it('makes numbers of the inventory his: “Assign mobile & landline numbers if applicable.”', async () => {
    const { id, attributes } = await create({
      mobile: '06 12 34 56 78',
      landline,
      linkedNumber: { value: mobile, active: true },
      displayNumbers: [group],
    });
    expect([await holder(mobile), await holder(landline)]).to.deep.equal([id, id]);
    expect((attributes as JsonObject)[telephonySchema]).to.deep.equal({
      mobile,
      landline,
      linkedNumber: { value: mobile, active: true },
      displayNumbers: [group],
    });
    await change(id, { landline });
    expect([await holder(mobile), await holder(landline)]).to.deep.equal([undefined, id]);
    await change(id, undefined);
    expect(await holder(landline)).to.equal(undefined);
    expect(await ending(withdrawNumber({ deciding: ports }, commission(), ids[group] ?? ''))).to.equal('done');
  });

  it('leaves out what somebody else has, or the inventory has not; a strict connection is refused', async () => {
    const { id } = await create({ mobile });
    const wish = { mobile, landline: '+33199999999', linkedNumber: { value: mobile }, displayNumbers: [mobile, group] };
    const other = await create(wish);
    expect((other.attributes as JsonObject)[telephonySchema]).to.deep.equal({ displayNumbers: [group] });
    expect(await holder(mobile)).to.equal(id);
    const strict = caller({ dialect: 'strict' });
    expect(await ending(create({ mobile }, strict))).to.equal('ScimError');
    expect(await ending(create({ mobile: 'no number' }))).to.equal('ScimError');
  });

  it('has accounts in connected tools beside it, each of one person: “you can modify it”', async () => {
    const accounts = (...values: string[]) => ({
      [integrationSchema]: { accounts: values.map((value) => ({ tool: 'salesforce', value })) },
    });
    const make = async (said: JsonObject, by = caller()) => {
      const attributes = { userName: `${randomUUID()}@example.com`, ...said };
      return (await users.create(by, { attributes, members: undefined }, leniency(by.dialect), none)).stored;
    };
    const lists = listsOver(store.db);
    const holders = async () => {
      const { items } = await lists(tenant, 'ToolAccount', { limit: 9 });
      return new Map(items.map(({ attributes }) => [attributes['value'], attributes['user']]));
    };
    const ann = await make(accounts('A1'));
    expect((ann.attributes as JsonObject)[integrationSchema]).to.deep.equal({
      accounts: [{ tool: 'salesforce', value: 'A1', status: 'linked' }],
    });
    expect((await holders()).get('A1')).to.equal(ann.id);
    const bob = await make(accounts('A1'));
    expect(bob.attributes).to.not.have.any.keys(integrationSchema);
    expect(await ending(make(accounts('A1'), caller({ dialect: 'strict' })))).to.equal('ScimError');
    const decide = ({ attributes }: { attributes: object }) => ({ ...(attributes as JsonObject), ...accounts('A2') });
    await users.revise(caller(), ann.id, { accepts: () => true, decide, wanted: none }, leniency('lenient'));
    expect([...(await holders())]).to.have.deep.members([
      ['A1', undefined],
      ['A2', ann.id],
    ]);
  });

  it('is free for others once he is removed, and so is all that was his', async () => {
    const { id } = await create({ mobile, displayNumbers: [group] });
    await linkByHand({ deciding: ports }, commission(), id, 'salesforce', 'A1');
    const lists = listsOver(store.db);
    const kinds = ['Invitation', 'ToolAccount', 'Number'] as const;
    const kept = async () =>
      (await Promise.all(kinds.map((kind) => lists(tenant, kind, { limit: 9 })))).map((p) => p.items);
    expect((await kept()).map((items) => items.length)).to.deep.equal([1, 1, 3]);
    await users.remove(caller(), id, () => true);
    const [invitations, accounts, numbers] = await kept();
    expect(invitations).to.deep.equal([]);
    expect(accounts?.map(({ attributes }) => attributes['user'])).to.deep.equal([undefined]);
    expect(numbers?.map((state) => numberFrom(state).holder)).to.deep.equal([undefined, undefined, undefined]);
    expect(await ending(withdrawNumber({ deciding: ports }, commission(), ids[group] ?? ''))).to.equal('done');
    await create({ mobile });
  });
});
