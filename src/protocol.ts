import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { links } from './credentials/links.ts';
import { passwords } from './credentials/passwords.ts';
import { seals } from './credentials/seals.ts';
import type { Change } from './domain/changes.ts';
import { noBooks, type Books } from './domain/book.ts';
import type { Lists } from './domain/lists.ts';
import type { Deciding } from './domain/deciding.ts';
import { promote } from './domain/promoting.ts';
import { workOff } from './domain/settling.ts';
import { basePath } from './http/target.ts';
import { joint, type Alarm, type JointPorts } from './provisioning/joint.ts';
import { lists } from './provisioning/lists.ts';
import { registries, sameForAll, type Registries } from './provisioning/registries.ts';
import { besides, servedType, underSchemas } from './provisioning/served.ts';
import { storesOf } from './provisioning/stores.ts';
import { unavailable, type ScimError } from './scim/errors.ts';
import { scim } from './scim/handle.ts';
import type { Stores } from './scim/ports.ts';
import { registry, type Registry } from './scim/schema/registry.ts';
import type { Json } from './scim/types.ts';
import { accounts } from './storage/accounts.ts';
import { isOutage, type Database } from './storage/connect.ts';
import { readBook } from './storage/books.ts';
import { directory } from './storage/directory.ts';
import type { Errand } from './storage/errands.ts';
import { holders } from './storage/holders.ts';
import { jobs } from './storage/jobs.ts';
import { ledger } from './storage/ledger.ts';
import { secret } from './storage/secrets.ts';
import { states } from './storage/states.ts';
import { tenantSchemas } from './storage/tenantSchemas.ts';
import { walks } from './storage/walks.ts';
import { unitOfWork, type Observer } from './storage/unitOfWork.ts';

/** The SCIM protocol over a database. */
export const protocolOver = (
  db: Database,
  types: Registry,
  publicUrl: string,
  observer?: Observer,
  tenants: Registries = sameForAll(types),
  books: Books = noBooks,
) => protocolFrom(db, portsOver(db, types, observer, tenants, books), publicUrl, tenants);

/** The same, where what it reads and commits by is there already. */
export function protocolFrom(db: Database, ports: JointPorts, publicUrl: string, tenants: Registries) {
  return scim({
    registryOf: tenants.of,
    stores: storesOf(ports),
    baseUrl: publicUrl + basePath,
    seals: seals(secret(db), 'cursors'),
    joint: (pending, size) => joint(ports, pending, size),
    ledger: ledger(db),
    outage,
    newId: randomUUID,
    clock: Date.now,
  });
}

/** While the database is away a client is told to come back, whatever it asked: never that something does not exist. */
export const outage = (failure: unknown): ScimError | undefined =>
  isOutage(failure) ? unavailable('The database cannot be reached: try again', 15, { cause: failure }) : undefined;

/** Where the resources of each type are kept. */
export const storesOver = (db: Database, types: Registry, observer?: Observer): Stores =>
  storesOf(portsOver(db, types, observer));

/** What provisioning needs, over a database. */
export function portsOver(
  db: Database,
  types: Registry,
  observer?: Observer,
  tenants: Registries = sameForAll(types),
  books: Books = noBooks,
): JointPorts {
  const internal = internalKinds();
  const typeOf = (change: Change) => servedType(besides(tenants.last(change.tenant), internal), change);
  return {
    states: states(db),
    accounts: accounts(db),
    books,
    directory: directory(db),
    work: underSchemas(unitOfWork(db, typeOf, Date.now, observer), tenants, internal),
    hashPassword: passwords().hashPassword,
    links: links(seals(secret(db), 'invitations')),
    newId: randomUUID,
    clock: Date.now,
    pause,
    alarm,
  };
}

/** Lists for who administers, over a database: of a tenant's own types too. */
export const listsOver = (db: Database): Lists =>
  lists({
    directory: directory(db),
    registryOf: registries(schemas(), tenantSchemas(db), () => performance.now()).of,
    internal: internalKinds(),
    seals: seals(secret(db), 'lists'),
    clock: Date.now,
  });

/** What follows changes, over a database: who waits is promoted when a seat is free, and jobs are worked off. */
export function errandsOver(db: Database, deciding: () => Deciding): readonly Errand[] {
  // What a job is to bring about was laid down a moment ago.
  const fresh: Books = { of: (tenant) => readBook(db, tenant) };
  const more = { books: fresh, walks: walks(db), holders: holders(db), queue: jobs(db) };
  return [
    async (tenant, goOn) => {
      await promote({ ...deciding(), ...more }, tenant, goOn);
      return undefined;
    },
    (tenant, goOn) => workOff({ ...deciding(), ...more }, tenant, goOn),
  ];
}

/** Those who met in a document should not meet there again. */
const pause = (round: number): Promise<void> => sleep(Math.random() * Math.min(2 ** round, 100));

const alarm: Alarm = (at, ring) => {
  const timer = setTimeout(ring, at - Date.now());
  return () => {
    clearTimeout(timer);
  };
};

/** The schemas, read from the project's `schemas/`, wherever it was started from. */
export const schemas = (): Registry =>
  registry(['core', 'extensions', 'resources'].flatMap(schemaFiles), schemaFiles('resource-types'));

/** The kinds that a tenant keeps beside what SCIM serves: described in the same form, and served by no endpoint of it. */
export const internalKinds = (): Registry =>
  registry([...schemaFiles('core'), ...schemaFiles('internal')], schemaFiles('internal-types'));

function schemaFiles(folder: string): Json[] {
  const root = fileURLToPath(new URL('../schemas/', import.meta.url));
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(root, folder, name), 'utf8')) as Json);
}
