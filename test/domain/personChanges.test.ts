import { expect } from 'chai';
import type { Decided } from '../../src/domain/people.ts';
import type { Person } from '../../src/domain/person.ts';
import { personChanges, type Making } from '../../src/domain/personChanges.ts';
import type { State } from '../../src/domain/states.ts';
import { tenantId } from '../../src/domain/tenants.ts';

const tenant = tenantId('acme');
const at = new Date(0);
const user: Person = { status: 'active', primaryRole: 'user', grants: [] };
const alice = { name: 'alice', externalIds: {}, attributes: { userName: 'alice' } };
const making: Making = { tenant, id: 'u1', owner: undefined, order: { connection: 'key:k', request: 'r' } };
const decided = (person: Person, more: Partial<Decided> = {}): Decided => ({
  person,
  moves: [],
  relies: [],
  teams: [],
  credits: undefined,
  ...more,
});

/** Alice as she is kept, from before persons had a status. */
const kept: State = {
  ...alice,
  id: 'u1',
  tenant,
  kind: 'User',
  version: 3,
  revision: 2,
  generation: 1,
  created: at,
  modified: at,
  revised: at,
  owner: undefined,
};

describe('What has to be committed for a decision on a person', () => {
  it('creates him with what was decided, shown in his attributes, and with the moves that go with it', () => {
    const grants = [{ what: 'license', id: 'l1', name: 'premium', origins: [{ by: 'hand' }] }] as const;
    const moves = [{ account: 'seats:l1', by: 1 }];
    const person = { ...user, grants };
    const [own, ...others] = personChanges(undefined, alice, decided(person, { moves, relies: ['l1'] }), {
      ...making,
      act: 'invite',
      password: 'hash',
    });
    expect(others).to.deep.equal([]);
    expect(own?.creates).to.deep.include({ id: 'u1', kind: 'User', person, password: 'hash' });
    expect(own?.creates?.attributes).to.deep.include({
      active: true,
      entitlements: [{ value: 'l1', display: 'premium', type: 'License' }],
    });
    expect([own?.moves, own?.relies, own?.entry.act]).to.deep.equal([moves, ['l1'], 'invite']);
    expect(own?.entry.differences.map(({ path }) => path)).to.include.members(['person.grants', 'password']);
  });

  it('is nothing where nothing changes, also of who was kept before persons had a status', () => {
    expect(personChanges(kept, alice, decided(user), making)).to.deep.equal([]);
    const [own] = personChanges(kept, { ...alice, attributes: { userName: 'ali' } }, decided(user), making);
    expect(own?.entry.differences).to.deep.equal([{ path: 'userName', before: 'alice', after: 'ali' }]);
    expect(own?.revises?.after.person).to.deep.equal(user);
  });

  it('revises him at the version that was demanded, and takes a password away', () => {
    const [own] = personChanges(kept, alice, decided(user), { ...making, password: null, onlyAt: 3 });
    expect(own?.revises).to.deep.include({ before: kept, password: null });
    expect([own?.onlyAt, own?.entry.operation]).to.deep.equal([3, 'revise']);
    expect(own?.entry.differences).to.deep.equal([{ path: 'password' }]);
  });

  it('records what no attribute shows of him, so that the entries alone tell who held what, and why', () => {
    const grants = [{ what: 'permission', id: 'audit.read', origins: [{ by: 'hand' }] }] as const;
    const person: Person = { ...user, grants, status: 'deactivated', was: 'active', paid: 2, sessionsSince: 'now' };
    const [own] = personChanges(kept, alice, decided({ ...person, keepsSeats: true }), making);
    expect(own?.entry.differences).to.deep.equal([
      { path: 'active', before: true, after: false },
      { path: 'person.grants', after: grants },
      { path: 'person.was', after: 'active' },
      { path: 'person.paid', after: 2 },
      { path: 'person.keepsSeats', after: true },
      { path: 'person.sessionsSince', after: 'now' },
    ]);
  });
});
