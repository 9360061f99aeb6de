import { notFound } from '../errors.ts';
import { quoted } from '../filter/guard.ts';
import { projection } from '../projection.ts';
import type { ScimRequest, ScimResponse } from '../types.ts';
import { noneMatch } from '../version.ts';
import { shown } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Retrieving a known resource (RFC 7644 §3.4.1), unless If-None-Match has its version already (§3.14).
 *
 * @throws ScimError 404
 */
export async function read(endpoint: Endpoint, id: string, request: ScimRequest): Promise<ScimResponse> {
  const { type, store } = endpoint;
  const answer = projection(type, request.query);

  const stored = await store.read(request.caller, id, answer.wanted);
  if (!stored) throw notFound(`${type.name} ${quoted(id)} does not exist`);

  const response = shown(endpoint, 200, stored, answer);
  return noneMatch(request.ifNoneMatch)(stored.version) ? response : { status: 304, headers: response.headers };
}
