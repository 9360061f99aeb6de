import { expect } from 'chai';
import { DomainError } from '../../src/domain/errors.ts';
import { ownerAfter, requireSameIdentity } from '../../src/domain/provenance.ts';
import type { Attributes, State } from '../../src/domain/states.ts';
import { tenantId } from '../../src/domain/tenants.ts';

const at = new Date(0);
const state = (owner: string | undefined, attributes: Attributes = {}): State => ({
  id: 'ann',
  kind: 'User',
  version: 1,
  revision: 1,
  generation: 1,
  modified: at,
  created: at,
  revised: at,
  tenant: tenantId('acme'),
  owner,
  name: 'ann',
  externalIds: {},
  attributes,
});

const rule = (act: () => unknown): string => {
  try {
    return `→ ${String(act())}`;
  } catch (error) {
    if (error instanceof DomainError) return error.violation.rule;
    throw error;
  }
};

describe('Who owns a resource after a connection changed it', () => {
  const table: [owner: string | undefined, adopts: boolean, outcome: string][] = [
    ['okta', false, '→ okta'],
    ['okta', true, '→ okta'],
    ['entra', false, 'owned-elsewhere'],
    ['entra', true, 'owned-elsewhere'],
    [undefined, false, 'adoption-needed'],
    [undefined, true, '→ okta'],
  ];
  for (const [owner, adopts, outcome] of table)
    it(`${owner ?? 'nobody'} owns it, the writer ${adopts ? 'adopts' : 'does not adopt'}: ${outcome}`, () => {
      expect(rule(() => ownerAfter(state(owner), { connection: 'okta', adopts }))).to.equal(outcome);
    });
});

describe('The change that adopts somebody', () => {
  const before = state(undefined, {
    userName: 'ann',
    emails: [{ value: 'ann@x.example' }],
    phoneNumbers: [{ value: '+33600000000', type: 'mobile' }],
    title: 'CTO',
  });
  const outcome = (change: Attributes) =>
    rule(() => {
      requireSameIdentity(before, { ...before.attributes, ...change });
    });

  it('leaves alone what that person signs in and resets a password with: name, e-mail, phone and password', () => {
    for (const change of [
      { userName: 'eve' },
      { emails: [{ value: 'eve@x.example' }] },
      { emails: undefined },
      { phoneNumbers: [{ value: '+33611111111', type: 'mobile' }] },
      { password: 'new' },
    ])
      expect(outcome(change), JSON.stringify(change)).to.equal('adoption-changes-identity');
  });

  it('changes the rest', () => {
    expect(outcome({ title: 'CEO', active: false })).to.equal('→ undefined');
    expect(outcome({ emails: [{ value: 'ann@x.example' }] })).to.equal('→ undefined');
  });
});
