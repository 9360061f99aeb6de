import { Router } from 'express';
import { methodNotAllowed } from '../scim/errors.ts';

/** Whether requests can be served now, and if not, why: a constant such as `starting`, `database` or `stopping`. */
export type Ready = { readonly status: 'ready' } | { readonly status: 'waiting'; readonly reason: string };

/** Probes, without authentication: `/live` while the process runs, `/ready` while it can serve. */
export function health(ready: () => Ready): Router {
  const router = Router({ caseSensitive: true });
  router
    .route('/live')
    .get((_, response) => {
      response.json({ status: 'live' });
    })
    .all(() => {
      throw readOnly();
    });
  router
    .route('/ready')
    .get((_, response) => {
      const state = ready();
      response.status(state.status === 'ready' ? 200 : 503).json(state);
    })
    .all(() => {
      throw readOnly();
    });
  return router;
}

const readOnly = () => methodNotAllowed('A probe is only read', 'GET, HEAD');
