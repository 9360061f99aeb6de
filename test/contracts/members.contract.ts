import { expect } from 'chai';
import { leniency } from '../../src/scim/dialects.ts';
import { testType } from '../support/schemas.ts';
import { all, any, gathered, lenient, nothing, query, refused, sorted, typesOf, unchanged, values } from './stores.ts';
import type { Actions } from './stores.ts';

/** What every store does with the members of groups. */
export function describeMembers(stores: () => Actions): void {
  describe('members', () => {
    let on: Actions;
    beforeEach(() => {
      on = stores();
    });

    it('keeps the members of a new group, with their types', async () => {
      const [ann, inner] = [await on.addUser('ann'), await on.addGroup('Inner')];
      const outer = await on.addGroup('Outer', [ann.id, inner.id]);
      const shown = await gathered((await on.read(on.groups, outer.id))?.attributes['members']);
      const types = typesOf(shown);
      expect(types).to.deep.equal({ [ann.id]: 'User', [inner.id]: 'Group' });
      expect(await gathered(outer.attributes['members'])).to.have.length(2);
    });

    it('reads members and groups only where they are wanted, and knows who has none', async () => {
      const ann = await on.addUser('ann');
      const [full, bare] = [await on.addGroup('Full', [ann.id]), await on.addGroup('Bare')];
      expect((await on.read(on.groups, full.id, nothing))?.attributes).to.not.have.property('members');
      expect((await on.read(on.users, ann.id, nothing))?.attributes).to.not.have.property('groups');
      expect(await on.membersOf(bare.id)).to.deep.equal([]);
    });

    it('adds and removes members, each change of who is in it a version', async () => {
      const [ann, bob] = [await on.addUser('ann'), await on.addUser('bob')];
      const { id } = await on.addGroup('Ops', [ann.id]);
      const { stored } = await on.changeMembers(id, { add: [bob.id], remove: [ann.id] });
      expect(stored.version).to.equal(2);
      expect(values(await gathered(stored.attributes['members']))).to.deep.equal([bob.id]);
      expect(await on.membersOf(id)).to.deep.equal([bob.id]);
    });

    it('changes nothing by adding who is there and removing who is not', async () => {
      const [ann, bob] = [await on.addUser('ann'), await on.addUser('bob')];
      const ops = await on.addGroup('Ops', [ann.id]);
      const { stored } = await on.changeMembers(ops.id, { add: [ann.id], remove: [bob.id, 'nobody'] });
      expect([stored.version, stored.lastModified]).to.deep.equal([ops.version, ops.lastModified]);
      expect(await on.membersOf(ops.id)).to.deep.equal([ann.id]);
    });

    it('empties a group, and replaces its members', async () => {
      const [ann, bob, eve] = [await on.addUser('ann'), await on.addUser('bob'), await on.addUser('eve')];
      const { id } = await on.addGroup('Ops', [ann.id, bob.id]);
      await on.changeMembers(id, { reset: true, add: [bob.id, eve.id] });
      expect(sorted(await on.membersOf(id))).to.deep.equal(sorted([bob.id, eve.id]));
      expect(await on.groupsOf(ann.id)).to.deep.equal([]);
      await on.changeMembers(id, { reset: true });
      expect(await on.membersOf(id)).to.deep.equal([]);
      await on.changeMembers(id, { add: [ann.id] });
      expect(await on.membersOf(id)).to.deep.equal([ann.id]);
    });

    it('leaves out ids that name nobody, and says which, where the dialect is lenient', async () => {
      const ann = await on.addUser('ann');
      const tally = leniency('lenient');
      const { stored, refusedMembers } = await on.groups.create(
        on.caller,
        { attributes: { displayName: 'Ops' }, members: ['nobody', ann.id] },
        tally,
        all,
      );
      expect(refusedMembers).to.deep.equal(['nobody']);
      expect(tally.repaired.get('unknownMembers')).to.be.at.least(1);
      expect(await on.membersOf(stored.id)).to.deep.equal([ann.id]);
      expect((await on.changeMembers(stored.id, { add: ['no one'] })).refusedMembers).to.deep.equal(['no one']);
    });

    it('refuses ids that name nobody, and changes nothing, where the dialect is strict', async () => {
      const ann = await on.addUser('ann');
      const { id } = await on.addGroup('Ops');
      const strict = leniency('strict');
      const error = await refused(on.changeMembers(id, { add: [ann.id, 'nobody'] }, strict), 400, 'invalidValue');
      expect(error.message).to.contain('nobody');
      const { groups, caller } = on;
      await refused(
        groups.create(caller, { attributes: { displayName: 'Dev' }, members: ['nobody'] }, strict, all),
        400,
        'invalidValue',
      );
      expect(await on.membersOf(id)).to.deep.equal([]);
      expect((await groups.query(caller, query('displayName eq "Dev"', testType('Group')))).total).to.equal(0);
    });

    it('changes attributes and members in one version', async () => {
      const ann = await on.addUser('ann');
      const { id } = await on.addGroup('Ops');
      const { stored } = await on.groups.revise(
        on.caller,
        id,
        {
          accepts: any,
          decide: () => ({ displayName: 'Ops EU' }),
          members: { ...unchanged, add: [ann.id] },
          wanted: nothing,
        },
        lenient,
      );
      expect(stored.version).to.equal(2);
      expect(stored.attributes).to.deep.equal({ displayName: 'Ops EU' });
      expect(await on.membersOf(id)).to.deep.equal([ann.id]);
    });

    it('says which groups a user is in, directly or through others', async () => {
      const ann = await on.addUser('ann');
      const inner = await on.addGroup('Inner', [ann.id]);
      const outer = await on.addGroup('Outer', [inner.id]);
      const types = typesOf(await on.groupsOf(ann.id));
      expect(types).to.deep.equal({ [inner.id]: 'direct', [outer.id]: 'indirect' });
    });

    it('never lets a group be a member of itself, however far around', async () => {
      const inner = await on.addGroup('Inner');
      const middle = await on.addGroup('Middle', [inner.id]);
      const outer = await on.addGroup('Outer', [middle.id]);
      for (const member of [inner.id, middle.id, outer.id]) {
        await refused(on.changeMembers(inner.id, { add: [member] }), 400, 'invalidValue');
      }
      expect(await on.membersOf(inner.id)).to.deep.equal([]);
    });

    it('loses none of twenty members added at once', async () => {
      const users = await Promise.all(Array.from({ length: 20 }, (_, number) => on.addUser(`user${String(number)}`)));
      const { id } = await on.addGroup('Ops');
      await Promise.all(users.map((user) => on.changeMembers(id, { add: [user.id] })));
      expect(sorted(await on.membersOf(id))).to.deep.equal(sorted(users.map((user) => user.id)));
      expect((await on.read(on.groups, id))?.version).to.equal(21);
    });

    it('tells the ids of members of one type, up to a limit', async () => {
      const [ann, bob, inner] = [await on.addUser('ann'), await on.addUser('bob'), await on.addGroup('Inner')];
      const { id } = await on.addGroup('Outer', [ann.id, bob.id, inner.id]);
      const { caller, stranger } = on;
      expect(await on.groups.memberIds?.(caller, id, 'Group', 1)).to.deep.equal([inner.id]);
      expect(await on.groups.memberIds?.(caller, id, 'User', 2)).to.have.members([ann.id, bob.id]);
      await refused(on.groups.memberIds?.(caller, id, 'User', 1), 400, 'tooMany');
      await refused(on.groups.memberIds?.(stranger, id, 'User', 1), 404);
    });
  });
}
