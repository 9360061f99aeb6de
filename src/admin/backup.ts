import type { BackedUp, Contents, Portion, Restoring, Taken, Unfit } from '../domain/backup.ts';
import { isId, nameKey } from '../domain/tenants.ts';
import { opened, written, type BackupFile, type Sum } from './backupFile.ts';
import { inputOf } from './backupInput.ts';
import { Refusal } from './errors.ts';
import { shown } from './names.ts';
import type { Ports } from './ports.ts';
import { requireTenant } from './tenants.ts';

/** What was backed up, or restored. */
export interface BackupSummary extends Sum, Pick<Contents, 'instant' | 'tenants'> {}

/** Told how many documents are done, and about how many there are, where that is known. */
type Noted = (done: number, expected: number | undefined) => void;

/** Keeps the bytes of a backup. */
type Save = (bytes: AsyncIterable<Uint8Array>) => Promise<void>;

/**
 * Backs up everything, or one tenant, as of one instant.
 *
 * @throws Refusal where there is no such tenant, or a restore is not done
 */
export async function backup(
  ports: Pick<Ports, 'tenants' | 'backups'>,
  tenant: string | undefined,
  save: Save,
  noted: Noted = () => undefined,
): Promise<BackupSummary> {
  const chosen = tenant === undefined ? undefined : await requireTenant(ports, tenant);
  const taken = await ports.backups.take(chosen?.id);
  if (taken === 'half-restored') throw new Refusal('backup.restoring');
  return {
    instant: taken.instant,
    tenants: taken.tenants,
    ...(await saved({ ...taken, portions: () => counted(taken, noted) }, save)),
  };
}

/** Passes on what is read, and tells how much it was. */
async function* counted({ expected, portions }: Taken, noted: Noted): AsyncGenerator<Portion, undefined> {
  let done = 0;
  for await (const portion of portions()) {
    yield portion;
    done += portion.documents.length;
    noted(done, expected);
  }
  return undefined;
}

async function saved(taken: Taken, save: Save): Promise<Sum> {
  let sum: Sum | undefined;
  async function* bytes(): AsyncGenerator<Uint8Array, undefined> {
    sum = yield* written(taken);
    return undefined;
  }
  await save(bytes());
  if (!sum) throw new Error('the backup was not read to its end');
  return sum;
}

/**
 * Restores a backup into an empty database, or one tenant of it into a database that lacks this tenant. Nothing of it is
 * seen before all of it was there and as it was written; otherwise nothing stays.
 *
 * @throws Refusal where the backup or the database is not fit for it
 */
export async function restore(
  { backups }: Pick<Ports, 'backups'>,
  named: string | undefined,
  bytes: AsyncIterable<Uint8Array>,
): Promise<BackupSummary> {
  const input = inputOf(bytes);
  try {
    const file = await opened(input);
    const tenant = named === undefined ? undefined : tenantIn(file, named);
    const restoring = await backups.restore({ schema: file.schema, tenant });
    if (typeof restoring === 'string') throw unfit(restoring, tenant);
    const sum = await orNothing(restoring, () => putAll(file, restoring));
    return { instant: file.instant, tenants: tenant ? [tenant] : file.tenants, ...sum };
  } finally {
    await input.close();
  }
}

async function orNothing<T>(restoring: Restoring, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await restoring.publish();
    return result;
  } catch (error) {
    // Where this fails too, the mark stays, and the next restore does it.
    await restoring.abandon().catch(() => undefined);
    throw error;
  }
}

async function putAll(file: BackupFile, restoring: Restoring): Promise<Sum> {
  const counts = new Map<string, number>();
  const portions = file.portions();
  for (;;) {
    const { done, value } = await portions.next();
    if (done) return { counts: Object.fromEntries(counts), digest: value.digest };
    const put = await restoring.put(value);
    if (put > 0) counts.set(value.collection, (counts.get(value.collection) ?? 0) + put);
  }
}

function tenantIn({ tenants }: Contents, named: string): BackedUp {
  const tenant = tenants.find(({ id, name }) =>
    isId(named) ? id === named.toLowerCase() : nameKey(name) === nameKey(named),
  );
  if (!tenant) throw new Refusal('backup.unknown-tenant', { name: shown(named) });
  return tenant;
}

function unfit(why: Unfit, tenant: BackedUp | undefined): Refusal {
  const name = shown(tenant?.name ?? '');
  switch (why) {
    case 'tenant-there':
    case 'name-taken':
      return new Refusal(`backup.${why}`, { name });
    case 'not-empty':
    case 'under-way':
    case 'newer':
    case 'older':
      return new Refusal(`backup.${why}`);
    default:
      return why satisfies never;
  }
}
