import { expect } from 'chai';
import { leniency } from '../../src/scim/dialects.ts';
import { registry } from '../../src/scim/schema/registry.ts';
import type { Attribute } from '../../src/scim/schema/types.ts';
import { readResource } from '../../src/scim/schema/validate.ts';
import type { JsonObject } from '../../src/scim/types.ts';
import { refusalOf } from '../support/patched.ts';
import { schemaFiles, servedSchemaFiles, testRegistry, testType } from '../support/schemas.ts';

const all = (attributes: readonly Attribute[]): readonly Attribute[] =>
  attributes.flatMap((attribute) => [attribute, ...all(attribute.subAttributes)]);

const { schemas, types } = testRegistry();
const attributes = schemas.flatMap((schema) => all(schema.attributes));
const user = testType('User');
const strict = leniency('strict');

describe('The schemas that are served', () => {
  it('have names that keep to the grammar', () => {
    // `$ref` is the RFC's own exception.
    for (const { name } of attributes) expect(name).to.match(/^(\$ref|[a-z][$\-_0-9a-z]*)$/i);
  });

  it('have the data types of the RFC and no others', () => {
    const known = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'];
    for (const { type } of attributes) expect(known).to.include(type);
  });

  it('have sub-attributes where they are complex, and only there', () => {
    for (const { name, type, subAttributes } of attributes) {
      expect(subAttributes.length > 0, name).to.equal(type === 'complex');
    }
  });

  it('say what they are', () => {
    for (const { name, description } of [...schemas, ...types, ...attributes]) {
      expect(description, name).to.be.a('string').and.not.equal('');
    }
  });

  it('redefine nothing of the core in extensions', () => {
    for (const { schema, extensions } of types) {
      const core = schema.attributes.map(({ name }) => name);
      const added = extensions.flatMap((extension) => extension.schema.attributes.map(({ name }) => name));
      for (const name of added) expect(core).to.not.include(name);
    }
  });
});

describe('The resource types that are served', () => {
  it('are served at the plural of their name', () => {
    for (const { name, endpoint } of types) expect(endpoint).to.equal(`/${name.replace(/y$/, 'ie')}s`);
  });

  it('name schemas that are served', () => {
    const ids = schemas.map(({ id }) => id);
    for (const { schema, extensions } of types) {
      expect(ids).to.include.members([schema.id, ...extensions.map((extension) => extension.schema.id)]);
    }
  });

  it('demand a required extension', () => {
    const [enterprise = ''] = user.extensions.map(({ schema }) => schema.id);
    const files = schemaFiles('resource-types').map((file) => ({
      ...(file as JsonObject),
      schemaExtensions: (file as JsonObject)['name'] === 'User' ? [{ schema: enterprise, required: true }] : [],
    }));
    const demanding = registry(servedSchemaFiles(), files).typeNamed('User');
    const urns = [user.schema.id, enterprise];
    if (!demanding) throw new Error('No User');
    const read = (more: JsonObject) => readResource(demanding, { schemas: urns, userName: 'ann', ...more }, strict);
    expect(read({ [enterprise]: { department: 'Tours' } })).to.have.property(enterprise);
    expect(refusalOf(() => read({}))).to.equal('400 invalidValue');
  });
});
