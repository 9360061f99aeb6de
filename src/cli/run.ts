import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { Problem, type Fault } from '../admin/api/problems.ts';
import { routes } from '../admin/api/table.ts';
import { Refusal } from '../admin/errors.ts';
import { DomainError } from '../domain/errors.ts';
import { languages } from '../words/languages.ts';
import { said, say, type Said } from '../words/say.ts';
import { sentenceOf } from '../words/violations.ts';
import { backupCommands } from './backup.ts';
import { commandLine, languageAsked } from './commander.ts';
import { completionCommand } from './completion.ts';
import { connectionCommands } from './connections.ts';
import { doctorCommand } from './doctor.ts';
import { Unwell, type Front, type Terminal } from './front.ts';
import { addRouteCommands } from './routes/commands.ts';
import { dashed } from './routes/fields.ts';
import { keyCommands } from './keys.ts';
import { historyCommands } from './history.ts';
import { schemaCommands } from './schemas.ts';
import { tenantCommands } from './tenants.ts';
import { tokenCommands } from './tokens.ts';

/**
 * Runs one command of the operator: 0 when it is done, 1 when it was refused or something is wrong, 2 when it was not
 * understood. What else goes wrong is thrown.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  const front = frontOf(args, terminal);
  try {
    await program(front).parseAsync(args, { from: 'user' });
    return 0;
  } catch (cause) {
    if (cause instanceof Unwell) return 1;
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : 2;
    const why = refusalOf(cause);
    if (!why) throw cause;
    front.err(`${front.say('cli.refused', { why })}\n`);
    return 1;
  }
}

/** Why what was understood is not done: the operator can't have it, or a rule of the domain says so. */
function refusalOf(cause: unknown): Said | undefined {
  if (cause instanceof Refusal) return cause.said;
  if (cause instanceof Problem)
    return cause.errors ? said('cli.invalid', { faults: cause.errors.map(faultOf) }) : cause.said;
  return cause instanceof DomainError ? sentenceOf(cause.violation) : undefined;
}

/** What is wrong with one option, or with what a file says. */
function faultOf({ path, said: fault }: Fault): Said {
  const [, part, name, ...deeper] = path.split('/');
  const isOption = (part === 'query' || part === 'body') && name !== undefined && deeper.length === 0;
  return said('cli.fault', { where: isOption ? `--${dashed(name)}` : path, fault });
}

function frontOf(args: readonly string[], terminal: Terminal): Front {
  const asked = languageAsked(args);
  const language = languages.find((each) => each === asked) ?? terminal.language;
  return { ...terminal, language, say: (...sentence) => say(language, ...sentence) };
}

/** The whole command line. */
export function program(front: Front): Command {
  const { say } = front;
  const rollcall = commandLine(front)
    .description(say('help.rollcall'))
    .addHelpText('after', `\n${say('help.exit-codes')}`);
  const group = (name: string, key: 'help.tenant' | 'help.connection' | 'help.token' | 'help.key' | 'help.schema') =>
    rollcall.command(name).description(say(key));
  tenantCommands(group('tenant', 'help.tenant'), front);
  connectionCommands(group('connection', 'help.connection'), front);
  tokenCommands(group('token', 'help.token'), front);
  keyCommands(group('key', 'help.key'), front);
  schemaCommands(group('schema', 'help.schema'), front);
  addRouteCommands(rollcall, front, routes);
  historyCommands(rollcall, front);
  backupCommands(rollcall, front);
  doctorCommand(rollcall, front);
  completionCommand(rollcall, front);
  return rollcall;
}
