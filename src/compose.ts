import { randomUUID } from 'node:crypto';
import { adminApi, adminPorts, laidDown } from './administration.ts';
import { access } from './admin/access.ts';
import { firstRun } from './admin/firstRun.ts';
import { furnishAll } from './admin/furnishing.ts';
import type { Fellows, Serving } from './channel.ts';
import { rateOf } from './domain/rate.ts';
import { tenantId } from './domain/tenants.ts';
import type { Config } from './config.ts';
import { noteFirstRun } from './firstRunFile.ts';
import { tokenFormat } from './credentials/tokens.ts';
import { app, type AppPorts } from './http/app.ts';
import type { Ready } from './http/health.ts';
import { listen } from './http/server.ts';
import { basePath } from './http/target.ts';
import type { Log } from './log.ts';
import { monitoring } from './monitoring.ts';
import { openOwn, type Store } from './opening.ts';
import { registries } from './provisioning/registries.ts';
import { openapi } from './scim/openapi/document.ts';
import { resolvePath } from './scim/schema/path.ts';
import type { Registry } from './scim/schema/registry.ts';
import { errandsOver, outage, portsOver, protocolFrom, schemas } from './protocol.ts';
import { noteAddress } from './storage/address.ts';
import { allowances } from './storage/allowances.ts';
import { isOutage, type Database } from './storage/connect.ts';
import { housekeeping } from './storage/housekeeping.ts';
import { provisioningLog } from './storage/provisioningLog.ts';
import { quirkTally } from './storage/quirkTally.ts';
import { rates } from './storage/rates.ts';
import { requireRestored } from './storage/restore.ts';
import { tenantSchemas } from './storage/tenantSchemas.ts';

/** A server that answers. */
export interface Rollcall extends Serving {
  readonly url: string;
  /** Stops accepting, finishes what runs, ends the embedded database. */
  close(): Promise<void>;
}

/** Joins all parts and listens; on a port that it shares with its fellows, where it has some. */
export async function start(settings: Config, log: Log, fellows?: Fellows): Promise<Rollcall> {
  const store = await openOwn(settings, (line) => {
    log.info(line);
  });
  try {
    await requireRestored(store.db);
    return await serve(settings, log, store, fellows);
  } catch (error) {
    // Harmless where it is closed already.
    await store.close();
    throw error;
  }
}

async function serve(settings: Config, log: Log, store: Store, fellows?: Fellows): Promise<Rollcall> {
  const { db } = store;
  const rows = provisioningLog(db, (lost) => {
    log.error(`${lost} rows of the provisioning log were lost`);
  });
  const tally = quirkTally(db, () => {
    log.debug('the tally of quirks could not be written; it is tried again');
  });
  const keeping = housekeeping(
    db,
    (error) => {
      if (!isOutage(error)) log.error('housekeeping failed; it is tried again', { error });
    },
    errandsOver(db, () => ports),
  );
  const types = schemas();
  const own = registries(types, tenantSchemas(db), () => performance.now());
  let draining = false;
  const readiness = () => (draining ? shuttingDown : store.reachable() ? ready : databaseAway);
  const watched = await monitoring(settings.metrics, db, readiness, log, fellows);
  // One for all who ask, so that what they commit at the same moment is committed together.
  const ports = portsOver(
    db,
    types,
    { onCommit: keeping.noted, onLeft: keeping.urged, onBatch: watched.batch },
    own,
    laidDown(db),
  );
  const admin = adminPorts(db, settings.publicUrl, 'server', rows, ports);
  const protocol = protocolFrom(db, ports, settings.publicUrl, own);
  const credentials = access({
    tokens: admin.tokens,
    tokenFormat,
    now: admin.now,
    elapsed: () => performance.now(),
    onUnnoted: () => {
      log.debug("a token's use could not be noted");
    },
  });
  const { spend } = spending(db, settings.rateLimit);
  const api = adminApi(admin, log, spend);
  const server = await listen(
    app({
      handle: (request) => duringOutages(protocol(request)),
      authenticate: (token) => duringOutages(credentials.authenticate(token)),
      ready: readiness,
      log,
      record: ({ tenant, ...row }) => {
        rows.record(tenantId(tenant), row);
      },
      repairs: ({ tenant, connection }, repaired) => {
        tally.count(tenantId(tenant), connection, repaired, admin.now());
        watched.repaired(connection, repaired);
      },
      ...(spend && { spend }),
      admin: api,
      observe: watched.answered,
      attributeNamed: attributeNamed(types),
      clock: Date.now,
      publicUrl: settings.publicUrl,
      trustProxy: settings.trustProxy,
      corsOrigins: settings.corsOrigins,
      document: () => openapi(types, settings.publicUrl + basePath),
    }),
    { host: settings.host, port: settings.port, tls: settings.tls },
  ).catch(async (error: unknown) => {
    await watched.close();
    throw error;
  });
  const close = async () => {
    draining = true;
    await server.close();
    await Promise.all([keeping.stop(), credentials.settled(), api.settled()]);
    await Promise.all([rows.stop(), tally.stop(), watched.close()]);
    await store.close();
  };
  try {
    await noteAddress(db, settings.publicUrl);
    // Only now: where nobody can listen, nothing is made that is shown just once.
    const made = await firstRun(admin);
    if (made) await furnishAll(admin);
    await noteFirstRun(settings.dataDir, admin, made);
    return { url: server.url, scimBaseUrl: admin.scimBaseUrl, firstRun: made, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What connections may ask, where that is limited. */
function spending(db: Database, perSecond: number | undefined): Pick<AppPorts, 'spend'> {
  if (perSecond === undefined) return {};
  const rate = rateOf(perSecond);
  const spend = allowances(rates(db, rate), rate, randomUUID(), () => performance.now());
  return { spend: ({ tenant, connection }, cost, paid) => spend(tenantId(tenant), connection, cost, paid) };
}

/** The attribute that a word of an error's detail names, if any schema has it. */
const attributeNamed =
  ({ types }: Registry) =>
  (word: string): string | undefined =>
    types.map((type) => resolvePath(type, word)?.keys.join('.')).find((name) => name !== undefined);

const ready: Ready = { status: 'ready' };
const shuttingDown: Ready = { status: 'waiting', reason: 'shutting down' };
const databaseAway: Ready = { status: 'waiting', reason: 'the database cannot be reached' };

/** Whatever was asked, an outage is told as one. */
async function duringOutages<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw outage(error) ?? error;
  }
}
