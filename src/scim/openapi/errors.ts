import { errorKinds } from '../errorKinds.ts';
import type { JsonObject } from '../types.ts';
import { urns } from '../urns.ts';
import { reference } from './schemas.ts';

/** A refusal that many operations share. */
interface Refusal {
  readonly name: string;
  readonly description: string;
  /** A header that it always has. */
  readonly header?: 'Retry-After' | 'WWW-Authenticate' | 'Allow';
}

const refusals = {
  400: { name: 'BadRequest', description: 'The request breaks a rule that `scimType` names' },
  401: { name: 'Unauthorized', description: 'No token, or one that is not valid', header: 'WWW-Authenticate' },
  403: { name: 'Forbidden', description: 'The token, or the rules of the tenant, do not allow it' },
  404: { name: 'NotFound', description: 'There is nothing of that name' },
  405: { name: 'MethodNotAllowed', description: 'The method is not supported here', header: 'Allow' },
  408: { name: 'RequestTimeout', description: 'The body came too slowly' },
  409: { name: 'Conflict', description: 'A name is taken, or another request is in the way' },
  412: { name: 'PreconditionFailed', description: 'The resource is no longer what If-Match says' },
  413: { name: 'PayloadTooLarge', description: 'More than a request may have' },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is not application/scim+json or application/json in UTF-8',
  },
  429: { name: 'TooManyRequests', description: 'More requests than the connection may send', header: 'Retry-After' },
  500: { name: 'InternalServerError', description: "A defect; the server's log says which, by the request's id" },
  501: { name: 'NotImplemented', description: 'Not served for this token' },
  503: { name: 'ServiceUnavailable', description: 'Paused, or the database is away', header: 'Retry-After' },
} as const satisfies Readonly<Record<number, Refusal>>;

/** The statuses with which a request can be refused. */
export type RefusalStatus = keyof typeof refusals;

/** Each refusal as a response, with the `scimType`s that it can have. */
export const errorResponses = (): JsonObject =>
  Object.fromEntries(
    Object.entries<Refusal>(refusals).map(([status, refusal]) => [refusal.name, response(Number(status), refusal)]),
  );

/** The responses of an operation that can be refused with these statuses, and with those that any can. */
export const refusedWith = (...statuses: readonly RefusalStatus[]): JsonObject =>
  Object.fromEntries(
    [...statuses, ...always].map((status) => [String(status), reference('responses', refusals[status].name)]),
  );

const always = [401, 403, 429, 500, 503] as const;

function response(status: number, { description, header }: Refusal): JsonObject {
  const scimTypes = errorKinds().flatMap((kind) => (kind.status === status ? (kind.scimType ?? []) : []));
  const scimType = scimTypes.find((each) => each === 'invalidValue') ?? scimTypes[0];
  const schema = reference('schemas', 'Error');
  return {
    description,
    headers: {
      'X-Request-Id': reference('headers', 'RequestId'),
      ...(header && {
        [header]: { required: true, schema: { type: header === 'Retry-After' ? 'integer' : 'string' } },
      }),
    },
    content: {
      'application/scim+json': {
        schema: scimType ? { allOf: [schema, { properties: { scimType: { enum: scimTypes } } }] } : schema,
        example: {
          schemas: [urns.error],
          status: String(status),
          ...(scimType && { scimType }),
          detail: `${description} [request 8a7c1c5e-2f6b-4f0e-9f6b-3b1d2c9d7a10]`,
        },
      },
    },
  };
}
