import { leniency } from '../../src/scim/dialects.ts';
import type { DialectName, Quirk } from '../../src/scim/dialects.ts';
import { ScimError } from '../../src/scim/errors.ts';
import { readResource } from '../../src/scim/schema/validate.ts';
import type { Json, JsonObject } from '../../src/scim/types.ts';
import { testType } from './schemas.ts';

export const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const entity = 'urn:ietf:params:scim:schemas:extension:entity:2.0:User';

const user = testType('User');

export interface Read {
  /** What was read, without the name that every resource needs. */
  resource: JsonObject;
  repaired: Partial<Record<Quirk, number>>;
}

/** Reads the body of a POST, complete but for what a test is about. */
export function read(body: JsonObject, dialect: DialectName, type = user): Read {
  const tolerance = leniency(dialect);
  const { nameAttribute, schema } = type;
  const complete = { schemas: [schema.id], [nameAttribute.name]: 'ann', ...body };
  const { [nameAttribute.name]: _name, ...resource } = readResource(type, complete, tolerance);
  return { resource, repaired: Object.fromEntries(tolerance.repaired) };
}

/** The status, scimType and detail of the ScimError that is thrown. */
export function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ScimError) return `${String(error.status)} ${error.scimType ?? ''}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

/** A body with the enterprise extension. */
export const withEnterprise = (values: Json, key = enterprise): JsonObject => ({
  schemas: [core, enterprise],
  [key]: values,
});
