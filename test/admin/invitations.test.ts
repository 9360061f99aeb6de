import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import {
  acceptInvitation,
  invitationView,
  invite,
  inviteMany,
  readInvitation,
  revokeInvitation,
} from '../../src/admin/invitations.ts';
import type { Asker } from '../../src/admin/people/asker.ts';
import { passwords } from '../../src/credentials/passwords.ts';
import { checksum } from '../../src/credentials/secretTexts.ts';
import { emptyBook, type Book } from '../../src/domain/book.ts';
import { invitationDays, type Invitation } from '../../src/domain/invitations.ts';
import { everyPermission } from '../../src/domain/permissions.ts';
import type { Person } from '../../src/domain/person.ts';
import { projected } from '../../src/domain/projection.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { deactivated, reactivated } from '../../src/domain/transitions.ts';
import { portsOver } from '../../src/protocol.ts';
import type { JournalDocument } from '../../src/storage/documents.ts';
import { openTestStore, type TestStore } from '../storage/store.ts';
import { creating, ending, newState, removing } from '../support/changes.ts';
import { testRegistry } from '../support/schemas.ts';

const preparedPerson: Person = { status: 'prepared', primaryRole: 'user', grants: [] };
const password = 'correct horse battery staple';

describe('Invitations, administered', function () {
  this.timeout(30_000);
  let store: TestStore;
  let tenant: TenantId;
  let deciding: ReturnType<typeof portsOver>;
  let book: Book;

  const now = new Date();
  const asker = (more: Partial<Asker> = {}): Asker => ({
    tenant,
    order: { connection: 'key:1', request: 'request' },
    permissions: new Set(everyPermission),
    deadline: Date.now() + 10_000,
    now,
    ...more,
  });
  const accept = (link: string, at: Date = now) =>
    acceptInvitation({ deciding }, { link, password, requestId: 'r', deadline: Date.now() + 10_000, now: at });

  before(async () => {
    store = await openTestStore();
    deciding = portsOver(store.db, testRegistry(), {}, undefined, { of: () => book });
  });
  after(() => store.close());
  beforeEach(() => {
    tenant = store.tenant();
    book = emptyBook;
  });

  /** Somebody who was created so. */
  const user = async (more: Partial<Person> = {}, userName = `${randomUUID()}@example.com`): Promise<string> => {
    const person = { ...preparedPerson, ...more };
    const state = newState(tenant, 'User', userName, new Date());
    const change = creating({ ...state, attributes: projected({ userName, preferredLanguage: 'fr-FR' }, person) });
    await store.commit({ ...change, ...(change.creates && { creates: { ...change.creates, person } }) });
    return state.id;
  };
  const personNow = async (id: string) => (await store.stateOf(tenant, 'User', id)).person;
  const change = async (id: string, to: (person: Person) => Person): Promise<void> => {
    const before = await store.stateOf(tenant, 'User', id);
    const after = { ...before, person: to(before.person ?? preparedPerson) };
    const { entry } = creating(before);
    await store.commit({ tenant, revises: { before, after }, relies: [], entry: { ...entry, operation: 'revise' } });
  };
  const entriesOf = (resource: string) =>
    store.db.collection<JournalDocument>('journal').find({ tenant, resource }).sort({ version: 1 }).toArray();
  /** The link that was sent last, as who sends it reads it in the journal. */
  const linkOf = async (invitation: Pick<Invitation, 'id'>): Promise<string> => {
    const event = (await entriesOf(invitation.id)).flatMap(({ personal }) => personal.events ?? []).at(-1);
    return (await deciding.links.open(tenant, invitation.id, event?.link ?? '')) ?? '';
  };
  const invited = async (id: string): Promise<{ invitation: Invitation; link: string }> => {
    const invitation = await invite({ deciding }, asker(), id);
    return { invitation, link: await linkOf(invitation) };
  };

  it('invite who is prepared: “To activate and send the invitation: … Click Send.”', async () => {
    const id = await user();
    const { invitation } = await invited(id);
    expect(await personNow(id)).to.include({ status: 'invited' });
    expect(invitation).to.deep.include({ user: id, channel: 'email', language: 'fr-FR', sends: 1, invitedBy: 'key:1' });
    expect(await readInvitation({ deciding }, { tenant }, id)).to.deep.equal(invitation);
    expect(invitationView(invitation, now)).to.include({ state: 'open' }).and.to.not.have.any.keys('secret', 'link');
    const [entry] = (await entriesOf(id)).slice(-1);
    expect(entry).to.include({ act: 'invite', connection: 'key:1' });
  });

  it('show their link to nobody but who sends it', async () => {
    const { invitation, link } = await invited(await user());
    const everything = JSON.stringify([await entriesOf(invitation.id), invitation]);
    expect(everything).to.not.contain(link).and.not.contain(link.slice(-70, -6));
    const found = await deciding.states.read(tenant, 'Invitation', invitation.id);
    expect(JSON.stringify(found))
      .to.not.contain('secret')
      .and.not.match(/[\da-f]{64}/);
  });

  it('are accepted once: “Once they accept the invitation and create their password, they can log in.”', async () => {
    const id = await user();
    const { invitation, link } = await invited(id);
    expect(await accept(link)).to.include({ tenant, user: id });
    expect(await personNow(id)).to.include({ status: 'active' });
    const kept = await deciding.states.readWithSecret(tenant, 'User', id);
    expect(await passwords().verifyPassword(tenant, kept?.secret ?? '', password)).to.equal(true);
    expect(await readInvitation({ deciding }, { tenant }, id)).to.deep.include({ acceptedAt: now, version: 2 });
    const [entry] = (await entriesOf(id)).slice(-1);
    expect(entry).to.include({ act: 'accept', connection: `person:${id}` });
    expect((await entriesOf(invitation.id)).at(-1)?.at).to.deep.equal(entry?.at);
    expect(await ending(accept(link))).to.equal('link-over');
  });

  it('are accepted by one of many who try at once', async () => {
    const { link } = await invited(await user());
    const ends = await Promise.all(Array.from({ length: 8 }, () => ending(accept(link))));
    expect(ends.filter((end) => end === 'done')).to.have.length(1);
    expect(ends.filter((end) => end === 'link-over')).to.have.length(7);
  });

  it('are either accepted or revoked, where both are tried at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await user();
      const { link } = await invited(id);
      const ends = await Promise.all([ending(accept(link)), ending(revokeInvitation({ deciding }, asker(), id))]);
      expect([
        ['done', 'wrong-status'],
        ['link-over', 'done'],
      ]).to.deep.include(ends);
      expect((await personNow(id))?.status).to.equal(ends[0] === 'done' ? 'active' : 'prepared');
    }
  });

  it('know no link but the newest: one that was sent again is dead, and so is what nobody sent', async () => {
    const id = await user();
    const { link: first } = await invited(id);
    const { invitation, link: second } = await invited(id);
    expect(invitation.sends).to.equal(2);
    expect(await ending(accept(first))).to.equal('link-unknown');
    const guessed = second.slice(0, -70) + '0'.repeat(64);
    const moved = second.replace(tenant, store.tenant()).slice(0, -6);
    for (const forged of [guessed, moved])
      expect(await ending(accept(forged + checksum(forged)))).to.equal('link-unknown');
    expect(await ending(accept('nonsense'))).to.equal('link-unknown');
    expect(await ending(accept(second))).to.equal('done');
  });

  it('are sent by each of those who send at once, and the last link counts', async () => {
    const id = await user();
    const both = await Promise.all([invite({ deciding }, asker(), id), invite({ deciding }, asker(), id)]);
    expect(both.map(({ sends }) => sends)).to.have.members([1, 2]);
    expect(new Set(both.map((each) => each.id)).size).to.equal(1);
    expect(await ending(accept(await linkOf(both[0])))).to.equal('done');
  });

  it('expire', async () => {
    const { link } = await invited(await user());
    const late = new Date(now.getTime() + invitationDays * 86_400_000);
    expect(await ending(accept(link, late))).to.equal('link-over');
    expect(await ending(accept(link, new Date(late.getTime() - 1)))).to.equal('done');
  });

  it('are revoked: the link is dead, and who was invited is prepared again, and may be invited again', async () => {
    const id = await user();
    const { link } = await invited(id);
    const over = await revokeInvitation({ deciding }, asker(), id);
    expect(over).to.deep.include({ revokedAt: now });
    expect(await revokeInvitation({ deciding }, asker(), id)).to.deep.include({
      revokedAt: now,
      version: over.version,
    });
    expect(await personNow(id)).to.include({ status: 'prepared' });
    expect(await ending(accept(link))).to.equal('link-over');
    expect(await ending(accept((await invited(id)).link))).to.equal('done');
    expect(await ending(revokeInvitation({ deciding }, asker(), id))).to.equal('wrong-status');
    expect(await ending(revokeInvitation({ deciding }, asker(), await user()))).to.equal('unknown');
  });

  it('die at once with who is deactivated, even if he is back, and with who is removed', async () => {
    const id = await user();
    const { link } = await invited(id);
    await change(id, (person) => deactivated(person, 'free', new Date(now.getTime() + 1).toISOString()));
    expect(await ending(accept(link))).to.equal('link-over');
    await change(id, reactivated);
    expect(await personNow(id)).to.include({ status: 'invited' });
    expect(await ending(accept(link))).to.equal('link-over');
    const other = await user();
    const { link: last } = await invited(other);
    await store.commit(removing(await store.stateOf(tenant, 'User', other)));
    expect(await ending(accept(last))).to.equal('link-over');
  });

  it('are revoked for who is deactivated: activated, he is prepared', async () => {
    const id = await user();
    await invited(id);
    await change(id, (person) => deactivated(person, 'free', now.toISOString()));
    await revokeInvitation({ deciding }, asker(), id);
    await change(id, reactivated);
    expect(await personNow(id)).to.include({ status: 'prepared' });
  });

  it('go to nobody who is in, cannot be reached, waits for a seat, or is unknown', async () => {
    expect(await ending(invited(await user({ status: 'active' })))).to.equal('wrong-status');
    expect(await ending(invited(await user({ status: 'deactivated' })))).to.equal('wrong-status');
    expect(await ending(invited(await user({}, 'ann')))).to.equal('unreachable');
    expect(await ending(invited(randomUUID()))).to.equal('unknown');
    // “You need to have available licenses.”
    book = { ...emptyBook, settings: { ...emptyBook.settings, seatPolicy: 'waitlist' } };
    const waits = { what: 'license', id: 'premium', origins: [{ by: 'hand' }], waiting: now.toISOString() } as const;
    expect(await ending(invited(await user({ grants: [waits] })))).to.equal('seats-exhausted');
  });

  it('of administrators are sent by who may manage them: “Only the Primary Admin can manage organization-level users.”', async () => {
    const id = await user({ primaryRole: 'admin', administrative: true });
    const manager = asker({ permissions: new Set(['users.manage']) });
    expect(await ending(invite({ deciding }, manager, id))).to.equal('administrator-out-of-reach');
    expect(await ending(invite({ deciding }, asker(), id))).to.equal('done');
  });

  it('are sent to all who were selected, each by itself: “Select one or more users. Click Send.”', async () => {
    const some = await Promise.all(Array.from({ length: 40 }, () => user()));
    const [active, nobody] = [await user({ status: 'active' }), randomUUID()];
    const outcomes = await inviteMany({ deciding }, asker(), [active, ...some, nobody]);
    expect(outcomes.map((outcome) => outcome.user)).to.deep.equal([active, ...some, nobody]);
    const ends = outcomes.map((outcome) => ('refused' in outcome ? outcome.refused.message : outcome.invitation.sends));
    expect(ends).to.deep.equal(['wrong-status', ...some.map(() => 1), 'unknown']);
    for (const id of some) expect((await personNow(id))?.status).to.equal('invited');
  });
});
