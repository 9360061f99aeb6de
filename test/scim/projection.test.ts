import { expect } from 'chai';
import fc from 'fast-check';
import { ScimError } from '../../src/scim/errors.ts';
import { projection, type Projection } from '../../src/scim/projection.ts';
import { wholeResource } from '../../src/scim/schema/path.ts';
import { registry } from '../../src/scim/schema/registry.ts';
import type { Json, JsonObject, Resource } from '../../src/scim/types.ts';
import { collected } from '../support/chunks.ts';
import { schemaFiles, servedSchemaFiles, testType } from '../support/schemas.ts';

const user = testType('User');
const group = testType('Group');
const base = 'https://example.com/scim/v2';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const ann = {
  schemas: [user.schema.id, enterprise],
  id: '1',
  userName: 'ann',
  password: 'secret',
  name: { givenName: 'Ann', familyName: 'Lee' },
  emails: [
    { value: 'a@x', type: 'work' },
    { value: 'b@x', type: 'home' },
  ],
  groups: [{ value: 'g', $ref: `${base}/Groups/g`, display: 'Ops' }],
  [enterprise]: { department: 'Ops', manager: { value: 'm', $ref: `${base}/Users/m`, displayName: 'Max' } },
  meta: { resourceType: 'User', version: 'W/"1"' },
};

