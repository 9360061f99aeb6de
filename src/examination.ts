import { X509Certificate, randomUUID } from 'node:crypto';
import { stat, statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Facts, Tested } from './admin/doctor/doctor.ts';
import type { MachineFacts } from './admin/doctor/installation.ts';
import { ConfigError, isLoopback, type Config } from './config.ts';
import { basePath } from './http/target.ts';
import { indexed, type located } from './opening.ts';
import { connectToLook, databaseFacts, tenantFacts } from './storage/diagnosis.ts';
import { tenants } from './storage/tenants.ts';
import type { Tenant } from './domain/tenants.ts';
import type { TenantFacts } from './domain/diagnosis.ts';

/** What is asked of an examination besides what is there to be seen. */
export interface Examining {
  /** A token to ask the server with, */
  readonly token?: string | undefined;
  /** which is found there; left out: where it said that it is. */
  readonly url?: string | undefined;
  /** Told how many organizations were looked at. */
  readonly noted: (done: number) => void;
}

/**
 * Looks at settings, machine, database, organizations and server, and changes nothing. What cannot be seen is told as
 * that, not thrown.
 *
 */
export async function examine(
  settingsOf: () => Config,
  find: (settings: Config) => ReturnType<typeof located>,
  asked: Examining,
  clock: () => number = Date.now,
): Promise<Facts> {
  let settings: Config;
  try {
    settings = settingsOf();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { machine: { problems: error.problems } };
  }
  const machine = await machineFacts(settings);
  const seen = await seenOf(settings, find, asked, clock);
  const noted = 'noted' in seen.database ? seen.database.noted : undefined;
  const url = asked.url ?? noted ?? settings.publicUrl;
  return { machine, ...seen, ...(asked.token !== undefined && { tested: await tested(url, asked.token) }) };
}

async function machineFacts(settings: Config): Promise<MachineFacts> {
  const { publicUrl, host, rateLimit, workers, metrics, tls, dataDir, mongodbUri } = settings;
  const secrets = [join(dataDir, 'first-run.json'), ...(mongodbUri === undefined ? [dataDir] : [])];
  const place = mongodbUri === undefined ? await statfs(dataDir).catch(() => undefined) : undefined;
  const isOpen = await Promise.all(
    secrets.map((file) =>
      stat(file).then(
        ({ mode }) => (mode & 0o077) !== 0,
        () => false,
      ),
    ),
  );
  return {
    publicUrl,
    listens: isLoopback(host) ? 'here' : 'everywhere',
    rateLimit,
    workers,
    cores: availableParallelism(),
    metrics: metrics === undefined ? 'nowhere' : isLoopback(metrics.host) ? 'here' : 'everywhere',
    certificateUntil: tls && new Date(new X509Certificate(tls.cert).validTo),
    open: secrets.filter((_, at) => isOpen[at]),
    disk: place && { folder: dataDir, free: place.bavail * place.bsize, size: place.blocks * place.bsize },
  };
}

async function seenOf(
  settings: Config,
  find: (settings: Config) => ReturnType<typeof located>,
  { noted }: Examining,
  clock: () => number,
): Promise<Required<Pick<Facts, 'database'>> & Pick<Facts, 'tenants'>> {
  try {
    const { uri, close } = await find(settings);
    try {
      const db = await connectToLook(uri);
      try {
        const database = await databaseFacts(db, indexed(db), clock);
        return { database, tenants: await eachTenant(tenants(db).list, (tenant) => tenantFacts(db, tenant), noted) };
      } finally {
        await db.close();
      }
    } finally {
      await close();
    }
  } catch (error) {
    return { database: { why: error instanceof Error ? error.message : String(error) } };
  }
}

const page = 1_000;

async function eachTenant(
  list: (after: string, limit: number) => Promise<readonly Tenant[]>,
  look: (tenant: Tenant) => Promise<TenantFacts>,
  noted: (done: number) => void,
): Promise<readonly TenantFacts[]> {
  const facts: TenantFacts[] = [];
  for (let after: string | undefined = ''; after !== undefined;) {
    const some = await list(after, page);
    for (const tenant of some) {
      facts.push(await look(tenant));
      noted(facts.length);
    }
    after = some.length === page ? some.at(-1)?.name : undefined;
  }
  return facts;
}

const patienceMs = 10_000;

/** Asks a server what Entra and Okta ask one before anything else. */
async function tested(url: string, token: string): Promise<NonNullable<Facts['tested']>> {
  const base = url.endsWith(basePath) ? url : `${url.replace(/\/$/, '')}${basePath}`;
  const nobody = encodeURIComponent(`userName eq "${randomUUID()}"`);
  const ask = async (by: Tested['by'], query: string): Promise<Tested> => {
    try {
      const answer = await fetch(`${base}/Users?${query}`, {
        headers: { authorization: `Bearer ${token}`, accept: 'application/scim+json' },
        signal: AbortSignal.timeout(patienceMs),
      });
      return { by, status: answer.status, body: await answer.json().catch(() => undefined) };
    } catch {
      return { by };
    }
  };
  const tests = [await ask('entra', `filter=${nobody}`), await ask('okta', 'startIndex=1&count=2')];
  return { url: base, tests };
}
