import type { Leniency } from '../dialects.ts';
import { notImplemented } from '../errors.ts';
import type { Protocol, Stores } from '../ports.ts';
import type { Registry } from '../schema/registry.ts';
import type { ScimRequest, ScimResponse } from '../types.ts';

/** Answers one operation as a request of its own is answered; refusals are thrown. */
export type Perform = (operation: ScimRequest, stores: Stores, leniency: Leniency) => Promise<ScimResponse>;

export function bulk(
  _request: ScimRequest,
  _registry: Registry,
  _perform: Perform,
  _leniency: Leniency,
  _protocol: Protocol,
): Promise<ScimResponse> {
  throw notImplemented('Bulk is not there yet');
}
