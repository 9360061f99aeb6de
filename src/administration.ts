import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openapiOf } from './admin/api/openapi.ts';
import { api } from './admin/api/serve.ts';
import { routes } from './admin/api/table.ts';
import { keyAccess } from './admin/keyAccess.ts';
import type { Ports as AdminPorts } from './admin/ports.ts';
import type { Books } from './domain/book.ts';
import { keyFormat } from './credentials/keys.ts';
import { seals } from './credentials/seals.ts';
import { tokenFormat } from './credentials/tokens.ts';
import { adminPath, type AdminPorts as FrontPorts } from './http/admin.ts';
import type { Spend } from './http/rate.ts';
import { basePath } from './http/target.ts';
import type { Log } from './log.ts';
import { quirkMeaning } from './scim/dialects.ts';
import type { Registry } from './scim/schema/registry.ts';
import { internalKinds, listsOver, portsOver, schemas } from './protocol.ts';
import { backups } from './storage/backup.ts';
import { books } from './storage/books.ts';
import { isOutage, type Database } from './storage/connect.ts';
import { connections } from './storage/connections.ts';
import { history } from './storage/history.ts';
import { creditLedger } from './storage/creditLedger.ts';
import { holders } from './storage/holders.ts';
import { jobs } from './storage/jobs.ts';
import { keys } from './storage/keys.ts';
import { people } from './storage/people.ts';
import { quirkCounts } from './storage/quirkTally.ts';
import { secret } from './storage/secrets.ts';
import { tenantSchemas } from './storage/tenantSchemas.ts';
import { tenants } from './storage/tenants.ts';
import { walks } from './storage/walks.ts';
import { tokens } from './storage/tokens.ts';

/** What administration is done with, over an open database. */
export function adminPorts(
  db: Database,
  publicUrl: string,
  by: string,
  log: AdminPorts['log'],
  deciding: AdminPorts['deciding'] = portsOver(db, schemas(), undefined, undefined, laidDown(db)),
): AdminPorts {
  return {
    deciding,
    lists: listsOver(db),
    holders: holders(db),
    creditLedger: creditLedger(db),
    history: history(db),
    walks: walks(db),
    jobs: jobs(db),
    tenants: tenants(db),
    connections: connections(db),
    tokens: tokens(db),
    people: people(db),
    log,
    quirks: quirkCounts(db),
    quirkMeaning,
    schemas: tenantSchemas(db),
    backups: backups(db),
    builtIn: () => builtIn(schemas(), internalKinds()),
    tokenFormat,
    keys: keys(db),
    keyFormat,
    seals: seals(secret(db), 'admin'),
    now: () => new Date(),
    pause: (ms) => sleep(ms),
    newId: randomUUID,
    scimBaseUrl: publicUrl + basePath,
    adminApiUrl: publicUrl + adminPath,
    by,
  };
}

/** What organizations have laid down, as a process knows it. */
export const laidDown = (db: Database): Books => books(db, () => performance.now());

/** The names that no tenant can give. */
export const builtIn = (served: Registry, internal: Registry): ReturnType<AdminPorts['builtIn']> => ({
  schemas: [...served.schemas, ...internal.schemas].map(({ id }) => id),
  types: served.types,
  internal: internal.types,
});

/** The admin API over an open database, as the HTTP front serves it. */
export interface AdminApi extends FrontPorts {
  /** Resolves when no note of a key's use is on its way to the database. */
  settled(): Promise<void>;
}

/**
 * Joins what the admin API is served with.
 *
 * @param spend what a key may ask; without it, as much as it likes
 */
export function adminApi(ports: AdminPorts, log: Log, spend: Spend | undefined): AdminApi {
  const { authenticate, settled } = keyAccess({
    keys: ports.keys,
    keyFormat: ports.keyFormat,
    now: ports.now,
    elapsed: () => performance.now(),
    onUnnoted: () => {
      log.debug("a key's use could not be noted");
    },
  });
  const served = api(routes, {
    isOutage,
    onDefect: (requestId, error) => {
      log.error('request failed', { requestId, error });
    },
  });
  const document = () => openapiOf(served.routes, ports.adminApiUrl);
  return { api: served, ports, authenticate, spend, settled, document };
}
