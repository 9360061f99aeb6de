import type { Request } from 'express';
import { methodNotAllowed } from '../scim/errors.ts';
import { bodyLimit, readBody } from './body.ts';
import { patienceFor, within } from './deadline.ts';
import { rowOfAnswer } from './record.ts';
import { begun, discard, send } from './stream.ts';
import { toldOfOperations } from './operations.ts';
import { furtherCost } from './rate.ts';
import { parseTarget } from './target.ts';
import type { Caller, Json, ScimRequest } from '../scim/types.ts';
import type { Patience } from './deadline.ts';
import type { Step } from './exchange.ts';
import type { TellingPorts } from './operations.ts';
import type { Charge } from './rate.ts';
import type { Handled } from './record.ts';
import type { Target } from './target.ts';

/** The protocol: a function from request to answer. */
export type Handle = (request: ScimRequest) => Promise<Handled>;

/** What serving SCIM needs. */
export interface ScimPorts extends TellingPorts {
  readonly handle: Handle;
  readonly charge: Charge;
}

const methods: ReadonlyMap<string, ScimRequest['method']> = new Map([
  ['GET', 'GET'],
  // The answer of HEAD is that of GET without its body (RFC 9110 §9.3.2).
  ['HEAD', 'GET'],
  ['POST', 'POST'],
  ['PUT', 'PUT'],
  ['PATCH', 'PATCH'],
  ['DELETE', 'DELETE'],
]);

/**
 * Serves an authenticated request: reads it, has it handled, sends the answer. A client that hangs up aborts nothing.
 *
 * @throws ScimError 404, 405, 413, 415, 400 for what can't be a SCIM request; 429 for a Bulk that asks too much; 503 past
 *   the deadline; what `handle` throws
 */
export function scim(ports: ScimPorts, patience: Patience): Step {
  const { handle, log, record, repairs, charge, clock } = ports;
  return async (request, response) => {
    const { locals } = response;
    const { access, requestId } = locals;
    // Nothing is served without a credential, whichever way the request came here.
    if (!access) throw new Error('not authenticated');
    locals.target = parseTarget(request.originalUrl);
    const method = methods.get(request.method);
    if (!method) throw methodNotAllowed('SCIM has no such method', [...methods.keys()].join(', '));
    const writes = method === 'POST' || method === 'PUT' || method === 'PATCH';
    const body = writes ? await readBody(request, bodyLimit(locals.target.path[0])) : undefined;
    const cost = furtherCost(locals.target, body);
    if (cost > 0) await charge(access.caller, cost, 1);

    // A body that hides its length is none of the large ones that an identity provider sends.
    const { dueMs, graceMs } = patienceFor(patience, Number(request.headers['content-length'] ?? 0));
    const caller = { ...access.caller, requestId, deadline: clock() + dueMs };
    const scimRequest = asScim(method, locals.target, request, body, caller);
    const onOperation = toldOfOperations(ports, locals, caller);
    // The operations of a Bulk are awaited one by one as they are sent, not all of them by the deadline.
    const pace = locals.target.path[0] === 'Bulk' ? 'at once' : 'in pieces';
    const handling = handle({ ...scimRequest, onOperation }).then(async (handled) => {
      if (handled.repaired) repairs(caller, handled.repaired);
      return { handled, begun: await begun(handled, pace) };
    });
    const answer = await within(dueMs + graceMs, handling, (late) => {
      log.warn('answer discarded: it came after the deadline', { requestId, connection: caller.connection });
      void discard(late.begun);
    });

    if (answer.handled.repaired) locals.repaired = answer.handled.repaired;
    if (answer.handled.refusal) throw answer.handled.refusal;
    const row = rowOfAnswer(locals, request.method, clock(), answer.handled);
    if (row) record(row);
    await send(response, request.method, answer.begun);
  };
}

function asScim(
  method: ScimRequest['method'],
  target: Target,
  request: Request,
  body: Json | undefined,
  caller: Caller,
): ScimRequest {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  const idempotencyKey = request.get('Idempotency-Key');
  return {
    method,
    ...target,
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(body !== undefined && { body }),
    caller,
  };
}
