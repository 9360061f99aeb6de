import type { ConnectionOption } from './dialects.ts';
import type { Registry } from './schema/registry.ts';
import type { Attribute, ResourceType, Schema } from './schema/types.ts';
import { urns } from './urns.ts';

/**
 * The schemas as a connection is shown them: all of them as they are (RFC 7643 §7), or, with the option `entraSchemas`,
 * what Entra's discovery accepts. What only the option `interop` makes the server say is defined only with it.
 */
export function schemasShown(registry: Registry, options: ReadonlySet<ConnectionOption>): readonly Schema[] {
  const known = options.has('interop') ? registry.schemas : registry.schemas.map(withoutInterop);
  const readOnly = new Set(registry.types.filter(({ access }) => access === 'readOnly').map(({ schema }) => schema.id));
  const schemas = known.map((schema) => (readOnly.has(schema.id) ? forReaders(schema) : schema));
  if (!options.has('entraSchemas')) return schemas;
  const provisioned = new Set(registry.types.filter(isProvisioned).flatMap(schemaIds));
  const user = registry.typeNamed('User')?.schema.id;
  return schemas.filter(({ id }) => provisioned.has(id)).map((schema) => forEntra(schema, user));
}

/** Whether Entra provisions resources of a type: users, groups, and what the tenant made for it. */
const isProvisioned = ({ name, schema }: ResourceType): boolean =>
  name === 'User' || name === 'Group' || schema.madeBy === 'tenant';

/** An attribute of a resource that clients can only read, whoever writes it. */
export const asReadOnly = (attribute: Attribute): Attribute => ({
  ...attribute,
  mutability: 'readOnly',
  subAttributes: attribute.subAttributes.map(asReadOnly),
});

const forReaders = (schema: Schema): Schema => ({ ...schema, attributes: schema.attributes.map(asReadOnly) });

const schemaIds = ({ schema, extensions }: ResourceType): string[] => [
  schema.id,
  ...extensions.map((extension) => extension.schema.id),
];

const withoutInterop = (schema: Schema): Schema =>
  schema.id === urns.serviceProviderConfig ? without(schema, ['interopProfileConformant']) : schema;

const without = (schema: Schema, names: readonly string[]): Schema => ({
  ...schema,
  attributes: schema.attributes.filter(({ name }) => !names.includes(name)),
});

/**
 * Of a user, what Microsoft's own code does not have (SCIMReferenceCode, `Core2UserBase`): its discovery ends at an
 * attribute that it does not know, `password` above all (scimmy-routers#10).
 */
const unknownToEntra = ['password', 'profileUrl', 'photos', 'groups', 'entitlements', 'x509Certificates'];

/** Sub-attributes of several values that it does not know either (sourcegraph#62185, scimmy-routers#10). */
const partsUnknownToEntra = ['display', 'primary'];

const forEntra = (schema: Schema, user: string | undefined): Schema => {
  const known = schema.id === user ? without(schema, unknownToEntra) : schema;
  return { ...known, attributes: known.attributes.map(plainParts) };
};

const plainParts = (attribute: Attribute): Attribute =>
  attribute.multiValued
    ? { ...attribute, subAttributes: attribute.subAttributes.filter(({ name }) => !partsUnknownToEntra.includes(name)) }
    : attribute;
