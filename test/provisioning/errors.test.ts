import { expect } from 'chai';
import { DomainError, type Violation } from '../../src/domain/errors.ts';
import { toScimError } from '../../src/provisioning/errors.ts';

const group = { type: 'Group', id: 'g1' } as const;

/** One of each: a rule without a row does not compile. */
const table: { [Rule in Violation['rule']]: readonly [Extract<Violation, { rule: Rule }>, number, string?] } = {
  unknown: [{ rule: 'unknown', ...group }, 404],
  'name-taken': [{ rule: 'name-taken', type: 'Group', name: 'Ops' }, 409, 'uniqueness'],
  changed: [{ rule: 'changed', ...group }, 412],
  'owned-elsewhere': [{ rule: 'owned-elsewhere', ...group }, 403],
  'adoption-needed': [{ rule: 'adoption-needed', ...group }, 403],
  'adoption-changes-identity': [{ rule: 'adoption-changes-identity', attribute: 'emails' }, 403],
  'unknown-members': [{ rule: 'unknown-members', ids: ['u1', 'u2'] }, 400, 'invalidValue'],
  'group-inside-itself': [{ rule: 'group-inside-itself', group: 'g1', member: 'g2' }, 400, 'invalidValue'],
  'too-many-matches': [{ rule: 'too-many-matches', limit: 100_000 }, 400, 'tooMany'],
  'done-already': [{ rule: 'done-already', index: 41 }, 409],
  'schema-withdrawn': [{ rule: 'schema-withdrawn', schema: 'urn:example:Badge' }, 503],
  'too-large': [{ rule: 'too-large' }, 413],
  'seats-exhausted': [{ rule: 'seats-exhausted', license: 'recording-premium', seats: 100 }, 403],
  'credits-exhausted': [{ rule: 'credits-exhausted', needed: 5, left: 2 }, 403],
  'last-primary-admin': [{ rule: 'last-primary-admin' }, 403],
  'administrator-out-of-reach': [{ rule: 'administrator-out-of-reach', id: 'u1' }, 403],
  'administrative-grant': [{ rule: 'administrative-grant', name: 'Owner' }, 403],
  'wrong-status': [{ rule: 'wrong-status', status: 'active', wanted: 'prepared' }, 403],
  'built-in': [{ rule: 'built-in', type: 'Role', name: 'Admin' }, 403],
  'in-use': [{ rule: 'in-use', type: 'Entitlement', name: 'recording-premium', by: 7 }, 403],
  'not-allowed': [{ rule: 'not-allowed', permission: 'users.manage' }, 403],
  'link-unknown': [{ rule: 'link-unknown' }, 403],
  'link-over': [{ rule: 'link-over', why: 'expired' }, 403],
  unreachable: [{ rule: 'unreachable', id: 'u1' }, 403],
  held: [{ rule: 'held', type: 'Number', name: '+33612345678', holder: 'u1' }, 403],
  invalid: [{ rule: 'invalid', attribute: 'seats', why: 'must be a whole number' }, 400, 'invalidValue'],
  busy: [{ rule: 'busy' }, 503],
};

describe('A broken rule in the words of SCIM', () => {
  for (const [violation, status, scimType] of Object.values(table))
    it(`${violation.rule} is ${status} ${scimType ?? ''} and names what is at fault`, () => {
      const cause = new DomainError(violation);
      const error = toScimError(cause);
      expect([error.status, error.scimType, error.cause]).to.deep.equal([status, scimType, cause]);
      const told = Object.entries(violation).filter(([key]) => key !== 'rule' && key !== 'group');
      for (const [, value] of told) for (const each of [value].flat()) expect(error.message).to.include(String(each));
    });

  it('says a long word of the client in short, and of many members the first ten', () => {
    const name = 'x'.repeat(5_000);
    expect(toScimError(new DomainError({ rule: 'name-taken', type: 'User', name })).message).to.have.length.below(200);
    const ids = Array.from({ length: 1_000 }, (_, at) => `id-${at}-`);
    const { message } = toScimError(new DomainError({ rule: 'unknown-members', ids }));
    expect(message).to.include('id-9-').and.not.to.include('id-10-');
  });
});
