import { expect } from 'chai';
import type { ConnectionOption } from '../../src/scim/dialects.ts';
import { schemasShown } from '../../src/scim/schemaViews.ts';
import type { Attribute, Schema } from '../../src/scim/schema/types.ts';
import { urns } from '../../src/scim/urns.ts';
import { testRegistry, testType } from '../support/schemas.ts';

const shown = (...options: ConnectionOption[]): readonly Schema[] => schemasShown(testRegistry(), new Set(options));

const names = (attributes: readonly Attribute[] = []): string[] =>
  attributes.flatMap((attribute) => [
    attribute.name,
    ...names(attribute.subAttributes).map((sub) => `${attribute.name}.${sub}`),
  ]);

const everything = (schemas: readonly Schema[]): string[] =>
  schemas.flatMap(({ id, attributes }) => names(attributes).map((name) => `${id}:${name}`));

describe('The schemas as a connection is shown them', () => {
  const interop = `${urns.serviceProviderConfig}:interopProfileConformant`;

  it('are all of them, but for what only the option interop makes the server say', () => {
    const all = everything(testRegistry().schemas);
    expect(everything(shown('interop'))).to.deep.equal(all);
    expect(all).to.include(interop);
    expect(everything(shown())).to.deep.equal(all.filter((name) => name !== interop));
  });

  it('are for Entra those of users and groups, without what its discovery does not know', () => {
    const all = everything(testRegistry().schemas);
    const left = new Set(everything(shown('entraSchemas')));
    const gone = all.filter((name) => !left.has(name)).map((name) => name.slice(name.lastIndexOf(':') + 1));
    expect(gone).to.include.members([
      ...['password', 'groups', 'photos', 'profileUrl', 'entitlements', 'x509Certificates'],
      ...['emails.display', 'emails.primary', 'phoneNumbers.display', 'addresses.primary', 'roles.primary'],
      ...['members.display', 'interopProfileConformant', 'patch'],
    ]);
    for (const stays of [
      'userName',
      'displayName',
      'active',
      'emails.value',
      'emails.type',
      'manager.value',
      'members.$ref',
    ])
      expect(
        [...left].some((name) => name.endsWith(`:${stays}`)),
        stays,
      ).to.equal(true);
    expect(shown('entraSchemas').map(({ id }) => id)).to.have.members(
      [testType('User'), testType('Group')].flatMap(({ schema, extensions }) => [
        schema.id,
        ...extensions.map((each) => each.schema.id),
      ]),
    );
  });

  it('leave the registry as it is', () => {
    const before = everything(testRegistry().schemas);
    shown('entraSchemas', 'interop');
    expect(everything(testRegistry().schemas)).to.deep.equal(before);
  });
});
