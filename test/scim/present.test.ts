import { expect } from 'chai';
import { location, present } from '../../src/scim/present.ts';
import { projection } from '../../src/scim/projection.ts';
import type { Json, Resource, Stored } from '../../src/scim/types.ts';
import { collected } from '../support/chunks.ts';
import { testType } from '../support/schemas.ts';

const user = testType('User');
const group = testType('Group');
const base = 'https://example.com/scim/v2';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const language = 'urn:ietf:params:scim:schemas:extension:language:2.0:User';

const stored = (attributes: Resource): Stored => ({
  id: 'u1',
  version: 3,
  created: new Date('2024-01-02T03:04:05.006Z'),
  lastModified: new Date('2024-02-02T00:00:00Z'),
  attributes,
});

const show = (attributes: Resource) => present(user, stored(attributes), base, projection(user, {}));

describe('a resource in an answer', () => {
  it('says where and what it is', () => {
    expect(show({ userName: 'ann' })).to.deep.equal({
      schemas: [user.schema.id],
      id: 'u1',
      userName: 'ann',
      meta: {
        resourceType: 'User',
        created: '2024-01-02T03:04:05.006Z',
        lastModified: '2024-02-02T00:00:00.000Z',
        location: `${base}/Users/u1`,
        version: 'W/"3"',
      },
    });
  });

  it('has its keys in one order, and the schemas of the extensions it has', () => {
    const shown = show({
      [language]: { language: 'fr-FR' },
      [enterprise]: { department: 'Ops' },
      title: 'Dr',
      userName: 'ann',
      externalId: 'x',
    });
    expect(Object.keys(shown)).to.deep.equal([
      ...['schemas', 'id', 'externalId', 'userName', 'title', enterprise, language, 'meta'],
    ]);
    expect(shown['schemas']).to.deep.equal([user.schema.id, enterprise, language]);
  });

  it('points at the manager and the groups', () => {
    const shown = show({
      userName: 'ann',
      groups: [{ value: 'g/1', display: 'Ops', type: 'direct' }],
      [enterprise]: { department: 'Ops', manager: { value: 'u2', displayName: 'Max' } },
    });
    expect(shown['groups']).to.deep.equal([
      { value: 'g/1', $ref: `${base}/Groups/g%2F1`, display: 'Ops', type: 'direct' },
    ]);
    expect(shown[enterprise]).to.deep.equal({
      department: 'Ops',
      manager: { value: 'u2', $ref: `${base}/Users/u2`, displayName: 'Max' },
    });
  });

  it('points at members by their type, as they come', async () => {
    async function* members() {
      yield await Promise.resolve([{ value: 'a' }, { value: 'b', type: 'User' }] satisfies Json[]);
      yield [
        { value: 'c', type: 'Group' },
        { value: 'd', type: 'constructor' },
      ] satisfies Json[];
    }
    const shown = present(group, stored({ displayName: 'Ops', members: members() }), base, projection(group, {}));
    expect(Object.keys(shown)).to.deep.equal(['schemas', 'id', 'displayName', 'members', 'meta']);
    expect(await collected(shown['members'])).to.deep.equal([
      { value: 'a', $ref: `${base}/Users/a` },
      { value: 'b', $ref: `${base}/Users/b`, type: 'User' },
      { value: 'c', $ref: `${base}/Groups/c`, type: 'Group' },
      { value: 'd', $ref: `${base}/Users/d`, type: 'constructor' },
    ]);
  });

  it('has no `$ref` beside values that refer to nothing', () => {
    const emails = [{ value: 'a@example.com', type: 'work' }];
    expect(show({ userName: 'ann', emails })['emails']).to.deep.equal(emails);
  });

  it('shows nothing that is never returned, and nothing that is not of its schema', () => {
    const shown = show({ userName: 'ann', password: '$argon2id$', tenant: 't', id: 'other', meta: { version: 'x' } });
    expect(Object.keys(shown)).to.deep.equal(['schemas', 'id', 'userName', 'meta']);
    expect(shown['id']).to.equal('u1');
  });

  it('is cut to what was asked for', () => {
    const asked = projection(user, { attributes: 'meta.version' });
    expect(present(user, stored({ userName: 'ann' }), base, asked)).to.deep.equal({
      schemas: [user.schema.id],
      id: 'u1',
      meta: { version: 'W/"3"' },
    });
  });

  it('leaves what is stored as it is', () => {
    const attributes: Resource = { userName: 'ann', groups: [{ value: 'g' }] };
    show(attributes);
    expect(attributes).to.deep.equal({ userName: 'ann', groups: [{ value: 'g' }] });
  });

  it('is found at its location', () => {
    expect(location(group, 'a b', base)).to.equal(`${base}/Groups/a%20b`);
  });
});
