import { expect } from 'chai';
import { ScimError } from '../../src/scim/errors.ts';
import type { JsonObject } from '../../src/scim/types.ts';
import { testType } from '../support/schemas.ts';
import { describeMembers } from './members.contract.ts';
import { describeQueries } from './queries.contract.ts';
import { actions, all, any, lenient, none, nothing, plain, query, refused, unchanged } from './stores.ts';
import type { Actions, Stores } from './stores.ts';

/** What every store of resources does, whatever it keeps them in (src/scim/types.ts). */
export function describeResourceStore(name: string, make: () => Promise<Stores>): void {
  describe(`${name}, a store of resources`, () => {
    let on: Actions;
    beforeEach(async () => {
      on = actions(await make());
    });
    afterEach(async () => {
      await on.close?.();
    });

    describeCreation(() => on);
    describeOwnership(() => on);
    describeRevision(() => on);
    describeMembers(() => on);
    describeRemoval(() => on);
    describeQueries(() => on);
  });
}

function describeCreation(stores: () => Actions): void {
  describe('creating and reading', () => {
    let on: Actions;
    beforeEach(() => {
      on = stores();
    });

    it('gives a new resource an id of its own, its first version and its instants', async () => {
      const [ann, bob] = [await on.addUser('ann'), await on.addUser('bob')];
      expect(ann.id).to.be.a('string').and.not.equal(bob.id);
      expect(ann.version).to.equal(1);
      expect(ann.created).to.deep.equal(ann.lastModified);
      expect(await on.read(on.users, ann.id)).to.deep.equal(ann);
    });

    it('keeps every attribute as it was given', async () => {
      const attributes = {
        userName: 'Åsa.Ñandú@Corp.example',
        active: false,
        name: { familyName: 'Ñandú' },
        emails: [
          { value: 'a@b.example', type: 'work', primary: true },
          { value: 'A@b.example', type: 'home' },
        ],
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
          employeeNumber: '0701',
          manager: { value: 'x' },
        },
      };
      const { id } = await on.addUser('ignored', attributes);
      expect((await on.read(on.users, id))?.attributes).to.deep.equal(attributes);
    });

    it('knows nothing of an id that is not there, of any shape, or is of the other type', async () => {
      const ann = await on.addUser('ann');
      for (const id of ['1', '0', 'null', '', '__proto__', '6650b1f2c3d4e5f6a7b8c9d0', '$ne', 'a'.repeat(2_000)]) {
        expect(await on.read(on.users, id), id).to.equal(undefined);
      }
      expect(await on.read(on.groups, ann.id)).to.equal(undefined);
    });

    it('never shows a password', async () => {
      const { id, attributes } = await on.addUser('ann', { password: '9kq2vw7z' });
      expect(attributes).to.not.have.property('password');
      expect((await on.read(on.users, id))?.attributes).to.not.have.property('password');
    });

    it('refuses a name that is taken, whatever its letter case', async () => {
      await on.addUser('Mia@Corp.example');
      await refused(on.addUser('mia@corp.EXAMPLE'), 409, 'uniqueness');
      await on.addGroup('Straße');
      await refused(on.addGroup('STRASSE'), 409, 'uniqueness');
    });

    it('creates one of twenty at once that want the same name', async () => {
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => on.addUser('same')));
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      const page = await on.users.query(on.caller, { startIndex: 1, count: 10, wanted: nothing });
      expect(page.total).to.equal(1);
    });
  });
}

