import type { Command } from 'commander';
import { foundTenant } from '../admin/furnishing.ts';
import { listTenants } from '../admin/tenants.ts';
import { given, perform } from './front.ts';
import type { Front, Output } from './front.ts';
import { instant, table } from './table.ts';

/** Adds the commands about tenants. */
export function tenantCommands(tenant: Command, front: Front): void {
  const { say } = front;
  tenant
    .command('create')
    .description(say('help.tenant.create'))
    .argument('[name]', say('help.name'))
    .option('--name <name>', say('help.name'))
    .option('--json', say('help.json'))
    .action((argument: string | undefined, options: Output & { name?: string }, command: Command) => {
      const name = given(front, command, 'name', [argument, options.name]);
      return perform(
        front,
        options,
        (ports) => foundTenant(ports, name),
        (made) => say('cli.tenant-made', { name: made.name, id: made.id }),
      );
    });

  tenant
    .command('list')
    .description(say('help.tenant.list'))
    .option('--json', say('help.json'))
    .action((options: Output) =>
      perform(front, options, listTenants, (tenants) =>
        table(
          [
            [say('column.name'), ({ name }) => name],
            [say('column.id'), ({ id }) => id],
            [say('column.created'), ({ createdAt }) => instant(createdAt)],
            [say('column.by'), ({ createdBy }) => createdBy],
          ],
          tenants,
        ),
      ),
    );
}
