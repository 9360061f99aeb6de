import { openapi } from '../../src/scim/openapi/document.ts';
import type { JsonObject } from '../../src/scim/types.ts';
import { testRegistry } from './schemas.ts';

/** The methods that are tried at each place. */
export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** A method of SCIM. */
export type Method = (typeof methods)[number];

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The value at the end of some keys. */
const within = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, key) => (isObject(found) ? found[key] : undefined), value);

const document = openapi(testRegistry(), 'https://scim.example/scim/v2');

/** A type that a tenant made itself. */
const device: JsonObject = { schemas: ['urn:example:scim:2.0:Device'], assetTag: 'A1', model: 'X', price: 9.5 };

const own: Readonly<Record<string, JsonObject>> = {
  '/Devices POST': device,
  '/Devices/{id} PUT': device,
  '/Devices/{id} PATCH': {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'holder.value', value: 'x' }],
  },
};

/** A body that is welcome at a place; at a place that takes none, one of another. */
export function exampleOf(path: string, method: Method): JsonObject {
  const content = within(document, 'paths', path, method.toLowerCase(), 'requestBody', 'content');
  const example = within(content, 'application/scim+json', 'example');
  return isObject(example) ? (example as JsonObject) : (own[`${path} ${method}`] ?? device);
}

/** Every place of the router: those that are documented, and those of a tenant's own type. */
export const places = [
  ...Object.keys(document['paths'] as JsonObject),
  '/Devices',
  '/Devices/.search',
  '/Devices/{id}',
];