/** A resource with what is shown of it. */
function projected({ show }: Projection, resource: Resource): Resource {
  const shown = Object.entries(resource).map(([name, value]) => [name, show(name, value, base)] as const);
  return Object.fromEntries(shown.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

const always = { schemas: ann.schemas, id: '1' };

describe('the attributes of an answer', () => {
  const { password: _password, ...usual } = ann;
  const { emails, name, groups, meta, ...rest } = usual;

  const only: [names: string, shown: JsonObject][] = [
    ['userName', { userName: 'ann' }],
    ['USERNAME, name', { userName: 'ann', name }],
    ['name.GivenName', { name: { givenName: 'Ann' } }],
    ['emails.type', { emails: [{ type: 'work' }, { type: 'home' }] }],
    ['emails,emails.type', { emails }],
    [`${user.schema.id}:userName`, { userName: 'ann' }],
    [enterprise.toLowerCase(), { [enterprise]: ann[enterprise] }],
    [`${enterprise}:department`, { [enterprise]: { department: 'Ops' } }],
    [`${enterprise}:manager.value`, { [enterprise]: { manager: { value: 'm' } } }],
    ['meta.version', { meta: { version: 'W/"1"' } }],
    ['groups', { groups }],
    ['groups.$ref', { groups: [{ $ref: `${base}/Groups/g` }] }],
    ['password', {}],
    ['shoeSize,__proto__,name.constructor', {}],
    ['title', {}],
    ['emails.display', {}],
    [',', {}],
  ];
  for (const [names, shown] of only) {
    it(`are, asked for ${names}, those and what is always returned`, () => {
      expect(projected(projection(user, { attributes: names }), ann)).to.deep.equal({ ...always, ...shown });
    });
  }

  const without: [names: string, shown: JsonObject][] = [
    ['', usual],
    ['emails,NAME,groups,meta', rest],
    ['id,schemas', usual],
    ['shoeSize', usual],
    ['name.givenName', { ...usual, name: { familyName: 'Lee' } }],
    ['name.givenName,name.familyName', { emails, groups, meta, ...rest }],
    ['emails.value', { ...usual, emails: [{ type: 'work' }, { type: 'home' }] }],
    [`${enterprise}:manager`, { ...usual, [enterprise]: { department: 'Ops' } }],
  ];
  for (const [names, shown] of without) {
    it(`are, without ${names || 'nothing'}, all the others`, () => {
      expect(projected(projection(user, { excludedAttributes: names }), ann)).to.deep.equal(shown);
    });
  }

  it('keep their order', () => {
    expect(Object.keys(projected(projection(user, {}), ann))).to.deep.equal(Object.keys(usual));
  });

  it('are not asked for in both ways', () => {
    const both = () => projection(user, { attributes: 'userName', excludedAttributes: 'emails' });
    expect(both).to.throw(ScimError, 'exclude each other').with.property('scimType', 'invalidValue');
  });

  it('never show a password, whatever is asked', () => {
    const names = fc.array(
      fc.constantFrom('password', 'PASSWORD', 'userName', `${user.schema.id}:password`, enterprise),
    );
    fc.assert(
      fc.property(names, fc.constantFrom('attributes', 'excludedAttributes'), (list, parameter) => {
        expect(projected(projection(user, { [parameter]: list.join(',') }), ann)).to.not.have.property('password');
      }),
    );
  });

  it('show what is returned on request only when it is named', () => {
    const files = servedSchemaFiles().map((file) => structuredClone(file));
    const schema = files.find((file) => (file as JsonObject)['id'] === user.schema.id) as { attributes: JsonObject[] };
    for (const attribute of schema.attributes) {
      if (attribute['name'] === 'title') attribute['returned'] = 'request';
      if (attribute['name'] === 'userName') attribute['returned'] = 'always';
    }
    const type = registry(files, schemaFiles('resource-types')).typeNamed('User');
    if (!type) throw new Error('No User');
    const dr = { id: '1', userName: 'ann', title: 'Dr', nickName: 'A' };
    expect(projected(projection(type, {}), dr)).to.deep.equal({ id: '1', userName: 'ann', nickName: 'A' });
    expect(projected(projection(type, { excludedAttributes: 'userName' }), dr)).to.have.property('userName');
    expect(projected(projection(type, { excludedAttributes: 'nickName' }), dr)).to.not.have.property('title');
    expect(projected(projection(type, { attributes: 'title' }), dr)).to.deep.equal({
      id: '1',
      userName: 'ann',
      title: 'Dr',
    });
  });

  it('are of the schema: nothing else that is stored is shown', () => {
    const stored = { ...ann, _id: 'x', tenant: 't', name: { givenName: 'Ann', secret: 's' } };
    const shown = projected(projection(user, {}), stored);
    expect(Object.keys(shown)).to.have.members(Object.keys(usual));
    expect(shown['name']).to.deep.equal({ givenName: 'Ann' });
    const known = wholeResource(user).subAttributes.map((attribute) => attribute.name);
    expect(known).to.include.members(Object.keys(shown));
  });
});

describe('what an answer needs read', () => {
  const table: [what: string, query: Record<string, string>, members: boolean][] = [
    ['nothing asked', {}, true],
    ['members excluded', { excludedAttributes: 'MEMBERS' }, false],
    ['members excluded among others', { excludedAttributes: 'displayName, members' }, false],
    ['parts of members excluded', { excludedAttributes: 'members.display' }, true],
    ['something else asked', { attributes: 'displayName' }, false],
    ['members asked', { attributes: 'members' }, true],
    ['parts of members asked', { attributes: 'members.value' }, true],
  ];
  for (const [what, query, members] of table) {
    it(`is ${members ? 'with' : 'without'} the members, with ${what}`, () => {
      expect(projection(group, query).wanted).to.deep.equal({ members, groups: false });
    });
  }

  it('is the groups of a user', () => {
    expect(projection(user, {}).wanted).to.deep.equal({ members: false, groups: true });
    expect(projection(user, { attributes: 'userName' }).wanted).to.deep.equal({ members: false, groups: false });
  });
});

describe('members that are still coming', () => {
  it('are cut to measure as they come, and not before', async () => {
    const asked: number[] = [];
    async function* members() {
      for (const n of [1, 2]) {
        asked.push(n);
        yield await Promise.resolve([{ value: `m${String(n)}`, type: 'User' }] satisfies Json[]);
      }
    }
    const resource: Resource = { id: '1', displayName: 'Ops', members: members() };
    const shown = projected(projection(group, { attributes: 'members.value' }), resource);
    expect(Object.keys(shown)).to.deep.equal(['id', 'members']);
    expect(asked).to.deep.equal([]);
    expect(await collected(shown['members'])).to.deep.equal([{ value: 'm1' }, { value: 'm2' }]);
  });

  it('are not asked for where they are not shown', () => {
    const members = {
      [Symbol.asyncIterator]: (): AsyncIterator<Json[]> => {
        throw new Error('asked');
      },
    };
    const shown = projected(projection(group, { excludedAttributes: 'members' }), { id: '1', members });
    expect(shown).to.deep.equal({ id: '1' });
  });
});
