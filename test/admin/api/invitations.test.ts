import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { invitationRoutes } from '../../../src/admin/api/routes/invitations.ts';
import { projected } from '../../../src/domain/projection.ts';
import { tenantId } from '../../../src/domain/tenants.ts';
import { listsOver, portsOver } from '../../../src/protocol.ts';
import type { JournalDocument } from '../../../src/storage/documents.ts';
import { openTestStore, type TestStore } from '../../storage/store.ts';
import { adminFront, type AdminFront } from '../../support/adminFront.ts';
import { creating, newState } from '../../support/changes.ts';
import { testRegistry } from '../../support/schemas.ts';

const password = 'correct horse battery staple';

describe('Invitations in the admin API', function () {
  this.timeout(30_000);
  const tenant = tenantId('demo');
  let store: TestStore;
  let front: AdminFront;
  let deciding: ReturnType<typeof portsOver>;

  before(async () => {
    store = await openTestStore();
    deciding = portsOver(store.db, testRegistry());
    front = await adminFront(invitationRoutes, { deciding, lists: listsOver(store.db) });
  });
  after(async () => {
    await front.server.close();
    await store.close();
  });

  const user = async (status: 'prepared' | 'active' = 'prepared'): Promise<string> => {
    const userName = `${randomUUID()}@example.com`;
    const person = { status, primaryRole: 'user', grants: [] } as const;
    const state = newState(tenant, 'User', userName, new Date());
    const change = creating({ ...state, attributes: projected({ userName }, person) });
    await store.commit({ ...change, ...(change.creates && { creates: { ...change.creates, person } }) });
    return state.id;
  };
  const linkOf = async (invitation: unknown): Promise<string> => {
    const resource = String(invitation);
    const journal = store.db.collection<JournalDocument>('journal');
    const entries = await journal.find({ tenant, resource }).sort({ version: 1 }).toArray();
    const event = entries.flatMap(({ personal }) => personal.events ?? []).at(-1);
    return (await deciding.links.open(tenant, resource, event?.link ?? '')) ?? '';
  };
  const accept = (link: string, more: object = {}) =>
    front.ask('POST', '/invitations/accept', { key: '', body: { link, password, ...more } });

  it('are sent, shown, sent again, revoked and listed', async () => {
    const id = await user();
    const path = `/users/${id}/invitation`;
    expect((await front.ask('GET', path)).json).to.include({ code: 'unknown' });
    const sent = await front.ask('POST', path, { key: 'users.manage' });
    expect([sent.status, sent.json?.['state'], sent.json?.['sends']]).to.deep.equal([200, 'open', 1]);
    const again = await front.ask('POST', path);
    expect(again.json).to.include({ id: sent.json?.['id'], sends: 2 });
    expect((await front.ask('GET', path, { key: 'users.read' })).json).to.deep.equal(again.json);
    const listed = await front.ask('GET', `/invitations?filter=${encodeURIComponent(`user eq "${id}"`)}`);
    expect(listed.json).to.deep.include({ items: [again.json], total: 1 });
    const link = await linkOf(sent.json?.['id']);
    expect(link).to.not.equal('');
    expect(sent.text + again.text + listed.text).to.not.contain(link);
    expect((await front.ask('DELETE', path)).json).to.include({ state: 'revoked' });
  });

  it('are sent to those who were selected, with a result for each: “Select one or more users. Click Send.”', async () => {
    const [one, active, other] = [await user(), await user('active'), await user()];
    const { status, json } = await front.ask('POST', '/invitations/send', { body: { users: [one, active, other] } });
    const items = json?.['items'] as { user: string; outcome: string; problem?: { code: string; status: number } }[];
    expect(status).to.equal(200);
    expect(items.map((item) => [item.user, item.outcome])).to.deep.equal([
      [one, 'sent'],
      [active, 'refused'],
      [other, 'sent'],
    ]);
    expect(items[1]?.problem).to.include({ code: 'wrong-status', status: 409 });
    const many = Array.from({ length: 1_001 }, () => randomUUID());
    expect((await front.ask('POST', '/invitations/send', { body: { users: many } })).status).to.equal(400);
  });

  it('are accepted without a key, once: “… a link to set up their account.”', async () => {
    const id = await user();
    const sent = await front.ask('POST', `/users/${id}/invitation`);
    const link = await linkOf(sent.json?.['id']);
    expect((await accept(link, { password: 'short' })).status).to.equal(400);
    const accepted = await accept(link);
    expect([accepted.status, accepted.json?.['user']]).to.deep.equal([200, id]);
    const again = await accept(link);
    expect([again.status, again.json?.['code']]).to.deep.equal([410, 'link-over']);
    const unknown = await accept(`${link.slice(0, -8)}00000000`);
    expect([unknown.status, unknown.json?.['code']]).to.deep.equal([404, 'link-unknown']);
    expect((await front.ask('DELETE', `/users/${id}/invitation`)).json).to.include({ code: 'wrong-status' });
  });

  it('open no other door: what has no key is refused elsewhere, and guesses are slowed down', async () => {
    for (const [method, path] of [
      ['GET', '/invitations'],
      ['POST', '/invitations/send'],
      ['GET', '/invitations/accept'],
      ['POST', '/batch'],
      ['POST', '/nothing'],
    ] as const)
      expect((await front.ask(method, path, { key: '' })).status, path).to.equal(401);
    const statuses: number[] = [];
    for (let round = 0; round < 40; round += 1) statuses.push((await accept('guess')).status);
    expect(new Set(statuses)).to.deep.equal(new Set([404, 429]));
    expect((await front.ask('GET', '/invitations')).status).to.equal(200);
  });

  it('are not accepted, nor sent by the thousand, in a batch', async () => {
    const items = ['/invitations/accept', '/invitations/send'].map((path) => ({ method: 'POST', path, body: {} }));
    const { json } = await front.ask('POST', '/batch', { body: { items } });
    const results = json?.['items'] as { problem: { code: string } }[];
    expect(results.map(({ problem }) => problem.code)).to.deep.equal(['not-in-batch', 'not-in-batch']);
  });
});
