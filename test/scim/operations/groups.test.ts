import { expect } from 'chai';
import { leniency } from '../../../src/scim/dialects.ts';
import { patch } from '../../../src/scim/operations/patch.ts';
import { revise } from '../../../src/scim/operations/revise.ts';
import type { Json, JsonObject, ResourceStore } from '../../../src/scim/types.ts';
import { testCaller } from '../../support/callers.ts';
import { exchange } from '../../support/exchange.ts';
import { baseUrl } from '../../support/memoryProtocol.ts';
import { memoryStores } from '../../support/memoryStore.ts';
import { patchOp } from '../../support/patched.ts';
import { testType } from '../../support/schemas.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const strict = testCaller({ dialect: 'strict' });

/** A server with three users and a group of the first two. */
async function withGroup() {
  let next = 0;
  const send = exchange({ newId: () => `id${String(++next)}` });
  for (const userName of ['ann', 'bob', 'eve']) {
    await send('POST', '/Users', { body: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName } });
  }
  const created = await send('POST', '/Groups', {
    body: { schemas: [core], displayName: 'Ops', members: values('id1', 'id2') },
  });
  const members = async (): Promise<readonly unknown[]> => {
    const { body } = await send('GET', '/Groups/id4');
    return ((body['members'] ?? []) as JsonObject[]).map(({ value }) => value);
  };
  return { send, created, members, place: '/Groups/id4' };
}

const values = (...ids: string[]): Json[] => ids.map((value) => ({ value }));

