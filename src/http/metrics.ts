import express from 'express';
import { methodNotAllowed, notFound } from '../scim/errors.ts';
import { errors } from './errors.ts';
import { begin } from './exchange.ts';
import type { Log, Step } from './exchange.ts';
import { health } from './health.ts';
import type { Ready } from './health.ts';
import { routeOf } from './target.ts';

/** A request that is over, without anything that its client made up. */
export interface Answered {
  readonly method: string;
  /** The pattern of its address. */
  readonly route: string;
  /** Absent where the client was gone before there was one. */
  readonly status?: number;
  /** The id of the connection; absent without a good token. */
  readonly connection?: string;
  readonly seconds: number;
}

/** Takes a request that is over. */
export type Observe = (answered: Answered) => void;

/** Tells of each request when it is over. */
export const observed =
  (observe: Observe, clock: () => number): Step =>
  (request, response, next) => {
    const { locals } = response;
    response.on('close', () => {
      const address = locals.route ?? routeOf(request.method, request.originalUrl);
      const [method = '', route = ''] = address.split(' ');
      const connection = locals.access?.caller.connection ?? locals.actor;
      observe({
        method,
        route,
        ...(response.headersSent && { status: response.statusCode }),
        ...(connection !== undefined && { connection }),
        // The clock may have been set back meanwhile.
        seconds: Math.max(0, clock() - locals.began) / 1_000,
      });
    });
    next();
  };

/** What the management port needs from the rest. */
export interface ManagementPorts {
  /** All metrics, in the text format of Prometheus. */
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  readonly ready: () => Ready;
  readonly log: Log;
  readonly clock: () => number;
}

/** What is served on the management port, without authentication: `/metrics` and the probes. */
export function management({ metrics, ready, log, clock }: ManagementPorts): express.Express {
  const server = express();
  server.disable('x-powered-by');
  server.disable('etag');
  server.use(begin({ ...log, info: () => undefined }, clock));
  server.use((_, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  server.use('/health', health(ready));
  server
    .route('/metrics')
    .get(async (_, response) => {
      const text = await metrics.text();
      response.setHeader('Content-Type', metrics.contentType);
      response.end(text);
    })
    .all(() => {
      throw methodNotAllowed('Metrics are only read', 'GET, HEAD');
    });
  server.use(() => {
    throw notFound('Only /metrics and /health are served here');
  });
  server.use(errors({ log, record: () => undefined, clock, attributeNamed: () => undefined }));
  return server;
}
