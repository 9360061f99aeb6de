import type { NextFunction, Request } from 'express';
import { ScimError } from '../scim/errors.ts';
import { rowOfRefusal } from './record.ts';
import { send } from './stream.ts';
import type { Answer, Log } from './exchange.ts';
import type { AttributeNamed, RecordRow } from './record.ts';

/** What refusing needs: where to tell of it. */
export interface ErrorPorts {
  readonly log: Log;
  readonly record: RecordRow;
  readonly clock: () => number;
  readonly attributeNamed: AttributeNamed;
}

/**
 * The last step: every error becomes a SCIM Error (RFC 7644 §3.12) whose detail ends with the request id. What is not a
 * ScimError is a defect: logged without its message, which may quote the request, and answered as one opaque 500.
 */
export function errors({ log, record, clock, attributeNamed }: ErrorPorts) {
  // Express tells an error handler by its four parameters.
  return async (cause: unknown, request: Request, response: Answer, _next: NextFunction): Promise<void> => {
    const { requestId } = response.locals;
    const error = cause instanceof ScimError ? cause : opaque(cause);
    if (!(cause instanceof ScimError)) log.error('request failed', { requestId, error: cause });
    else if (cause.status >= 500 && cause.cause !== undefined)
      log.warn('request refused', { requestId, error: cause.cause });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const row = rowOfRefusal(response.locals, request.method, clock(), error, attributeNamed);
    if (row) record(row);
    for (const header of ['ETag', 'Location']) response.removeHeader(header);
    const { status, headers } = error;
    const body = errorBody(error, requestId);
    await send(response, request.method, { response: { status, headers, body }, text: JSON.stringify(body) });
  };
}

/** The body of an error answer: the error's own, with the request id at the end of its detail. */
export const errorBody = (error: ScimError, requestId: string) => ({
  ...error.toJSON(),
  detail: `${error.message} [request ${requestId}]`,
});

const opaque = (cause: unknown) =>
  new ScimError(500, "Something went wrong here; the server's log says what", undefined, { cause });