describe('Groups', () => {
  describe('POST', () => {
    it('answers 201 with the group and its members', async () => {
      const { created } = await withGroup();
      expect([created.status, created.headers['Location']]).to.deep.equal([201, `${baseUrl}/Groups/id4`]);
      expect(created.body['members']).to.deep.equal([
        { value: 'id1', $ref: `${baseUrl}/Users/id1`, display: 'ann', type: 'User' },
        { value: 'id2', $ref: `${baseUrl}/Users/id2`, display: 'bob', type: 'User' },
      ]);
    });

    it('leaves out members that name nobody, and tells the log; strict refuses', async () => {
      const { send } = await withGroup();
      const body = { schemas: [core], displayName: 'Dev', members: values('id1', 'nobody') };
      expect((await send('POST', '/Groups', { body, caller: strict })).body['scimType']).to.equal('invalidValue');
      const { status, outcome, repaired } = await send('POST', '/Groups', { body });
      expect([status, outcome?.refusedMembers, repaired.get('unknownMembers')]).to.deep.equal([201, ['nobody'], 1]);
    });

    it('takes 100,000 members and no more', async () => {
      const { send } = await withGroup();
      const many = (length: number) => ({
        schemas: [core],
        displayName: String(length),
        members: Array.from({ length }, (_, index) => ({ value: String(index) })),
      });
      expect((await send('POST', '/Groups', { body: many(100_000) })).status).to.equal(201);
      const { status, body } = await send('POST', '/Groups', { body: many(100_001) });
      expect([status, body['scimType']]).to.deep.equal([413, undefined]);
    });
  });

  describe('GET', () => {
    it('leaves the key out where members are excluded', async () => {
      const { send, place } = await withGroup();
      expect((await send('GET', `${place}?excludedAttributes=members`)).body).to.not.have.property('members');
      const { body } = await send('GET', '/Groups?excludedAttributes=members&filter=displayName eq "OPS"');
      expect((body['Resources'] as JsonObject[])[0])
        .to.include({ displayName: 'Ops' })
        .and.not.have.property('members');
    });
  });

  describe('PUT', () => {
    it('replaces the members', async () => {
      const { send, place, members } = await withGroup();
      const { body } = await send('PUT', place, {
        body: { schemas: [core], displayName: 'Ops', members: values('id2', 'id3') },
      });
      expect((body['members'] as JsonObject[]).map(({ value }) => value)).to.deep.equal(['id2', 'id3']);
      expect(await members()).to.deep.equal(['id2', 'id3']);
    });

    it('keeps members it does not name where the dialect is lenient, and clears them where it is strict', async () => {
      const { send, place, members } = await withGroup();
      const body = { schemas: [core], displayName: 'Ops EU' };
      const { status, repaired } = await send('PUT', place, { body });
      expect([status, [...repaired]]).to.deep.equal([200, [['putKeepsMembers', 1]]]);
      expect(await members()).to.deep.equal(['id1', 'id2']);
      await send('PUT', place, { body, caller: strict });
      expect(await members()).to.deep.equal([]);
    });

    it('clears members that are empty', async () => {
      for (const empty of [[], null]) {
        const { send, place, members } = await withGroup();
        await send('PUT', place, { body: { schemas: [core], displayName: 'Ops', Members: empty } });
        expect(await members()).to.deep.equal([]);
      }
    });
  });

  describe('PATCH', () => {
    it('answers 204 with the version, or the group where the client says what to show', async () => {
      const { send, place } = await withGroup();
      const body = patchOp({ op: 'Add', path: 'members', value: values('id3') });
      const { status, headers, body: empty, outcome } = await send('PATCH', place, { body });
      expect([status, headers, empty]).to.deep.equal([204, { ETag: 'W/"2"', Location: `${baseUrl}${place}` }, {}]);
      expect(outcome).to.deep.equal({ resourceType: 'Group', id: 'id4', refusedMembers: [] });
      const shown = await send('PATCH', `${place}?excludedAttributes=members`, { body });
      expect([shown.status, shown.headers['ETag'], shown.body['displayName']]).to.deep.equal([200, 'W/"2"', 'Ops']);
      expect((await send('PATCH', `${place}?attributes=members`, { body })).body['members']).to.have.length(3);
    });

    it('renames as Okta does, with the id in the value', async () => {
      const { send, place, members } = await withGroup();
      const rename = { op: 'replace', value: { id: 'id4', displayName: 'Ops EU' } };
      expect((await send('PATCH', place, { body: patchOp(rename) })).status).to.equal(204);
      expect((await send('GET', place)).body['displayName']).to.equal('Ops EU');
      expect(await members()).to.deep.equal(['id1', 'id2']);
    });

    it('removes and adds in one request, as Okta does', async () => {
      const { send, place, members } = await withGroup();
      const operations = [
        { op: 'remove', path: 'members[value eq "id1"]' },
        { op: 'add', path: 'members', value: [{ value: 'id3', display: 'eve' }] },
      ];
      expect((await send('PATCH', place, { body: patchOp(...operations) })).status).to.equal(204);
      expect(await members()).to.deep.equal(['id2', 'id3']);
    });

    it('removes the members of a type', async () => {
      const { send, place, members } = await withGroup();
      await send('POST', '/Groups', { body: { schemas: [core], displayName: 'Inner' } });
      await send('PATCH', place, { body: patchOp({ op: 'add', path: 'members', value: values('id5') }) });
      await send('PATCH', place, { body: patchOp({ op: 'remove', path: 'members[type eq "Group"]' }) });
      expect(await members()).to.deep.equal(['id1', 'id2']);
    });

    it('changes nothing where one operation is refused', async () => {
      const { send, place, members } = await withGroup();
      const operations = [
        { op: 'remove', path: 'members' },
        { op: 'remove', path: 'displayName' },
      ];
      const { status, body } = await send('PATCH', place, { body: patchOp(...operations) });
      expect([status, body['scimType']]).to.deep.equal([400, 'mutability']);
      expect(await members()).to.deep.equal(['id1', 'id2']);
    });

    it('refuses a type filter where the store cannot tell types', async () => {
      const { memberIds: _, ...store } = memoryStores()(testType('Group'));
      const endpoint = { type: testType('Group'), store, baseUrl };
      const body = patchOp({ op: 'remove', path: 'members[type eq "Group"]' });
      const request = { method: 'PATCH', path: [], query: {}, body, caller: testCaller() } as const;
      const error = await patch(endpoint, 'x', request, leniency('lenient')).catch((reason: unknown) => reason);
      expect(error).to.include({ status: 400, scimType: 'invalidFilter' });
    });
  });

  it('counts a repair once, however often the store decides anew', async () => {
    const store: ResourceStore = memoryStores()(testType('Group'));
    const { stored } = await store.create(
      testCaller(),
      { attributes: { displayName: 'Ops' }, members: undefined },
      leniency('lenient'),
      {
        members: false,
        groups: false,
      },
    );
    const again: ResourceStore = {
      ...store,
      revise: (caller, id, revision, lenient) => {
        revision.decide(stored);
        revision.decide(stored);
        return store.revise(caller, id, revision, lenient);
      },
    };
    const tally = leniency('lenient');
    const change = {
      ifMatch: undefined,
      attributes: (current: JsonObject, inner: typeof tally) => {
        inner.repairs('missingTargets');
        return current;
      },
      members: undefined,
      wanted: { members: false, groups: false },
    };
    await revise(again, testCaller(), stored.id, change, tally);
    expect([...tally.repaired]).to.deep.equal([['missingTargets', 1]]);
  });
});
