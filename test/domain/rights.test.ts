import { expect } from 'chai';
import fc from 'fast-check';
import { DomainError } from '../../src/domain/errors.ts';
import { originKinds, type Grant, type Origin } from '../../src/domain/grants.ts';
import type { Known } from '../../src/domain/known.ts';
import { everyPermission, type Permission } from '../../src/domain/permissions.ts';
import type { Person } from '../../src/domain/person.ts';
import { both, byHand, inEntity, outOfEntity, type Rights } from '../../src/domain/rights.ts';
import type { Role } from '../../src/domain/roles.ts';

const ids = ['a', 'b', 'c'] as const;
const roles: readonly Role[] = [
  { id: 'a', name: 'Reader', permissions: ['audit.read'], teams: [], builtIn: false },
  { id: 'b', name: 'Caller', permissions: ['calls.access'], teams: [], builtIn: false },
  { id: 'c', name: 'Nothing', permissions: [], teams: [], builtIn: false },
];
const things = ids.map((id) => ({ id, name: `Name ${id}` }));
const finder =
  <T extends { id: string; name: string }>(all: readonly T[]) =>
  (named: string) =>
    all.find(({ id, name }) => id === named || name === named);
const known: Known = {
  roles: new Map(roles.map((role) => [role.id, role])),
  pools: new Map(),
  entities: new Map(things.map((each) => [each.id, each])),
  role: finder(roles),
  pool: finder(things.map((each) => ({ ...each, seats: undefined, price: 0 }))),
  entity: finder(things),
};

const all = new Set(everyPermission);
const nobody: Person = { status: 'active', primaryRole: 'user', grants: [] };

const origin: fc.Arbitrary<Origin> = fc
  .tuple(fc.constantFrom(...originKinds), fc.constantFrom('x', 'y'))
  .map(([by, ref]) => (by === 'hand' ? { by } : { by, ref }));
const origins = fc.uniqueArray(origin, { minLength: 1, maxLength: 4, selector: ({ by, ref }) => `${by} ${ref ?? ''}` });
const grant: fc.Arbitrary<Grant> = fc.record({
  what: fc.constantFrom('role', 'license', 'entity'),
  id: fc.constantFrom(...ids),
  origins,
});
const person: fc.Arbitrary<Person> = fc
  .uniqueArray(grant, { selector: ({ what, id }) => `${what} ${id}` })
  .map((grants) => ({ ...nobody, grants }));
const some = fc.uniqueArray(fc.constantFrom(...ids));
const rights: fc.Arbitrary<Rights> = fc.record(
  {
    roles: some,
    license: fc.option(fc.constantFrom(...ids)),
    entities: some.map((list) => list.map((entity) => ({ entity, role: 'Clerk' as const }))),
    permissions: fc.uniqueArray(fc.constantFrom(...everyPermission)),
  },
  { requiredKeys: [] },
);

/** What somebody holds of a kind for reasons that an administrator decides on. */
const byAdministrators = ({ grants }: Person, kind: Grant['what']) =>
  grants
    .filter(({ what, origins: own }) => what === kind && own.some(({ by }) => by === 'hand' || by === 'import'))
    .map(({ id }) => id);
const byOthers = ({ grants }: Person) =>
  grants.flatMap(({ what, id, origins: own }) =>
    own.filter(({ by }) => by !== 'hand' && by !== 'import').map(({ by, ref }) => `${what} ${id} ${by} ${ref ?? ''}`),
  );

const broken = (act: () => unknown) => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.violation;
    throw error;
  }
};

describe('What administrators give by hand', () => {
  it('is exactly what they say of a kind; what is not said, and what others give, stays', () => {
    fc.assert(
      fc.property(person, rights, (before, wanted) => {
        const after = byHand(wanted, all).apply(before, known);
        const said = {
          role: wanted.roles,
          license: wanted.license === undefined ? undefined : [wanted.license ?? []].flat(),
          entity: wanted.entities?.map(({ entity }) => entity),
          permission: wanted.permissions,
        };
        for (const what of ['role', 'license', 'entity', 'permission'] as const)
          expect(byAdministrators(after, what)).to.have.members([...(said[what] ?? byAdministrators(before, what))]);
        expect(byOthers(after)).to.have.members(byOthers(before));
      }),
    );
  });

  it('is the same said twice', () => {
    fc.assert(
      fc.property(person, rights, (before, wanted) => {
        const once = byHand(wanted, all).apply(before, known);
        expect(byHand(wanted, all).apply(once, known)).to.deep.equal(once);
      }),
    );
  });

  it('allows nothing that who gives it may not do himself', () => {
    const gives = (wanted: Rights, ...may: readonly Permission[]) =>
      broken(() => byHand(wanted, new Set(may)).apply(nobody, known));
    expect(gives({ roles: ['Reader'] })).to.deep.equal({ rule: 'not-allowed', permission: 'audit.read' });
    expect(gives({ roles: ['Reader'] }, 'audit.read')).to.equal(undefined);
    expect(gives({ roles: ['Nothing'], license: 'a' })).to.equal(undefined);
    expect(gives({ permissions: ['keys.manage'] }, 'audit.read')).to.include({ permission: 'keys.manage' });
    expect(gives({ primaryRole: 'admin' }, 'audit.read')).to.include({ rule: 'not-allowed' });
    expect(gives({ primaryRole: 'primary-admin' }, ...everyPermission)).to.equal(undefined);
    // What somebody holds already is not given, and taking needs no right to it.
    const reader = byHand({ roles: ['Reader'] }, all).apply(nobody, known);
    expect(broken(() => byHand({ roles: ['Reader', 'c'] }, new Set()).apply(reader, known))).to.equal(undefined);
    expect(byHand({ roles: [] }, new Set()).apply(reader, known).grants).to.deep.equal([]);
  });

  it('is named by id or name, and has to be there', () => {
    const named = byHand({ roles: ['Reader', 'b'], entities: [{ entity: 'Name a', role: 'Admin' }] }, all);
    expect(named.named).to.deep.equal({ role: ['Reader', 'b'], license: [], entity: ['Name a'] });
    expect(named.apply(nobody, known).grants.map(({ id, name }) => [id, name])).to.deep.equal([
      ['a', 'Reader'],
      ['b', 'Caller'],
      ['a', 'Name a'],
    ]);
    expect(broken(() => byHand({ roles: ['x'] }, all).apply(nobody, known))).to.deep.equal({
      rule: 'unknown',
      type: 'Role',
      id: 'x',
    });
  });

  it('puts into one entity and out of it, and leaves the others', () => {
    fc.assert(
      fc.property(person, fc.constantFrom(...ids), (before, entity) => {
        const inside = inEntity({ entity, role: 'Approver' }).apply(before, known);
        const [held] = inside.grants.filter(({ what, id }) => what === 'entity' && id === entity);
        expect(held?.origins).to.deep.include({ by: 'hand', role: 'Approver' });
        const outside = outOfEntity(entity).apply(inside, known);
        expect(byAdministrators(outside, 'entity')).to.have.members(
          byAdministrators(before, 'entity').filter((id) => id !== entity),
        );
        expect(byOthers(outside)).to.have.members(byOthers(before));
      }),
    );
  });

  it('comes one after the other', () => {
    const wish = both(byHand({ roles: ['a'] }, all), inEntity({ entity: 'b', role: 'Clerk' }));
    expect(wish.named).to.deep.equal({ role: ['a'], license: [], entity: ['b'] });
    expect(wish.apply(nobody, known).grants.map(({ what }) => what)).to.deep.equal(['role', 'entity']);
  });
});
