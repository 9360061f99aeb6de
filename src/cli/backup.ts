import type { Command } from 'commander';
import { backup, restore, type BackupSummary } from '../admin/backup.ts';
import { perform } from './front.ts';
import type { Front, Output } from './front.ts';
import type { Meter } from './progress.ts';
import { facts } from './table.ts';

interface Choosing extends Output {
  readonly tenant?: string;
}

/** Adds the commands `backup` and `restore`. */
export function backupCommands(rollcall: Command, front: Front): void {
  const { say } = front;
  rollcall
    .command('backup')
    .description(say('help.backup'))
    .argument('<file>', say('help.backup.file'))
    .option('--tenant <tenant>', say('help.backup.tenant'))
    .option('--json', say('help.json'))
    .action((file: string, { tenant, ...output }: Choosing) =>
      perform(
        // The standard output may be the backup.
        { ...front, out: file === '-' ? front.err : front.out },
        output,
        (ports) =>
          metered(front, say('progress.backup'), (meter) =>
            backup(ports, tenant, (bytes) => front.save(file, bytes), meter.at),
          ),
        (done) => summary(front, 'cli.backed-up', done),
      ),
    );

  rollcall
    .command('restore')
    .description(say('help.restore'))
    .argument('<file>', say('help.restore.file'))
    .option('--tenant <tenant>', say('help.restore.tenant'))
    .option('--json', say('help.json'))
    .action((file: string, { tenant, ...output }: Choosing) =>
      perform(
        { ...front, open: () => front.open('restore') },
        output,
        (ports) =>
          metered(front, say('progress.restore'), (meter) => restore(ports, tenant, front.load(file, meter.at))),
        (done) => summary(front, 'cli.restored', done),
      ),
    );
}

/** Does long work, and shows how far it is. */
async function metered<Result>(
  { meter, language }: Front,
  what: string,
  work: (meter: Meter) => Promise<Result>,
): Promise<Result> {
  const shown = meter(language, what);
  try {
    const result = await work(shown);
    shown.end();
    return result;
  } catch (error) {
    shown.stop();
    throw error;
  }
}

function summary(
  { say }: Front,
  done: 'cli.backed-up' | 'cli.restored',
  { instant, tenants, counts, digest }: BackupSummary,
): string {
  const documents = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [
    say(done, {
      documents: say('cli.documents', { count: documents }),
      tenants: say('cli.tenants', { count: tenants.length }),
    }),
    facts([
      [say('fact.as-of'), instant.toISOString()],
      [say('fact.digest'), digest],
      ...Object.entries(counts).map(([name, count]) => [name, String(count)] as const),
    ]),
  ].join('\n');
}
