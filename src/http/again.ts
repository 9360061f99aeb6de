import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from 'node:http';
import type { ScimError } from '../scim/errors.ts';
import { errorBody } from './errors.ts';
import { cutUnreadBody, type Log } from './exchange.ts';
import type { Observe } from './metrics.ts';
import { mediaType } from './stream.ts';
import { basePath, routeOf } from './target.ts';

/** A refusal that holds for whatever its client sends next. */
export interface Refusal {
  readonly error: ScimError;
  readonly connection: string;
  /** What every answer carries, as far as it was made when the client was refused. */
  readonly headers: OutgoingHttpHeaders;
  readonly forMs: number;
}

/** Those who were refused a moment ago. */
export interface Again {
  /** Whoever shows that header is refused like this for a while. */
  note(authorization: string, refusal: Refusal): void;
  /** Refuses them without another look, and passes on all others. */
  refuseFirst(serve: RequestListener): RequestListener;
}

/**
 * Refuses those again whose rate has just refused them, before anything else is done: a client that sends ten times what
 * it may costs a seventh of what it would, and the others hardly wait for it.
 */
export function again({ log, observe }: { readonly log: Log; readonly observe: Observe }): Again {
  const refused = new Map<string, Refusal>();

  return {
    note(authorization, refusal) {
      refused.set(authorization, refusal);
      setTimeout(() => refused.delete(authorization), refusal.forMs).unref();
    },

    refuseFirst: (serve) => (request, response) => {
      const refusal = refused.size > 0 && isScim(request) ? refused.get(bearer(request)) : undefined;
      if (!refusal) {
        serve(request, response);
        return;
      }
      const { error, connection, headers } = refusal;
      const requestId = randomUUID();
      const body = JSON.stringify(errorBody(error, requestId));
      response.on('finish', () => {
        cutUnreadBody(request);
      });
      response.writeHead(error.status, {
        ...headers,
        ...error.headers,
        'x-request-id': requestId,
        'content-type': mediaType,
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
      const { method = '', url = '' } = request;
      const route = routeOf(method, url);
      log.info('request', { requestId, connection, route, status: error.status, durationMs: 0 });
      observe({ method, route: route.slice(method.length + 1), connection, status: error.status, seconds: 0 });
    },
  };
}

/** Whether the rate is asked at all; who spells the address otherwise is refused the longer way. */
const isScim = ({ url = '' }: IncomingMessage): boolean => url.startsWith(`${basePath}/`);

/** As authentication leaves it: with the word that Okta leaves out. */
function bearer({ headers: { authorization = '' } }: IncomingMessage): string {
  return authorization.startsWith('Bearer ') ? authorization : `Bearer ${authorization}`;
}
