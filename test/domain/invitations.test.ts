import { expect } from 'chai';
import { contactOf } from '../../src/domain/contacts.ts';
import {
  accepted,
  forgotten,
  forProvisioned,
  invitationDays,
  invitationFrom,
  invitationStateOf,
  linkStateOf,
  revoked,
  sent,
} from '../../src/domain/invitations.ts';
import type { Change } from '../../src/domain/changes.ts';
import type { Person, Status } from '../../src/domain/person.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import type { State } from '../../src/domain/states.ts';
import { tenantId } from '../../src/domain/tenants.ts';

const tenant = tenantId('acme');
const order = { connection: 'key:1', request: 'request' };
const now = new Date('2026-11-24T10:00:00.000Z');
const after = (days: number) => new Date(now.getTime() + days * 86_400_000);
const person = (status: Status, more: Partial<Person> = {}): Person => ({
  status,
  primaryRole: 'user',
  grants: [],
  ...more,
});
const ann = { id: 'ann', attributes: { userName: 'ann@example.com', preferredLanguage: 'fr' } };
const mail = { channel: 'email', to: 'ann@example.com' } as const;
const sending = { tenant, settings: defaultSettings, order, now, link: { digest: 'd1', sealed: 's1' } };

/** The state that a change leaves. */
function left({ creates, revises, entry }: Change): State {
  const head = { kind: entry.kind, version: 1, revision: 1, generation: 1, modified: now, created: now, revised: now };
  if (creates) return { ...head, ...creates };
  if (revises) return { ...revises.before, ...revises.after, version: revises.before.version + 1 };
  throw new Error('nothing is left');
}

describe('How somebody is reached', () => {
  const rows: readonly [string, Parameters<typeof contactOf>[0], ReturnType<typeof contactOf>][] = [
    ['by the address that he signs in with', { userName: ' ann@example.com ' }, mail],
    [
      'by his primary address before that of work, and by that before others',
      {
        userName: 'upn@example.onmicrosoft.com',
        emails: [{ value: 'b@x.org' }, { value: 'w@x.org', type: 'Work' }, { value: 'p@x.org', primary: true }],
      },
      { channel: 'email', to: 'p@x.org' },
    ],
    [
      'by the address of work',
      { userName: 'ann', emails: [{ value: 'b@x.org' }, { value: 'w@x.org', type: 'work' }] },
      { channel: 'email', to: 'w@x.org' },
    ],
    [
      'at the mobile number that he signs in with',
      { userName: '+33 6 12 34 56 78', phoneNumbers: [{ value: '+1 555', type: 'mobile' }] },
      { channel: 'mobile', to: '+33 6 12 34 56 78' },
    ],
    [
      'at his mobile number',
      {
        userName: 'ann',
        phoneNumbers: [
          { value: '+33100', type: 'work' },
          { value: '+33600', type: 'mobile' },
        ],
      },
      { channel: 'mobile', to: '+33600' },
    ],
    [
      'not at all where he has neither',
      { userName: 'ann', phoneNumbers: [{ value: '+33100', type: 'work' }] },
      undefined,
    ],
    ['not at all where nothing is said', {}, undefined],
  ];
  // “Add user ID (email or mobile number).”
  for (const [how, attributes, contact] of rows)
    it(how, () => {
      expect(contactOf(attributes)).to.deep.equal(contact);
    });
});

