import { expect } from 'chai';
import { builtIn } from '../../src/administration.ts';
import { Refusal } from '../../src/admin/errors.ts';
import { readSchemaFile } from '../../src/admin/schemaFile.ts';
import { faultsOf, type Surroundings } from '../../src/admin/schemaRules.ts';
import { tell } from '../../src/words/say.ts';
import { ownSchemaLimits as limits, type OwnSchema } from '../../src/domain/tenantSchemas.ts';
import { extended } from '../../src/scim/schema/registry.ts';
import { badge, device, ownSchema, schemaText } from '../support/ownSchemas.ts';
import { testInternal, testRegistry } from '../support/schemas.ts';

const everybodys = builtIn(testRegistry(), testInternal());

interface Given {
  readonly [key: string]: unknown;
}

const extension: Given = { id: 'urn:acme:Car', extends: 'User', attributes: [{ name: 'plate' }] };
const naming: Given = { name: 'plate', required: true, uniqueness: 'server' };
const type: Given = {
  id: 'urn:acme:Car',
  resourceType: { name: 'Car', endpoint: '/Cars' },
  attributes: [naming],
};

const faults = (given: Given, others: readonly OwnSchema[] = [badge, device]) =>
  told(JSON.stringify(given), { builtIn: everybodys, others });

const told = (content: string, around: Surroundings): string[] =>
  faultsOf(readSchemaFile(content, undefined), around).map((fault) => tell('en', fault));

const withAttribute = (attribute: Given): Given => ({ ...extension, attributes: [attribute] });
const withSub = (sub: Given): Given => withAttribute({ name: 'car', type: 'complex', subAttributes: [sub] });

