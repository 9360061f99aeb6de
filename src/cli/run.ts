import { Command, CommanderError } from 'commander';
import { Refusal } from '../admin/errors.ts';
import { say } from '../words/say.ts';
import { backupCommands } from './backup.ts';
import { connectionCommands } from './connections.ts';
import type { Front } from './front.ts';
import { schemaCommands } from './schemas.ts';
import { tenantCommands } from './tenants.ts';
import { tokenCommands } from './tokens.ts';

/**
 * Runs one command of the operator: 0 when it is done, 1 when it was refused, 2 when it was not understood. What else
 * goes wrong is thrown.
 */
export async function run(args: readonly string[], front: Front): Promise<0 | 1 | 2> {
  try {
    await program(front).parseAsync(args, { from: 'user' });
    return 0;
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : 2;
    if (!(cause instanceof Refusal)) throw cause;
    front.err(`${say('en', 'cli.refused', { why: cause.said })}\n`);
    return 1;
  }
}

function program(front: Front): Command {
  const rollcall = new Command('rollcall')
    .description(
      "Administers Rollcall: tenants, connections of identity providers, their tokens, and tenants' own schemas.",
    )
    .exitOverride()
    .configureOutput({ writeOut: front.out, writeErr: front.err })
    .showHelpAfterError('(add --help to see what can be given)');
  tenantCommands(rollcall.command('tenant').description('organizations'), front);
  connectionCommands(rollcall.command('connection').description('links of identity providers to tenants'), front);
  tokenCommands(rollcall.command('token').description('credentials of connections'), front);
  schemaCommands(rollcall.command('schema').description("schemas and resource types of a tenant's own"), front);
  backupCommands(rollcall, front);
  return rollcall;
}
