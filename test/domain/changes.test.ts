import { expect } from 'chai';
import { Stale, subjectsOf } from '../../src/domain/changes.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { creating, memberOf, moving, newState, removing, renaming } from '../support/changes.ts';

const tenant = tenantId('acme');
const at = new Date(0);
const [user, group] = [newState(tenant, 'User', 'ann', at), newState(tenant, 'Group', 'ops', at)];

describe('What a change changes', () => {
  it('is the resource it revises, empties, fills or removes, first of all', () => {
    expect(subjectsOf(renaming(user, 'anna'))).to.deep.equal([user]);
    expect(subjectsOf(moving(tenant, group, { joins: [memberOf(user.id)] }))).to.deep.equal([group]);
    expect(subjectsOf(removing(user, [group]))).to.deep.equal([user, group]);
  });

  it('is nothing that was there, where it makes something new', () => {
    expect(subjectsOf(creating(user))).to.deep.equal([]);
    expect(subjectsOf(creating(group, [memberOf(user.id)]))).to.deep.equal([]);
  });

  it('is known to have changed meanwhile by an error of its own', () => {
    expect(new Stale('gone')).to.include({ name: 'Stale', message: 'gone' });
  });
});