describe('The form of a schema file', () => {
  it('may be short: what is not said has its default (RFC 7643 §2.2)', () => {
    expect(readSchemaFile(JSON.stringify(extension), undefined)).to.deep.equal({
      id: 'urn:acme:Car',
      name: 'Car',
      description: 'Car',
      extends: 'User',
      attributes: [
        {
          name: 'plate',
          type: 'string',
          multiValued: false,
          description: 'plate',
          required: false,
          caseExact: false,
          mutability: 'readWrite',
          returned: 'default',
          uniqueness: 'none',
        },
      ],
    });
    const [photo] = readSchemaFile(JSON.stringify(withAttribute({ name: 'x', type: 'binary' })), undefined).attributes;
    expect(photo?.caseExact).to.equal(true);
  });

  it('is that of a SCIM Schema (RFC 7643 §7), with what it extends said beside it', () => {
    const { extends: _extends, ...plain } = extension;
    const schema = { ...plain, schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'], meta: { location: 'x' } };
    expect(readSchemaFile(JSON.stringify(schema), 'Group')).to.include({ id: 'urn:acme:Car', extends: 'Group' });
  });

  it('may begin with a byte order mark', () => {
    expect(readSchemaFile(`\uFEFF${JSON.stringify(extension)}`, undefined)).to.include({ id: 'urn:acme:Car' });
  });

  it('names a type after itself, with the description of its schema', () => {
    expect(readSchemaFile(JSON.stringify({ ...type, description: 'Cars' }), undefined)).to.deep.include({
      name: 'Car',
      resourceType: { name: 'Car', endpoint: '/Cars', description: 'Cars' },
    });
  });

  const { extends: _extends, ...without } = extension;
  const refused: readonly [said: RegExp, content: string, extended?: string][] = [
    [/^The file is no JSON: /, '{'],
    [/the file must be object/, '[]'],
    [/the file must have required property 'id'/, JSON.stringify({ attributes: [{ name: 'a' }] })],
    [/'attributes' must NOT have fewer than 1 items/, JSON.stringify({ ...extension, attributes: [] })],
    [/'attributes\.0' must have required property 'name'/, JSON.stringify(withAttribute({ type: 'string' }))],
    [/'attributes\.0' may not have 'pattern'/, JSON.stringify(withAttribute({ name: 'a', pattern: '.*' }))],
    [
      /'attributes\.0\.type' must be one of string, boolean, /,
      JSON.stringify(withAttribute({ name: 'a', type: 'int' })),
    ],
    [
      /'schemas\.0' must be 'urn:ietf:params:scim:schemas:core:2\.0:Schema'/,
      JSON.stringify({ ...extension, schemas: ['x'] }),
    ],
    [/'attributes\.0\.required' must be boolean/, JSON.stringify(withAttribute({ name: 'a', required: 'true' }))],
    [/Say one thing that the schema is for/, JSON.stringify(without)],
    [/Say one thing that the schema is for/, JSON.stringify(extension), 'Group'],
    [/Say one thing that the schema is for/, JSON.stringify({ ...type, extends: 'User' })],
  ];
  for (const [said, content, extends_] of refused)
    it(`is refused: ${said.source}`, () => {
      expect(() => readSchemaFile(content, extends_)).to.throw(Refusal, said);
    });

  it('is refused with all that is wrong with it', () => {
    const content = JSON.stringify({ id: 7, attributes: [{ name: 'a', tpye: 'string' }], more: 1 });
    expect(() => readSchemaFile(content, 'User')).to.throw(
      Refusal,
      /(?=[^]*'id' must be string)(?=[^]*may not have 'tpye')(?=[^]*the file may not have 'more')/,
    );
  });
});

describe("The rules of a tenant's own schema", () => {
  it('let through what transcripts use, and the registry takes it', () => {
    for (const name of ['badge', 'device', 'warranty']) {
      const others = name === 'warranty' ? [device] : [];
      expect(faultsOf(readSchemaFile(schemaText(name), undefined), { builtIn: everybodys, others })).to.deep.equal([]);
    }
    expect(faults(extension)).to.deep.equal([]);
    expect(faults(type)).to.deep.equal([]);
    expect(extended(testRegistry(), [badge, device, ownSchema(JSON.stringify(type))]).typeAt('Cars')?.name).to.equal(
      'Car',
    );
  });

  const taken = /there is a schema 'urn:.*' already: choose another 'id'/;
  const table: readonly [said: RegExp, given: Given][] = [
    // The URN.
    ...[
      'Car',
      'urn:acme',
      'urn:acme:',
      'urn:acme::Car',
      'urn:acme:C ar',
      'URN:acme:Car',
      'urn:acme:ü',
      'http://x/y',
    ].map((id): [RegExp, Given] => [/'id' must be a URN/, { ...extension, id }]),
    [/'id' must be a URN/, { ...extension, id: `urn:acme:${'a'.repeat(200)}` }],
    [taken, { ...extension, id: 'urn:ietf:params:scim:schemas:core:2.0:User' }],
    [taken, { ...extension, id: 'urn:ietf:params:scim:schemas:extension:Enterprise:2.0:user' }],
    [taken, { ...extension, id: badge.id.toLowerCase() }],
    [/begin alike/, { ...extension, id: `${badge.id}:color` }],
    [/begin alike/, { ...extension, id: `${badge.id}.color` }],
    [/begin alike/, { ...extension, id: 'urn:example:scim' }],
    [/namespace that is not yours/, { ...extension, id: 'urn:ietf:params:scim:schemas:core:2.0:Car' }],
    [/namespace that is not yours/, { ...extension, id: 'urn:rollcall:params:scim:Car' }],
    // What it is for.
    [/there is no resource type 'user' to extend: choose among .*User.*Device/, { ...extension, extends: 'user' }],
    [
      /there is no resource type 'Role' to extend: choose among Entity, Group, User, Device$/,
      { ...extension, extends: 'Role' },
    ],
    [/there is no resource type 'Car' to extend/, { ...extension, extends: 'Car' }],
    [/'resourceType\.name' must be/, { ...type, resourceType: { name: '4x4', endpoint: '/Cars' } }],
    [/'resourceType\.name' must be/, { ...type, resourceType: { name: 'a.b', endpoint: '/Cars' } }],
    [/the resource type 'user' is taken/, { ...type, resourceType: { name: 'user', endpoint: '/Cars' } }],
    [/the resource type 'DEVICE' is taken/, { ...type, resourceType: { name: 'DEVICE', endpoint: '/Cars' } }],
    [/the resource type 'Role' is taken/, { ...type, resourceType: { name: 'Role', endpoint: '/Cars' } }],
    ...testInternal().types.flatMap(({ name, endpoint }): [RegExp, Given][] => [
      [/the resource type '.*' is taken/, { ...type, resourceType: { name: name.toLowerCase(), endpoint: '/Cars' } }],
      [/the endpoint '.*' is taken/, { ...type, resourceType: { name: 'Car', endpoint } }],
      [/there is no resource type '.*' to extend/, { ...extension, extends: name }],
      [/refers to '.*': choose/, withAttribute({ name: 'a', type: 'reference', referenceTypes: [name] })],
    ]),
    [/'resourceType\.endpoint' must be a slash/, { ...type, resourceType: { name: 'Car', endpoint: 'Cars' } }],
    [/'resourceType\.endpoint' must be a slash/, { ...type, resourceType: { name: 'Car', endpoint: '/a/b' } }],
    ...[
      '/Users',
      '/groups',
      '/Roles',
      '/Entitlements',
      '/Entities',
      '/Me',
      '/Bulk',
      '/Schemas',
      '/ResourceTypes',
      '/devices',
    ].map((endpoint): [RegExp, Given] => [
      /the endpoint '.*' is taken/,
      { ...type, resourceType: { name: 'Car', endpoint } },
    ]),
    // What names a resource.
    [/one attribute must name/, { ...type, attributes: [{ name: 'plate' }] }],
    [/one attribute must name/, { ...type, attributes: [naming, { ...naming, name: 'chassis' }] }],
    [/one attribute must name/, { ...type, attributes: [{ ...naming, caseExact: true }] }],
    [/one attribute must name/, { ...type, attributes: [{ ...naming, required: false }] }],
    [/one attribute must name/, { ...type, attributes: [{ ...naming, multiValued: true }] }],
    [/one attribute must name/, { ...type, attributes: [{ ...naming, type: 'integer' }] }],
    [/one attribute must name/, { ...type, attributes: [{ ...naming, returned: 'request' }] }],
    [/'plate' of an extension can't be unique/, { ...extension, attributes: [naming] }],
    // Names of attributes.
    ...['1a', '$a', '_a', '__proto__', 'a.b', 'a b', 'a:b', '', 'ä', '\u212a', 'x'.repeat(65)].map(
      (name): [RegExp, Given] => [/is no name of an attribute/, withAttribute({ name })],
    ),
    ...['not', 'AND', 'pr', 'true', 'constructor', 'hasOwnProperty'].map((name): [RegExp, Given] => [
      /is a word with another meaning/,
      withAttribute({ name }),
    ]),
    [/is a word with another meaning/, withSub({ name: 'eq' })],
    [/two attributes 'Plate'/, { ...extension, attributes: [{ name: 'plate' }, { name: 'Plate' }] }],
    [
      /two attributes 'car\.B'/,
      withAttribute({ name: 'car', type: 'complex', subAttributes: [{ name: 'b' }, { name: 'B' }] }),
    ],
    ...['id', 'externalId', 'META', 'schemas', 'members', 'groups', 'password'].map((name): [RegExp, Given] => [
      /is reserved: choose another name/,
      { ...type, attributes: [naming, { name }] },
    ]),
    [/is no name of an attribute/, withAttribute({ name: '$ref', type: 'reference', referenceTypes: ['User'] })],
    // Their types.
    [/'a' is complex: give it 'subAttributes'/, withAttribute({ name: 'a', type: 'complex' })],
    [
      /'a' has 'subAttributes': make its 'type' 'complex'/,
      withAttribute({ name: 'a', subAttributes: [{ name: 'b' }] }),
    ],
    [/'car\.a' is complex inside a complex/, withSub({ name: 'a', type: 'complex', subAttributes: [{ name: 'b' }] })],
    [/'car\.a' has several values inside a complex/, withSub({ name: 'a', multiValued: true })],
    [/'car\.a' can't be unique/, withSub({ name: 'a', uniqueness: 'server' })],
    [
      /'a' has 'canonicalValues', which strings alone/,
      withAttribute({ name: 'a', type: 'integer', canonicalValues: ['1'] }),
    ],
    [/'a' is a reference: say in 'referenceTypes'/, withAttribute({ name: 'a', type: 'reference' })],
    [/'a' has 'referenceTypes', which references alone/, withAttribute({ name: 'a', referenceTypes: ['User'] })],
    [
      /'a' refers to 'Plane': choose/,
      withAttribute({ name: 'a', type: 'reference', referenceTypes: ['User', 'Plane'] }),
    ],
    // Who may set and see them.
    [/'a' is 'readOnly', which no client could set/, withAttribute({ name: 'a', mutability: 'readOnly' })],
    [/'a' is 'writeOnly', which no client could read/, withAttribute({ name: 'a', mutability: 'writeOnly' })],
    [/'a' would never be shown/, withAttribute({ name: 'a', returned: 'never' })],
    [/'car\.a' would never be shown/, withSub({ name: 'a', returned: 'never' })],
  ];
  for (const [said, given] of table)
    it(`refuse ${JSON.stringify(given).slice(0, 150)}: ${said.source}`, () => {
      expect(faults(given).join('\n')).to.match(said);
    });

  it('allow a namespace for extensions that some identity providers demand', () => {
    expect(faults({ ...extension, id: 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User' })).to.deep.equal([]);
  });

  it('allow a reference to a type of its own, beside the id of what it refers to', () => {
    const owner = (target: string): Given => ({
      name: 'spare',
      type: 'complex',
      subAttributes: [{ name: 'value' }, { name: '$ref', type: 'reference', referenceTypes: [target] }],
    });
    expect(faults({ ...type, attributes: [naming, owner('Car')] })).to.deep.equal([]);
    expect(faults({ ...type, attributes: [naming, owner('Device')] })).to.deep.equal([]);
  });

  it('refuse a reference to no type beside a value, from which it is made: what is sent would be lost', () => {
    const link = (...subAttributes: Given[]) => faults(withAttribute({ name: 'link', type: 'complex', subAttributes }));
    const reference: Given = { name: '$ref', type: 'reference', referenceTypes: ['external', 'uri'] };
    expect(link({ name: 'value' }, reference)).to.deep.equal([
      "'link.$ref' is made from the 'value' beside it: say in its 'referenceTypes' of which type, or choose another name",
    ]);
    expect(link({ name: 'value' }, { ...reference, referenceTypes: ['User', 'external'] })).to.deep.equal([]);
    expect(link({ name: 'value' }, { ...reference, name: 'url' })).to.deep.equal([]);
    expect(link(reference)).to.deep.equal([]);
  });

  it('hold no more than a tenant may have: at the limit it goes, one over it does not', () => {
    const others = (count: number, attributes: number): readonly OwnSchema[] =>
      Array.from({ length: count }, (_, at) => ({
        ...badge,
        id: `urn:acme:X${String(at)}`,
        attributes: Array.from(
          { length: attributes },
          () => ({ ...badge.attributes[0], name: 'x' }) as OwnSchema['attributes'][0],
        ),
      }));
    expect(faults(extension, others(limits.schemas - 1, 1))).to.deep.equal([]);
    expect(faults(extension, others(limits.schemas, 1)).join()).to.match(/at most 20 schemas/);
    expect(faults(extension, others(1, limits.attributes - 1))).to.deep.equal([]);
    expect(faults(extension, others(1, limits.attributes)).join()).to.match(/at most 200 attributes.*would be 201/);
  });

  it('take no type for one that is being removed', () => {
    const around: Surroundings = { builtIn: everybodys, others: [{ ...device, state: 'withdrawn' }] };
    expect(told(schemaText('warranty'), around).join()).to.match(/no resource type 'Device'/);
  });

  it('leave name and place to a type that is being removed: its removal may be taken back', () => {
    const withdrawn: OwnSchema = { ...device, state: 'withdrawn' };
    const [name, endpoint] = ['device', '/devices'];
    expect(faults({ ...type, resourceType: { name, endpoint } }, [withdrawn])).to.deep.equal([
      `the resource type 'device' is taken: choose another 'resourceType.name'`,
      `the endpoint '/devices' is taken: choose another 'resourceType.endpoint'`,
    ]);
  });
});
