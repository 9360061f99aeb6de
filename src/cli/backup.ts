import type { Command } from 'commander';
import { backup, restore, type BackupSummary } from '../admin/backup.ts';
import { perform } from './front.ts';
import type { Front, Output } from './front.ts';
import { facts } from './table.ts';

interface Choosing extends Output {
  readonly tenant?: string;
}

/** Adds the commands `backup` and `restore`. */
export function backupCommands(rollcall: Command, front: Front): void {
  rollcall
    .command('backup')
    .description('write all that is kept, as of one instant, to a new file; writes go on meanwhile')
    .argument('<file>', "a name that no file has yet; '-' for the standard output")
    .option('--tenant <tenant>', 'name or id of the one tenant to back up; left out: everything')
    .option('--json', 'print JSON')
    .action((file: string, { tenant, ...output }: Choosing) =>
      perform(
        // The standard output may be the backup.
        { ...front, out: file === '-' ? front.err : front.out },
        output,
        (ports) => backup(ports, tenant, (bytes) => front.save(file, bytes)),
        (done) => summary('Backed up', done),
      ),
    );

  rollcall
    .command('restore')
    .description('put back what a backup holds: all of it into an empty database, or one tenant')
    .argument('<file>', "what `rollcall backup` wrote; '-' for the standard input")
    .option('--tenant <tenant>', 'name or id of the one tenant to restore, where it is not there')
    .option('--json', 'print JSON')
    .action((file: string, { tenant, ...output }: Choosing) =>
      perform(
        { ...front, open: () => front.open('restore') },
        output,
        (ports) => restore(ports, tenant, front.load(file)),
        (done) => summary('Restored', done),
      ),
    );
}

const summary = (what: string, { instant, tenants, counts, digest }: BackupSummary): string => {
  const documents = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [
    `${what}: ${numbered(documents, 'document')}, ${numbered(tenants.length, 'tenant')}.`,
    facts([
      ['As of', instant.toISOString()],
      ['Digest', digest],
      ...Object.entries(counts).map(([name, count]) => [name, String(count)] as const),
    ]),
  ].join('\n');
};

const numbered = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;
