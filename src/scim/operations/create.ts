import type { Leniency } from '../dialects.ts';
import { projection } from '../projection.ts';
import { readResource } from '../schema/validate.ts';
import type { ScimRequest, ScimResponse } from '../types.ts';
import { outcome, shown } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { part } from './members.ts';

/**
 * Creating with POST (RFC 7644 §3.3).
 *
 * @throws ScimError 400 `invalidSyntax`, `invalidValue`; 409 `uniqueness`; 413
 */
export async function create(endpoint: Endpoint, request: ScimRequest, leniency: Leniency): Promise<ScimResponse> {
  const { type, store } = endpoint;
  const answer = projection(type, request.query);
  const { caller, body, newId } = request;
  const parted = part(type, readResource(type, body, leniency));

  const draft = { ...parted, ...(newId !== undefined && { id: newId }) };
  const written = await store.create(caller, draft, leniency, answer.wanted);

  return { ...shown(endpoint, 201, written.stored, answer), outcome: outcome(endpoint, written) };
}
