import { expect } from 'chai';
import {
  linkByHand,
  readLinks,
  removeAccount,
  tellAccount,
  tellAccounts,
  unlink,
} from '../../src/admin/integrations.ts';
import { accountName } from '../../src/domain/integrations.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { listsOver, portsOver } from '../../src/protocol.ts';
import { openTestStore, type TestStore } from '../storage/store.ts';
import { creating, ending, newState } from '../support/changes.ts';
import { testRegistry } from '../support/schemas.ts';

const tool = 'salesforce';

describe('Accounts of connected tools', function () {
  this.timeout(30_000);
  let store: TestStore;
  let tenant: TenantId;
  let ports: { deciding: ReturnType<typeof portsOver>; lists: ReturnType<typeof listsOver> };

  const commission = () => ({
    tenant,
    order: { connection: 'key:1', request: 'request' },
    deadline: Date.now() + 10_000,
  });
  const user = async (userName: string, ...emails: string[]): Promise<string> => {
    const state = newState(tenant, 'User', userName, new Date());
    const attributes = { userName, ...(emails.length > 0 && { emails: emails.map((value) => ({ value })) }) };
    await store.commit(creating({ ...state, attributes }));
    return state.id;
  };
  const tell = (value: string, email?: string) => tellAccount(ports, commission(), tool, { value, email });
  const link = (id: string, value: string) => linkByHand(ports, commission(), id, tool, value);
  const linksOf = async (id: string) =>
    (await readLinks(ports, tenant, id)).map(({ value, status }) => `${value} ${status}`);

  before(async () => {
    store = await openTestStore();
    ports = { deciding: portsOver(store.db, testRegistry()), lists: listsOver(store.db) };
  });
  after(() => store.close());
  beforeEach(() => {
    tenant = store.tenant();
  });

  it('are proposed by e-mail: “the association is done via email but you can modify it”', async () => {
    const [ann, bob] = [await user('Ann@example.com'), await user('bob', 'b@x.org', 'Bob@Example.com')];
    expect((await tell('A1', 'ann@EXAMPLE.com')).holder).to.deep.equal({ user: ann, by: 'email' });
    expect((await tell('B1', 'bob@example.com')).holder).to.deep.equal({ user: bob, by: 'email' });
    expect((await tell('C1', 'nobody@example.com')).holder).to.equal(undefined);
    expect((await tell('D1')).holder).to.equal(undefined);
    expect(await linksOf(ann)).to.deep.equal(['A1 proposed']);
    const [shown] = await readLinks(ports, tenant, bob);
    expect(shown).to.deep.equal({ tool, value: 'B1', email: 'bob@example.com', status: 'proposed' });
  });

  it('are proposed to nobody where several have the address, and no second one of a tool to anybody', async () => {
    await user('one', 'team@example.com');
    await user('two', 'team@example.com');
    expect((await tell('T1', 'team@example.com')).holder).to.equal(undefined);
    const ann = await user('ann@example.com');
    await tell('A1', 'ann@example.com');
    expect((await tell('A2', 'ann@example.com')).holder).to.equal(undefined);
    expect(await linksOf(ann)).to.deep.equal(['A1 proposed']);
  });

  it('follow their address to another person', async () => {
    const [ann, bob] = [await user('ann@example.com'), await user('bob@example.com')];
    await tell('A1', 'ann@example.com');
    expect((await tell('A1', 'bob@example.com')).holder).to.deep.equal({ user: bob, by: 'email' });
    expect([await linksOf(ann), await linksOf(bob)]).to.deep.equal([[], ['A1 proposed']]);
    expect((await tell('A1')).holder).to.equal(undefined);
    expect(await linksOf(bob)).to.deep.equal([]);
  });

  it('stay where they were put by hand, whatever is proposed later: “but you can modify it”', async () => {
    const [ann, bob] = [await user('ann@example.com'), await user('bob@example.com')];
    await tell('A1', 'ann@example.com');
    expect(await link(bob, 'A1')).to.include({ status: 'linked' });
    expect([await linksOf(ann), await linksOf(bob)]).to.deep.equal([[], ['A1 linked']]);
    expect((await tell('A1', 'ann@example.com')).holder).to.deep.equal({ user: bob, by: 'hand' });
    expect((await tell('B1', 'bob@example.com')).holder).to.equal(undefined);
    expect(await linksOf(bob)).to.deep.equal(['A1 linked']);
    expect(await ending(link(ann, 'A1'))).to.equal('held');
  });

  it('are exchanged by hand, also for one that the tool did not tell of', async () => {
    const ann = await user('ann@example.com');
    await tell('A1', 'ann@example.com');
    await link(ann, 'A9');
    expect(await linksOf(ann)).to.deep.equal(['A9 linked']);
    expect((await tell('A1', 'ann@example.com')).holder).to.equal(undefined);
    expect((await tell('A9', 'other@example.com')).holder).to.deep.equal({ user: ann, by: 'hand' });
  });

  it('are not proposed again to whose they are not', async () => {
    const ann = await user('ann@example.com');
    await tell('A1', 'ann@example.com');
    await unlink(ports, commission(), ann, tool);
    expect(await linksOf(ann)).to.deep.equal([]);
    expect((await tell('A1', 'ann@example.com')).holder).to.equal(undefined);
    expect(await ending(unlink(ports, commission(), ann, tool))).to.equal('unknown');
    await link(ann, 'A1');
    expect(await linksOf(ann)).to.deep.equal(['A1 linked']);
  });

  it('are of one person at most, whoever wants one at once', async () => {
    const users = await Promise.all(Array.from({ length: 6 }, (_, at) => user(`user${at}@example.com`)));
    const ends = await Promise.all(users.map((id) => ending(link(id, 'A1'))));
    expect(ends.filter((end) => end === 'done')).to.have.length(1);
    expect(ends.filter((end) => end === 'held')).to.have.length(5);
    const shown = await Promise.all(users.map(linksOf));
    expect(shown.filter((links) => links.length > 0)).to.deep.equal([['A1 linked']]);
  });

  it('are other accounts where letter case differs', async () => {
    const [ann, bob] = [await user('ann'), await user('bob')];
    await link(ann, '005AbC');
    await link(bob, '005aBc');
    expect([await linksOf(ann), await linksOf(bob)]).to.deep.equal([['005AbC linked'], ['005aBc linked']]);
    const names = ['A', 'a', '^a', '^A', '^^a'].map((value) => accountName(tool, value).toLowerCase());
    expect(new Set(names).size).to.equal(names.length);
  });

  it('go where the tool has them no more, and one of each tool stays', async () => {
    const ann = await user('ann@example.com');
    await tell('A1', 'ann@example.com');
    await linkByHand(ports, commission(), ann, 'hubspot', 'H1');
    expect(await linksOf(ann)).to.deep.equal(['A1 proposed', 'H1 linked']);
    await removeAccount(ports, commission(), tool, 'A1');
    expect(await linksOf(ann)).to.deep.equal(['H1 linked']);
    expect(await ending(removeAccount(ports, commission(), tool, 'A1'))).to.equal('done');
  });

  it('are told by the hundred, each by itself, and telling them again changes nothing', async () => {
    const people = Array.from({ length: 60 }, (_, at) => `p${at}@example.com`);
    await Promise.all(people.map((name) => user(name)));
    const told = people.map((email, at) => ({ value: `V${at}`, email }));
    const first = await tellAccounts(ports, commission(), tool, told);
    expect(first.every((each) => 'account' in each && each.account.holder?.by === 'email')).to.equal(true);
    const entries = () => store.db.collection('journal').countDocuments({ tenant });
    const before = await entries();
    expect(await tellAccounts(ports, commission(), tool, told)).to.deep.equal(first);
    expect(await entries()).to.equal(before);
  });
});
