import { expect } from 'chai';
import { addNumber, equip, readNumber, readTelephony, withdrawNumber } from '../../src/admin/numbers.ts';
import type { InventoryNumber, NumberType, Telephony } from '../../src/domain/numbers.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { portsOver } from '../../src/protocol.ts';
import { openTestStore, type TestStore } from '../storage/store.ts';
import { ending } from '../support/changes.ts';
import { testRegistry } from '../support/schemas.ts';

const [mobile, landline, group] = ['+33612345678', '+33145678900', '+33145000000'];

describe('The inventory of numbers', function () {
  this.timeout(30_000);
  let store: TestStore;
  let tenant: TenantId;
  let ports: { deciding: ReturnType<typeof portsOver> };
  let ann: string;
  let bob: string;

  const commission = () => ({
    tenant,
    order: { connection: 'key:1', request: 'request' },
    deadline: Date.now() + 10_000,
  });
  const add = (number: string, type: NumberType): Promise<InventoryNumber> =>
    addNumber(ports, commission(), number, type);
  const telephone = (user: string, wish: Partial<Telephony>) =>
    equip(ports, commission(), user, { displayNumbers: [], ...wish });
  const holderOf = async ({ id }: InventoryNumber) => (await readNumber(ports, tenant, id)).holder;

  before(async () => {
    store = await openTestStore();
    ports = { deciding: portsOver(store.db, testRegistry()) };
  });
  after(() => store.close());
  beforeEach(async () => {
    tenant = store.tenant();
    ann = (await store.user(tenant, 'ann')).id;
    bob = (await store.user(tenant, 'bob')).id;
  });

  it('has each number once, however it is written', async () => {
    expect(await add('06 12 34 56 78', 'mobile')).to.include({ number: mobile, type: 'mobile' });
    expect(await ending(add('+33 (0)6 12345678', 'landline'))).to.equal('name-taken');
    expect(await ending(add('no number', 'landline'))).to.equal('invalid');
  });

  it('assigns: “Assign mobile & landline numbers if applicable.”', async () => {
    const [one, other] = [await add(mobile, 'mobile'), await add(landline, 'landline')];
    const { telephony, version } = await telephone(ann, { mobile: '06 12 34 56 78', landline });
    expect([telephony.mobile, telephony.landline, version]).to.deep.equal([mobile, landline, 2]);
    expect(await readTelephony(ports, tenant, ann)).to.deep.equal(telephony);
    expect([await holderOf(one), await holderOf(other)]).to.deep.equal([ann, ann]);
    expect(await telephone(ann, { mobile, landline })).to.include({ version: 2 });
  });

  it('links: “Paste the mobile number as the linked number and activate mex”', async () => {
    const [one, other] = [await add(mobile, 'mobile'), await add(landline, 'landline')];
    await telephone(ann, { mobile, landline, linked: { active: true } });
    expect((await readNumber(ports, tenant, other.id)).linked).to.deep.equal({ to: one.id, active: true });
    expect((await readTelephony(ports, tenant, ann)).linked).to.deep.equal({ active: true });
    const shown = (await store.stateOf(tenant, 'User', ann)).attributes;
    expect(shown).to.have.deep.nested.property(
      ['urn:ietf:params:scim:schemas:extension:telephony:2', '0:User.linkedNumber'].join('\\.'),
      { value: mobile, active: true },
    );
    await telephone(ann, { mobile, landline, linked: { active: false } });
    expect((await readNumber(ports, tenant, other.id)).linked).to.deep.equal({ to: one.id, active: false });
    await telephone(ann, { landline });
    expect((await readNumber(ports, tenant, other.id)).linked).to.equal(undefined);
    expect(await ending(telephone(ann, { landline, linked: { active: true } }))).to.equal('invalid');
  });

  it('has one holder for each number', async () => {
    const one = await add(mobile, 'mobile');
    await telephone(ann, { mobile });
    expect(await ending(telephone(bob, { mobile }))).to.equal('held');
    await telephone(ann, {});
    expect(await holderOf(one)).to.equal(undefined);
    await telephone(bob, { mobile });
    expect(await holderOf(one)).to.equal(bob);
  });

  it('gives a number to one of many who want it at once', async () => {
    const one = await add(mobile, 'mobile');
    const users = await Promise.all(Array.from({ length: 8 }, (_, at) => store.user(tenant, `user${at}`)));
    const ends = await Promise.all(users.map(({ id }) => ending(telephone(id, { mobile }))));
    expect(ends.filter((end) => end === 'done')).to.have.length(1);
    expect(ends.filter((end) => end === 'held')).to.have.length(7);
    expect(await holderOf(one)).to.equal(users[ends.indexOf('done')]?.id);
  });

  it('lets many display a group number, and nobody that of another: “Select additional display numbers (e.g. group numbers)”', async () => {
    const shared = await add(group, 'group');
    await add(mobile, 'mobile');
    for (const user of [ann, bob]) await telephone(user, { displayNumbers: [group] });
    await telephone(ann, { mobile, displayNumbers: [group, mobile] });
    expect(await ending(telephone(bob, { displayNumbers: [mobile] }))).to.equal('invalid');
    expect(await ending(telephone(bob, { mobile: group }))).to.equal('invalid');
    expect(await ending(withdrawNumber(ports, commission(), shared.id))).to.equal('in-use');
    await telephone(ann, {});
    expect(await ending(withdrawNumber(ports, commission(), shared.id))).to.equal('in-use');
    await telephone(bob, {});
    expect(await ending(withdrawNumber(ports, commission(), shared.id))).to.equal('done');
    expect(await ending(telephone(bob, { displayNumbers: [group] }))).to.equal('unknown');
  });

  it('is never left by a number that somebody took at that moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const one = await add(`+3314567890${round}`, 'group');
      const ends = await Promise.all([
        ending(withdrawNumber(ports, commission(), one.id)),
        ending(telephone(ann, { displayNumbers: [one.number] })),
      ]);
      expect([
        ['done', 'unknown'],
        ['in-use', 'done'],
      ]).to.deep.include(ends);
    }
  });

  it('has what is named of it alone, and holds to the version that is asked for', async () => {
    expect(await ending(telephone(ann, { mobile }))).to.equal('unknown');
    const one = await add(mobile, 'mobile');
    await telephone(ann, { mobile });
    expect(await ending(withdrawNumber(ports, commission(), one.id))).to.equal('in-use');
    expect(await ending(equip(ports, commission(), ann, { displayNumbers: [] }, 1))).to.equal('changed');
    await equip(ports, commission(), ann, { displayNumbers: [], countryPrefix: '+1' }, 2);
    expect(await ending(withdrawNumber(ports, commission(), one.id, 1))).to.equal('changed');
    await withdrawNumber(ports, commission(), one.id, 3);
    expect(await ending(readNumber(ports, tenant, one.id))).to.equal('unknown');
    expect((await readTelephony(ports, tenant, ann)).countryPrefix).to.equal('+1');
  });
});