function describeOwnership(stores: () => Actions): void {
  describe('tenants and connections', () => {
    let on: Actions;
    beforeEach(() => {
      on = stores();
    });

    it('hides a resource from another tenant, as if it were not there', async () => {
      const { id } = await on.addUser('ann');
      const group = await on.addGroup('Ops');
      const { users, groups, stranger } = on;
      expect(await users.read(stranger, id, all)).to.equal(undefined);
      expect(await users.query(stranger, { startIndex: 1, count: 10, wanted: all })).to.deep.equal({
        total: 0,
        resources: [],
        more: false,
      });
      await refused(users.revise(stranger, id, { accepts: none, decide: plain, wanted: all }, lenient), 404);
      await refused(users.remove(stranger, id, any), 404);
      const add = { accepts: any, decide: plain, members: { ...unchanged, add: [id] }, wanted: all };
      const theirs = await groups.create(stranger, { attributes: { displayName: 'Ops' }, members: [id] }, lenient, all);
      expect(theirs.refusedMembers).to.deep.equal([id]);
      await refused(groups.revise(stranger, group.id, add, lenient), 404);
      expect(await on.membersOf(group.id)).to.deep.equal([]);
    });

    it('lets two tenants have the same names', async () => {
      await on.addUser('ann');
      const { stored } = await on.users.create(
        on.stranger,
        { attributes: { userName: 'ann' }, members: undefined },
        lenient,
        all,
      );
      expect(stored.attributes['userName']).to.equal('ann');
    });

    it('shows an externalId to the connection that set it, and to no other', async () => {
      const { id } = await on.addUser('ann', { externalId: '1' });
      expect((await on.read(on.users, id))?.attributes['externalId']).to.equal('1');
      expect((await on.users.read(on.sibling, id, all))?.attributes).to.not.have.property('externalId');
      const asked = query('externalId eq "1"', testType('User'));
      expect((await on.users.query(on.caller, asked)).total).to.equal(1);
      expect((await on.users.query(on.sibling, asked)).total).to.equal(0);
    });

    it('lets several resources have one externalId, and tells its letter case apart', async () => {
      await on.addUser('ann', { externalId: 'X1' });
      await on.addUser('bob', { externalId: 'X1' });
      expect((await on.users.query(on.caller, query('externalId eq "X1"', testType('User')))).total).to.equal(2);
      expect((await on.users.query(on.caller, query('externalId eq "x1"', testType('User')))).total).to.equal(0);
    });
  });
}

