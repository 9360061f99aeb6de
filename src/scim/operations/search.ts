import type { Leniency } from '../dialects.ts';
import { notImplemented } from '../errors.ts';
import type { Protocol } from '../ports.ts';
import type { ScimRequest, ScimResponse } from '../types.ts';
import type { Endpoint } from './endpoint.ts';

export function search(
  _endpoint: Endpoint,
  _request: ScimRequest,
  _leniency: Leniency,
  _protocol: Protocol,
): Promise<ScimResponse> {
  throw notImplemented('not there yet');
}

export function searchAll(
  _endpoints: readonly Endpoint[],
  _request: ScimRequest,
  _leniency: Leniency,
  _protocol: Protocol,
): Promise<ScimResponse> {
  throw notImplemented('not there yet');
}
