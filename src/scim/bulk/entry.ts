import { membersOf } from '../patch/delta.ts';
import type { Settled } from '../ports.ts';
import { location } from '../present.ts';
import type { Entry, Handled } from '../types.ts';
import { etag } from '../version.ts';
import type { Malformed, Operation } from './parse.ts';

/** What became of an operation. */
export type Settlement =
  | { readonly kind: 'handled'; readonly handled: Handled }
  /** It was done when the Bulk was sent before. */
  | { readonly kind: 'repeated'; readonly settled: Settled };

/** Where an operation has come to: `id` is that of its resource, as far as it is known. */
export interface Result {
  readonly operation: Operation | Malformed;
  readonly id: string | undefined;
  readonly settlement: Settlement;
}

/**
 * What the answer to a Bulk says of an operation (RFC 7644 §3.7.3): of a failure always why, of a success the resource
 * where the operation's path says which attributes it wants to see.
 */
export function entryOf({ operation, id, settlement }: Result, baseUrl: string): Entry {
  const { method, bulkId } = operation;
  const { status, version, response } =
    settlement.kind === 'handled'
      ? handledPart(operation, settlement.handled)
      : repeatedPart(operation, settlement.settled);
  const type = 'refusal' in operation ? operation.place?.type : operation.type;
  return {
    ...(type && id !== undefined && { location: location(type, id, baseUrl) }),
    ...(method && { method }),
    ...(bulkId !== undefined && { bulkId }),
    ...(version !== undefined && { version }),
    status: String(status),
    ...(response !== undefined && { response }),
  };
}

/** Whether it counts for `failOnErrors`. */
export const isError = ({ settlement }: Result): boolean =>
  settlement.kind === 'handled' ? settlement.handled.refusal !== undefined : 'refusal' in settlement.settled;

interface Part {
  readonly status: number;
  readonly version?: string | undefined;
  readonly response?: Entry[string] | undefined;
}

function handledPart(operation: Operation | Malformed, { status, headers, body, refusal }: Handled): Part {
  if (refusal) return { status, response: refusal.toJSON() };
  return { status, version: headers['ETag'], ...(asksToSee(operation) && { response: body }) };
}

function repeatedPart(operation: Operation | Malformed, settled: Settled): Part {
  if ('refusal' in settled) return { status: settled.refusal.status, response: settled.refusal.body };
  const { version } = settled;
  const isGone = operation.method === 'DELETE' || version === undefined;
  return { status: statusOf(operation), ...(!isGone && { version: etag(version) }) };
}

/** The status that an operation was answered with when it was done. */
function statusOf(operation: Operation | Malformed): number {
  const { method } = operation;
  if (method === 'POST') return 201;
  const isSilent = method === 'PATCH' && 'type' in operation && membersOf(operation.type) && !asksToSee(operation);
  return method === 'DELETE' || isSilent ? 204 : 200;
}

const asksToSee = (operation: Operation | Malformed): boolean =>
  'query' in operation && Boolean(operation.query['attributes'] || operation.query['excludedAttributes']);