function describeRevision(stores: () => Actions): void {
  describe('revising', () => {
    let on: Actions;
    beforeEach(() => {
      on = stores();
    });

    it('counts an effective change as a version and moves lastModified', async () => {
      const ann = await on.addUser('ann');
      const { stored } = await on.change(on.users, ann.id, (current) => ({ ...current, title: 'CTO' }));
      expect(stored.version).to.equal(2);
      expect(stored.created).to.deep.equal(ann.created);
      expect(stored.lastModified.getTime()).to.be.at.least(ann.lastModified.getTime());
      expect(stored.attributes).to.deep.equal({ userName: 'ann', active: true, title: 'CTO' });
      expect(await on.read(on.users, ann.id)).to.deep.equal(stored);
    });

    it('writes nothing where the decision is the current state itself', async () => {
      const ann = await on.addUser('ann', { externalId: 'x' });
      expect((await on.change(on.users, ann.id, (current) => current)).stored).to.deep.equal(ann);
      expect(await on.read(on.users, ann.id)).to.deep.equal(ann);
    });

    it('shows the decision the externalId of the connection, and neither members nor groups nor the password', async () => {
      const ann = await on.addUser('ann', { externalId: 'x', password: 'secret99' });
      const group = await on.addGroup('Ops', [ann.id]);
      const seen: JsonObject[] = [];
      const look = (current: JsonObject): JsonObject => {
        seen.push(current);
        return current;
      };
      await on.change(on.users, ann.id, look);
      await on.change(on.groups, group.id, look);
      expect(seen).to.deep.equal([{ userName: 'ann', active: true, externalId: 'x' }, { displayName: 'Ops' }]);
    });

    it('changes and removes the externalId', async () => {
      const { id } = await on.addUser('ann', { externalId: 'x' });
      const changed = await on.change(on.users, id, (current) => ({ ...current, externalId: 'y' }));
      expect(changed.stored.attributes['externalId']).to.equal('y');
      const removed = await on.change(on.users, id, () => ({ userName: 'ann' }));
      expect(removed.stored.attributes).to.not.have.property('externalId');
    });

    it('takes a password without ever showing it', async () => {
      const { id } = await on.addUser('ann');
      const { stored } = await on.change(on.users, id, (current) => ({ ...current, password: 'secret99' }));
      expect(stored.attributes).to.deep.equal({ userName: 'ann', active: true });
      expect(stored.version).to.equal(2);
    });

    it('refuses a version that is not accepted, and changes nothing', async () => {
      const ann = await on.addUser('ann');
      const revision = { accepts: none, decide: () => ({ userName: 'bob' }), wanted: all };
      await refused(on.users.revise(on.caller, ann.id, revision, lenient), 412);
      expect(await on.read(on.users, ann.id)).to.deep.equal(ann);
    });

    it('refuses a name that another has, and takes another spelling of its own', async () => {
      await on.addUser('ann');
      const { id } = await on.addUser('bob');
      await refused(
        on.change(on.users, id, () => ({ userName: 'ANN' })),
        409,
        'uniqueness',
      );
      const { stored } = await on.change(on.users, id, () => ({ userName: 'BOB' }));
      expect(stored.attributes['userName']).to.equal('BOB');
    });

    it('knows no resource that is not there', async () => {
      await refused(
        on.change(on.users, 'nobody', (current) => current),
        404,
      );
    });

    it('passes on what the decision refuses, and changes nothing', async () => {
      const ann = await on.addUser('ann');
      const refusal = new ScimError(400, 'no', 'mutability');
      const refuse = (): JsonObject => {
        throw refusal;
      };
      await refused(on.change(on.users, ann.id, refuse), 400, 'mutability');
      expect(await on.read(on.users, ann.id)).to.deep.equal(ann);
    });

    it('loses none of twenty changes at once', async () => {
      const { id } = await on.addUser('ann');
      const add = (number: number) => (current: JsonObject) => {
        const phones = Array.isArray(current['phoneNumbers']) ? current['phoneNumbers'] : [];
        return { ...current, phoneNumbers: [...phones, { value: String(number) }] };
      };
      await Promise.all(Array.from({ length: 20 }, (_, number) => on.change(on.users, id, add(number))));
      const stored = await on.read(on.users, id);
      expect(stored?.attributes['phoneNumbers']).to.have.length(20);
      expect(stored?.version).to.equal(21);
    });
  });
}

function describeRemoval(stores: () => Actions): void {
  describe('removing', () => {
    let on: Actions;
    beforeEach(() => {
      on = stores();
    });

    it('removes a resource from everywhere, and frees its name', async () => {
      const ann = await on.addUser('ann');
      const { id } = await on.addGroup('Ops', [ann.id]);
      await on.users.remove(on.caller, ann.id, any);
      expect(await on.read(on.users, ann.id)).to.equal(undefined);
      expect(await on.membersOf(id)).to.deep.equal([]);
      expect((await on.users.query(on.caller, query('userName eq "ann"', testType('User')))).total).to.equal(0);
      expect((await on.addUser('ann')).id).to.not.equal(ann.id);
    });

    it('removes a group, and its members from nothing else', async () => {
      const ann = await on.addUser('ann');
      const ops = await on.addGroup('Ops', [ann.id]);
      await on.groups.remove(on.caller, ops.id, any);
      expect(await on.groupsOf(ann.id)).to.deep.equal([]);
      await refused(on.groups.remove(on.caller, ops.id, any), 404);
    });

    it('refuses a version that is not accepted', async () => {
      const { id } = await on.addUser('ann');
      await refused(on.users.remove(on.caller, id, none), 412);
      expect(await on.read(on.users, id)).to.not.equal(undefined);
    });
  });
}