describe('An invitation', () => {
  it('tells whom it invites, in his language: “The invited user will receive an email with a link to set up their account.”', () => {
    const change = sent('i1', ann, mail, sending);
    expect(change.entry).to.include({ operation: 'create', kind: 'Invitation', resource: 'i1' });
    expect(change.entry.events).to.deep.equal([
      { event: 'invited', user: 'ann', ...mail, language: 'fr-FR', invitation: 'i1', link: 's1' },
    ]);
    expect(change.relies).to.deep.equal(['ann']);
  });

  it('keeps a digest of its secret, where no read returns it, and nothing of it in the journal', () => {
    const change = sent('i1', ann, mail, sending);
    expect(change.creates?.password).to.equal('d1');
    expect(JSON.stringify([change.creates?.attributes, change.entry])).to.not.contain('d1');
  });

  it('expires', () => {
    const invitation = invitationFrom(left(sent('i1', ann, mail, sending)));
    expect(invitationStateOf(invitation, after(invitationDays - 0.001))).to.equal('open');
    expect(invitationStateOf(invitation, after(invitationDays))).to.equal('expired');
  });

  it('is sent again with another secret and another time, and is open again after it was revoked', () => {
    const first = left(revoked(left(sent('i1', ann, mail, sending)), { order, now }));
    const again = sent(first, ann, mail, { ...sending, now: after(1), link: { digest: 'd2', sealed: 's2' } });
    expect(again.revises?.password).to.equal('d2');
    const invitation = invitationFrom(left(again));
    expect(invitation).to.deep.include({ sends: 2, sentAt: after(1), expiresAt: after(1 + invitationDays) });
    expect(invitationStateOf(invitation, after(1))).to.equal('open');
  });

  it('is over once it is accepted or revoked, which who was invited is told', () => {
    const state = left(sent('i1', ann, mail, sending));
    const ends = { order, now };
    expect(invitationStateOf(invitationFrom(left(accepted(state, ends))), now)).to.equal('accepted');
    const revoking = revoked(state, ends);
    expect(invitationStateOf(invitationFrom(left(revoking)), now)).to.equal('revoked');
    expect(revoking.entry.events).to.deep.equal([
      { event: 'invitation-revoked', user: 'ann', ...mail, language: 'fr-FR', invitation: 'i1' },
    ]);
  });

  it('goes with its user, and with it the address it was sent to', () => {
    const { removes, entry } = forgotten(left(sent('i1', ann, mail, sending)), order);
    expect(removes?.state.id).to.equal('i1');
    expect(entry.differences.find(({ path }) => path === 'login')).to.deep.equal({ path: 'login', before: mail.to });
  });

  it('has a link that is dead at once for who is removed, deactivated, or in already', () => {
    const invitation = invitationFrom(left(sent('i1', ann, mail, sending)));
    const worth = (of: Person | undefined) => linkStateOf(invitation, of, after(1));
    expect(worth(person('invited'))).to.equal('open');
    for (const status of ['prepared', 'active', 'deactivated'] as const)
      expect(worth(person(status)), status).to.equal('revoked');
    expect(worth(undefined)).to.equal('revoked');
    expect(worth(person('invited', { sessionsSince: after(0.5).toISOString() }))).to.equal('revoked');
    expect(worth(person('invited', { sessionsSince: after(-1).toISOString() }))).to.equal('open');
    expect(linkStateOf(invitation, person('invited'), after(100))).to.equal('expired');
  });
});

describe('The invitation policy for people whom an identity provider creates', () => {
  const said = { userName: 'ann@example.com' };

  it('invites them: “A user must be invited to the organization before they can be added to any entity.”', () => {
    expect(forProvisioned(person('active'), said, 'invite').status).to.equal('invited');
  });

  it('or prepares them: “This shows users that have been created but not yet invited.”', () => {
    expect(forProvisioned(person('active'), said, 'prepare').status).to.equal('prepared');
  });

  it('or neither, since they sign in by their identity provider', () => {
    expect(forProvisioned(person('active'), said, 'none').status).to.equal('active');
  });

  it('prepares who cannot be reached', () => {
    expect(forProvisioned(person('active'), { userName: 'ann' }, 'invite').status).to.equal('prepared');
  });

  it('invites nobody who comes inactive: he is prepared when he is activated', () => {
    const inactive = person('deactivated', { was: 'active' });
    expect(forProvisioned(inactive, said, 'invite')).to.deep.include({ status: 'deactivated', was: 'prepared' });
    expect(forProvisioned(inactive, said, 'none')).to.deep.include({ status: 'deactivated', was: 'active' });
  });
});
