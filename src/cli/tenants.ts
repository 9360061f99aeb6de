import type { Command } from 'commander';
import { createTenant, listTenants } from '../admin/tenants.ts';
import { given, perform } from './front.ts';
import type { Front, Output } from './front.ts';
import { instant, table } from './table.ts';

/** Adds the commands about tenants. */
export function tenantCommands(tenant: Command, front: Front): void {
  tenant
    .command('create')
    .description('make an organization')
    .argument('[name]', 'its name')
    .option('--name <name>', 'its name')
    .option('--json', 'print JSON')
    .action((argument: string | undefined, options: Output & { name?: string }, command: Command) => {
      const name = given(command, 'name', [argument, options.name]);
      return perform(
        front,
        options,
        (ports) => createTenant(ports, name),
        (made) => `Tenant '${made.name}' is made: ${made.id}`,
      );
    });

  tenant
    .command('list')
    .description('show every organization')
    .option('--json', 'print JSON')
    .action((options: Output) =>
      perform(front, options, listTenants, (tenants) =>
        table(
          [
            ['NAME', ({ name }) => name],
            ['ID', ({ id }) => id],
            ['CREATED', ({ createdAt }) => instant(createdAt)],
            ['BY', ({ createdBy }) => createdBy],
          ],
          tenants,
        ),
      ),
    );
}
