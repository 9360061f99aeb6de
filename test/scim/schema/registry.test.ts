import { expect } from 'chai';
import { endpointsBeside, registry } from '../../../src/scim/schema/registry.ts';
import type { Attribute } from '../../../src/scim/schema/types.ts';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { schemaFiles, servedSchemaFiles, testRegistry, testType } from '../../support/schemas.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:';

const userAttributes = [
  ...['userName', 'name', 'displayName', 'nickName', 'profileUrl', 'title', 'userType', 'preferredLanguage', 'locale'],
  ...['timezone', 'active', 'password', 'emails', 'phoneNumbers', 'ims', 'photos', 'addresses', 'groups'],
  ...['entitlements', 'roles', 'x509Certificates'],
];

const everyAttribute = (attributes: readonly Attribute[]): Attribute[] =>
  attributes.flatMap((attribute) => [attribute, ...everyAttribute(attribute.subAttributes)]);

describe('the schemas that are shipped', () => {
  it('know every attribute of RFC 7643 §4.1', () => {
    expect(testType('User').schema.attributes.map(({ name }) => name)).to.deep.equal(userAttributes);
    expect(testType('Group').schema.attributes.map(({ name }) => name)).to.deep.equal(['displayName', 'members']);
    const enterprise = testType('User').extensions[0]?.schema.attributes.map(({ name }) => name);
    expect(enterprise).to.deep.equal([
      ...['employeeNumber', 'costCenter', 'organization', 'division', 'department', 'manager'],
    ]);
  });

  it('are served, but for the common attributes', () => {
    expect(testRegistry().schemas.map(({ id }) => id)).to.have.members([
      ...['User', 'Group', 'ServiceProviderConfig', 'ResourceType', 'Schema'].map((name) => core + name),
      ...['enterprise', 'license', 'language', 'entity', 'account', 'telephony', 'integration', 'extra'].map(
        (name) => `urn:ietf:params:scim:schemas:extension:${name}:2.0:User`,
      ),
      'urn:ietf:params:scim:schemas:extension:team:2.0:Group',
      // Okta looks for roles and entitlements by its own schemas of them, and by no others.
      ...['Role', 'Entitlement'].map((name) => `urn:okta:scim:schemas:core:1.0:${name}`),
      'urn:rollcall:params:scim:schemas:core:2.0:Entity',
    ]);
  });

  it('have canonical values on every `type`, which Entra flattens by', () => {
    const types = testRegistry()
      .types.flatMap(({ schema }) => everyAttribute(schema.attributes))
      .filter(({ name }) => name === 'type');
    expect(types).to.have.length(12);
    for (const type of types) expect(type.canonicalValues).to.be.an('array').that.is.not.empty;
  });

  it('have complex sub-attributes nowhere but in the schema of schemas, whose attributes are described twice', () => {
    const nested = testRegistry().schemas.flatMap(({ name, attributes }) =>
      attributes.flatMap(({ subAttributes }) => subAttributes.filter(({ type }) => type === 'complex')).map(() => name),
    );
    expect(nested).to.deep.equal(['Schema']);
  });

  it('never return a password, and take groups from nobody', () => {
    const find = (name: string) => testType('User').schema.attributes.find((attribute) => attribute.name === name);
    expect(find('password')).to.include({ mutability: 'writeOnly', returned: 'never' });
    expect(find('groups')).to.include({ mutability: 'readOnly', returned: 'default' });
  });

  it('name a resource by one attribute', () => {
    for (const { name, nameAttribute } of testRegistry().types)
      expect(nameAttribute.name).to.equal(name === 'User' ? 'userName' : 'displayName');
  });

  it('are found by endpoint and by name, never through a prototype', () => {
    expect(testRegistry().typeAt('Users')).to.equal(testType('User'));
    expect(testRegistry().typeAt('constructor')).to.equal(undefined);
    expect(testRegistry().typeNamed('__proto__')).to.equal(undefined);
    expect([...endpointsBeside(testType('User'))]).to.have.deep.members([
      ['User', '/Users'],
      ['Group', '/Groups'],
      ['Role', '/Roles'],
      ['Entitlement', '/Entitlements'],
      ['Entity', '/Entities'],
    ]);
  });
});

describe('a defect in a schema file', () => {
  const files = () => servedSchemaFiles().map((file) => structuredClone(file));
  const types = () => schemaFiles('resource-types').map((file) => structuredClone(file));
  const isUser = (file: Json): file is JsonObject =>
    typeof file === 'object' && file !== null && !Array.isArray(file) && file['id'] === `${core}User`;

  /** The message of the error when the User schema's attributes are changed. */
  const refused = (change: (attributes: JsonObject[]) => void): string => {
    const all = files();
    const user = all.find(isUser);
    change(user?.['attributes'] as JsonObject[]);
    return messageOf(() => registry(all, types()));
  };

  const messageOf = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'no error';
  };

  const table: [defect: string, change: (attributes: JsonObject[]) => void, message: RegExp][] = [
    [
      'an unknown key',
      ([first]) => Object.assign(first ?? {}, { pattern: 'x' }),
      /User' is not well formed.*additional/,
    ],
    ['a missing characteristic', ([first]) => delete first?.['caseExact'], /must have required property 'caseExact'/],
    ['an unknown type', ([first]) => Object.assign(first ?? {}, { type: 'text' }), /type must be equal to one of/],
    ['a complex attribute without parts', ([, name]) => delete name?.['subAttributes'], /subAttributes/],
    [
      'a simple attribute with parts',
      ([first, name]) => Object.assign(first ?? {}, { subAttributes: name?.['subAttributes'] }),
      /subAttributes/,
    ],
    ['a name that is none', ([first]) => Object.assign(first ?? {}, { name: 'a.b' }), /name must match pattern/],
    [
      'a prototype for a name',
      ([first]) => Object.assign(first ?? {}, { name: '__proto__' }),
      /name must match pattern/,
    ],
    ['one name twice', (all) => all.push({ ...all[0], name: 'USERNAME' }), /'username' is defined twice/],
    [
      'a name of a common attribute',
      (all) => all.push({ ...all[0], uniqueness: 'none', name: 'ID' }),
      /'id' is defined twice/,
    ],
    [
      'nothing unique',
      ([first]) => Object.assign(first ?? {}, { uniqueness: 'none' }),
      /Type 'User' needs exactly one required/,
    ],
    [
      'parts of parts',
      ([first, name]) =>
        (name?.['subAttributes'] as Json[]).push({
          ...name,
          name: 'deep',
          subAttributes: [{ ...first }],
        }),
      /'name.deep' is a complex sub-attribute/,
    ],
  ];
  for (const [defect, change, message] of table) {
    it(`is said at the start: ${defect}`, () => {
      expect(refused(change)).to.match(message);
    });
  }

  it('is said where a type names a schema that is not there, and where the common attributes are missing', () => {
    expect(
      messageOf(() =>
        registry(
          files().filter((file) => !isUser(file)),
          types(),
        ),
      ),
    ).to.match(/Type 'User' names schema '.*User', which is not there/);
    expect(messageOf(() => registry([], []))).to.match(/Common' is missing/);
    expect(messageOf(() => registry([...files(), ...files()], types()))).to.match(/defined twice/);
    expect(messageOf(() => registry([null], []))).to.match(/^Schema is not well formed: schema must be object/);
    expect(messageOf(() => registry(files(), [{ id: 'X' }]))).to.match(/^Type 'X' is not well formed/);
    expect(messageOf(() => registry(files(), [...types(), ...types()]))).to.match(/Type '.*' is defined twice/);
  });
});
