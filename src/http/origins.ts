import type { Step } from './exchange.ts';

/**
 * Lets pages of the named origins call SCIM with a token of their own: Microsoft's SCIM validator runs in the browser
 * (azure-docs#116235). No cookie is ever looked at, so no other right goes with it.
 */
export function origins(allowed: ReadonlySet<string>): Step {
  return (request, response, next) => {
    const { origin, 'access-control-request-method': wanted } = request.headers;
    response.vary('Origin');
    if (origin === undefined || !allowed.has(origin)) {
      next();
      return;
    }
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', 'ETag, Location, Retry-After, WWW-Authenticate, X-Request-Id');
    if (request.method !== 'OPTIONS' || wanted === undefined) {
      next();
      return;
    }
    response.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, PATCH, DELETE');
    response.setHeader(
      'Access-Control-Allow-Headers',
      'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match',
    );
    response.setHeader('Access-Control-Max-Age', '600');
    response.status(204).end();
  };
}
