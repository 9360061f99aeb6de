import { expect } from 'chai';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { testCaller } from '../../support/callers.ts';
import { exchange } from '../../support/exchange.ts';
import { baseUrl } from '../../support/memoryProtocol.ts';
import { patchOp } from '../../support/patched.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const license = 'urn:ietf:params:scim:schemas:extension:license:2.0:User';
const mia: JsonObject = {
  schemas: [core],
  userName: 'mia@corp.example',
  name: { givenName: 'Mia', familyName: 'Lund' },
  emails: [{ value: 'mia@corp.example', type: 'work', primary: true }],
  active: false,
};
const strict = testCaller({ dialect: 'strict' });

/** A server with one user. */
async function withUser(more: JsonObject = {}) {
  const send = exchange();
  const { body } = await send('POST', '/Users', { body: { ...mia, ...more } });
  const id = idOf(body);
  return { send, id, user: body, place: `/Users/${id}` };
}

function idOf({ id }: JsonObject): string {
  if (typeof id !== 'string') throw new Error('A resource without id');
  return id;
}

const versionOf = (body: JsonObject): Json | undefined => (body['meta'] as JsonObject)['version'];

describe('Users', () => {
  describe('POST (RFC 7644 §3.3)', () => {
    it('answers 201 with the whole user, its place and its version', async () => {
      const send = exchange();
      const { status, headers, body, outcome } = await send('POST', '/Users', {
        body: { ...mia, id: 'mine', groups: [], meta: { resourceType: 'User' }, password: '9kq2vw7z' },
      });
      expect(status).to.equal(201);
      expect(body).to.deep.include({ ...mia });
      expect(body['id']).to.not.equal('mine');
      expect(body).to.not.have.any.keys('password', 'groups');
      const place = `${baseUrl}/Users/${idOf(body)}`;
      expect(headers).to.deep.equal({ ETag: 'W/"1"', Location: place, 'Content-Location': place });
      expect(body['meta']).to.deep.include({ resourceType: 'User', location: place, version: 'W/"1"' });
      expect(outcome).to.deep.equal({ resourceType: 'User', id: body['id'], refusedMembers: [] });
    });

    it('refuses a user without a name, and one whose name is taken', async () => {
      const { send } = await withUser();
      const nameless = await send('POST', '/Users', { body: { schemas: [core] } });
      expect([nameless.status, nameless.body['scimType']]).to.deep.equal([400, 'invalidValue']);
      const taken = await send('POST', '/Users', { body: { ...mia, userName: 'MIA@corp.example' } });
      expect([taken.status, taken.body['scimType']]).to.deep.equal([409, 'uniqueness']);
      expect((await send('POST', '/Users')).body['scimType']).to.equal('invalidSyntax');
    });

    it('shows what the client asks to see', async () => {
      const { body } = await exchange()('POST', '/Users?attributes=userName', { body: mia });
      expect(Object.keys(body)).to.have.members(['schemas', 'id', 'userName']);
    });
  });

  describe('GET (RFC 7644 §3.4.1)', () => {
    it('answers the user, or 404', async () => {
      const { send, place, user } = await withUser();
      const { status, headers, body } = await send('GET', place);
      expect([status, headers['ETag'], body]).to.deep.equal([200, 'W/"1"', user]);
      expect((await send('GET', '/Users/nobody')).status).to.equal(404);
    });

    it('answers 304 to one who has that version already', async () => {
      const { send, place } = await withUser();
      const same = await send('GET', place, { ifNoneMatch: 'W/"1"' });
      expect([same.status, same.headers['ETag'], same.body]).to.deep.equal([304, 'W/"1"', {}]);
      expect((await send('GET', place, { ifNoneMatch: 'W/"7"' })).status).to.equal(200);
    });
  });

  describe('PUT (RFC 7644 §3.5.1)', () => {
    it('clears what is left out, but for what a client cannot write and for `active`', async () => {
      const { send, place, id } = await withUser({ title: 'CTO', externalId: 'x' });
      const put = {
        schemas: [core],
        id: 'another',
        userName: 'mia',
        meta: { resourceType: 'User' },
        groups: [],
        name: { middleName: '' },
      };
      const { status, headers, body, outcome } = await send('PUT', place, { body: put });
      expect([status, headers['ETag'], outcome?.id]).to.deep.equal([200, 'W/"2"', id]);
      const { meta, ...rest } = body;
      expect(rest).to.deep.equal({ schemas: [core], id, userName: 'mia', active: false });
      expect(meta).to.deep.include({ version: 'W/"2"' });
    });

    it('changes nothing by putting back what was got', async () => {
      const { send, place, user } = await withUser();
      expect((await send('PUT', place, { body: user })).body).to.deep.equal(user);
    });

    it('sets `active` where it is given', async () => {
      const { send, place } = await withUser();
      expect((await send('PUT', place, { body: { ...mia, active: true } })).body['active']).to.equal(true);
    });

    it('keeps the extensions that are given, and what in them is read-only', async () => {
      const { send, place } = await withUser({ schemas: [core, license], [license]: { type: 'basic' } });
      const { body } = await send('PUT', place, {
        body: { ...mia, schemas: [core, license], [license]: { type: 'premium', state: 'x' } },
      });
      expect(body[license]).to.deep.equal({ type: 'premium' });
    });

    it('is refused with the wrong version, without a name, or where nobody is', async () => {
      const { send, place } = await withUser();
      expect((await send('PUT', place, { body: mia, ifMatch: 'W/"2"' })).status).to.equal(412);
      expect((await send('PUT', place, { body: mia, ifMatch: 'W/"1"' })).status).to.equal(200);
      expect((await send('PUT', place, { body: { schemas: [core] } })).body['scimType']).to.equal('invalidValue');
      expect((await send('PUT', '/Users/nobody', { body: mia })).status).to.equal(404);
    });
  });

  describe('PATCH (RFC 7644 §3.5.2)', () => {
    it('answers 200 with the whole user and its new version', async () => {
      const { send, place, user, id } = await withUser();
      const { status, headers, body, outcome } = await send('PATCH', place, {
        body: patchOp({ op: 'Replace', path: 'active', value: 'True' }),
      });
      const location = `${baseUrl}${place}`;
      expect(status).to.equal(200);
      expect(headers).to.deep.equal({ ETag: 'W/"2"', Location: location, 'Content-Location': location });
      expect(outcome).to.deep.equal({ resourceType: 'User', id, refusedMembers: [] });
      const { meta, ...rest } = user;
      expect(body).to.deep.include({ ...rest, active: true });
      expect(meta).to.not.deep.equal(body['meta']);
    });

    it('changes neither version nor lastModified by what is there already', async () => {
      const { send, place, user } = await withUser();
      const { status, headers, body } = await send('PATCH', place, {
        body: patchOp({ op: 'add', value: { active: false } }),
      });
      expect([status, headers['ETag'], body]).to.deep.equal([200, 'W/"1"', user]);
    });

    it('changes all or nothing', async () => {
      const { send, place, user } = await withUser();
      const operations = [
        { op: 'replace', path: 'title', value: 'x' },
        { op: 'remove', path: 'userName' },
      ];
      const { status, body } = await send('PATCH', place, { body: patchOp(...operations) });
      expect([status, body['scimType']]).to.deep.equal([400, 'mutability']);
      expect((await send('GET', place)).body).to.deep.equal(user);
    });

    it('takes its own id, and no other', async () => {
      const { send, place, id } = await withUser();
      expect(
        (await send('PATCH', place, { body: patchOp({ op: 'replace', value: { id, title: 'x' } }) })).status,
      ).to.equal(200);
      expect(
        (await send('PATCH', place, { body: patchOp({ op: 'replace', value: { id: 'x' } }) })).body['scimType'],
      ).to.equal('mutability');
    });

    it('counts what is repaired while it is decided', async () => {
      const { send, place } = await withUser();
      const operation = { op: 'add', path: 'phoneNumbers[type eq "work"].value', value: '1' };
      const { repaired } = await send('PATCH', place, {
        body: patchOp(operation, { ...operation, path: 'phoneNumbers[type eq "fax"].value' }),
      });
      expect([...repaired]).to.deep.equal([['missingTargets', 2]]);
      expect(
        (
          await send('PATCH', place, {
            body: patchOp({ ...operation, path: 'ims[type eq "x"].value' }),
            caller: strict,
          })
        ).body['scimType'],
      ).to.equal('noTarget');
    });

    it('is refused with the wrong version, and where nobody is', async () => {
      const { send, place } = await withUser();
      const body = patchOp({ op: 'add', path: 'title', value: 'x' });
      expect((await send('PATCH', place, { body, ifMatch: 'W/"9"' })).status).to.equal(412);
      expect((await send('PATCH', place, { body, ifMatch: '*' })).status).to.equal(200);
      expect((await send('PATCH', '/Users/nobody', { body })).status).to.equal(404);
    });

    it('takes a password and never shows it', async () => {
      const { send, place } = await withUser();
      const { body } = await send('PATCH', place, {
        body: patchOp({ op: 'replace', value: { password: 'secret99' } }),
      });
      expect(body).to.not.have.property('password');
      expect(versionOf(body)).to.equal('W/"2"');
    });
  });

  describe('DELETE (RFC 7644 §3.6)', () => {
    it('answers 204 once, 404 ever after', async () => {
      const { send, place, id } = await withUser();
      const { status, body, outcome } = await send('DELETE', place);
      expect([status, body]).to.deep.equal([204, {}]);
      expect(outcome).to.deep.equal({ resourceType: 'User', id, refusedMembers: [] });
      for (const method of ['GET', 'DELETE'] as const) expect((await send(method, place)).status).to.equal(404);
    });

    it('is refused with the wrong version', async () => {
      const { send, place } = await withUser();
      expect((await send('DELETE', place, { ifMatch: 'W/"2"' })).status).to.equal(412);
      expect((await send('GET', place)).status).to.equal(200);
    });
  });
});
