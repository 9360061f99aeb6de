import type { RequestListener } from 'node:http';
import express from 'express';
import helmet from 'helmet';
import { notFound } from '../scim/errors.ts';
import { admin, adminPath, type AdminPorts } from './admin.ts';
import { again } from './again.ts';
import { authenticate } from './authenticate.ts';
import { patience } from './deadline.ts';
import { docs } from './docs.ts';
import { errors } from './errors.ts';
import { begin } from './exchange.ts';
import { health } from './health.ts';
import { observed } from './metrics.ts';
import { origins } from './origins.ts';
import { charging, limitRate } from './rate.ts';
import { scim } from './scim.ts';
import { basePath } from './target.ts';
import type { JsonObject } from '../scim/types.ts';
import type { Authenticate } from './authenticate.ts';
import type { Patience } from './deadline.ts';
import type { Log } from './exchange.ts';
import type { Ready } from './health.ts';
import type { Observe } from './metrics.ts';
import type { Spend } from './rate.ts';
import type { AttributeNamed, CountRepairs, RecordRow } from './record.ts';
import type { Handle } from './scim.ts';

/** What the HTTP front needs from the rest. */
export interface AppPorts {
  readonly handle: Handle;
  readonly authenticate: Authenticate;
  readonly ready: () => Ready;
  readonly log: Log;
  readonly record: RecordRow;
  /** Told of what the dialect repaired. */
  readonly repairs?: CountRepairs;
  /** What connections may ask; without it, as much as they like. */
  readonly spend?: Spend;
  /** Told of each request when it is over. */
  readonly observe?: Observe;
  /** What the provisioning log may show of an error's detail; without it, nothing. */
  readonly attributeNamed?: AttributeNamed;
  /** The time, in milliseconds since 1970. */
  readonly clock: () => number;
  /** Where clients find us, without `/scim/v2`; shown to those who look elsewhere. */
  readonly publicUrl: string;
  /** Proxies whose `X-Forwarded-*` headers are believed: addresses and subnets. */
  readonly trustProxy?: readonly string[];
  /** Origins whose pages may call SCIM from a browser. */
  readonly corsOrigins?: readonly string[];
  readonly patience?: Patience;
  /** Makes the OpenAPI document that is shown at `/docs`. */
  readonly document?: () => JsonObject;
  /** The admin API; without it there is none. */
  readonly admin?: AdminPorts;
}

/** The HTTP front: request id, log, authentication before any body is read, limits, SCIM; every error a SCIM Error. */
export function app(ports: AppPorts): RequestListener {
  const {
    log,
    clock,
    publicUrl,
    attributeNamed = () => undefined,
    repairs = () => undefined,
    spend = () => Promise.resolve({ status: 'admitted' }),
    observe = () => undefined,
    patience: patient = patience,
  } = ports;
  // A write that is done stays done, whatever becomes of its row.
  const record: RecordRow = (row) => {
    try {
      ports.record(row);
    } catch (error) {
      log.error('provisioning log row lost', { requestId: row.requestId, error });
    }
  };

  const charge = charging(spend);
  const { note, refuseFirst } = again({ log, observe });
  const server = express();
  server.disable('x-powered-by');
  server.disable('etag');
  server.enable('case sensitive routing');
  server.set('query parser', 'simple');
  server.set('trust proxy', [...(ports.trustProxy ?? [])]);

  server.use(begin(log, clock));
  server.use(observed(observe, clock));
  server.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': ["'none'"] } } }));
  server.use((_, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  server.use('/health', health(ports.ready));
  if (ports.document) server.use('/docs', docs('Rollcall: the SCIM API', ports.document));
  if (ports.admin) server.use(adminPath, admin(ports.admin, { log, clock, patience: patient }));
  // Everything below the prefix, however it is spelt, passes here first (CVE-2026-32130).
  server.use(
    '/scim',
    origins(new Set(ports.corsOrigins)),
    authenticate(ports.authenticate, patient),
    limitRate(spend, note),
    scim({ handle: ports.handle, log, record, attributeNamed, repairs, charge, clock }, patient),
  );
  server.use(() => {
    throw notFound(`Nothing is served at this address; SCIM is at ${publicUrl}${basePath}`);
  });
  server.use(errors({ log, record, clock, attributeNamed }));
  return refuseFirst(server);
}
