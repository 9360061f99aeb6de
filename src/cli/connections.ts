import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { choices } from '../admin/choices.ts';
import {
  connectionLog,
  connectionQuirks,
  createConnection,
  listConnections,
  pause,
  resume,
  setConnection,
} from '../admin/connections.ts';
import type { ConnectionChange, ConnectionRequest, NewConnection } from '../admin/connections.ts';
import { given, listed, perform, wholeNumber } from './front.ts';
import type { Front, Output } from './front.ts';
import { logText } from './log.ts';
import { facts, instant, table } from './table.ts';

type Creating = Output &
  Pick<ConnectionRequest, 'tenant' | 'kind' | 'dialect' | 'scopes' | 'adopt'> & {
    readonly name?: string;
    readonly option: readonly ConnectionOption[];
  };

interface Setting extends Choosing, Pick<ConnectionChange, 'dialect' | 'scopes' | 'adopt'> {
  readonly option: readonly ConnectionOption[];
  readonly without: readonly ConnectionOption[];
}

type ConnectionOption = (typeof choices.options)[number];

/** The options that choose one connection, and what they choose. */
export interface Choosing extends Output {
  readonly tenant?: string;
  readonly name?: string;
  readonly connection?: string;
}

interface LogOptions extends Choosing {
  readonly outcome?: (typeof choices.outcomes)[number];
  readonly resource?: string;
  readonly request?: string;
  readonly before?: string;
  readonly limit: number;
}

/** Lets a command be given one connection: as its argument or by an option. */
export const choosing = (command: Command): Command =>
  command
    .argument('[connection]', 'its name or id')
    .option('--tenant <tenant>', 'name or id of its tenant; may be left out where there is only one')
    .option('--name <connection>', 'the same as the argument')
    .addOption(new Option('--connection <connection>').hideHelp())
    .option('--json', 'print JSON');

/** The connection that a command was given. */
export const chosen = (command: Command, argument: string | undefined, { tenant, name, connection }: Choosing) => ({
  tenant,
  connection: given(command, 'connection', [argument, name, connection]),
});

/** Adds the commands about connections. */
export function connectionCommands(connection: Command, front: Front): void {
  create(connection.command('create'), front);

  connection
    .command('list')
    .description('show the connections of a tenant')
    .option('--tenant <tenant>', 'its name or id; may be left out where there is only one')
    .option('--json', 'print JSON')
    .action((options: Choosing) =>
      perform(
        front,
        options,
        (ports) => listConnections(ports, options.tenant),
        (connections) =>
          table(
            [
              ['NAME', ({ name }) => name],
              ['ID', ({ id }) => id],
              ['KIND', ({ kind }) => kind],
              ['DIALECT', ({ dialect }) => dialect],
              ['ADOPTS', ({ adopt }) => adopt],
              ['STATE', ({ paused }) => (paused ? 'paused' : 'running')],
              ['OPTIONS', ({ options }) => options.join(',')],
              ['SCOPES', ({ scopes }) => scopes.join(',')],
              ['CREATED', ({ createdAt }) => instant(createdAt)],
            ],
            connections,
          ),
      ),
    );

  set(choosing(connection.command('set')), front);

  choosing(connection.command('quirks'))
    .description('show what its dialect repaired, how often and when')
    .action((argument: string | undefined, options: Choosing, command: Command) => {
      const choice = chosen(command, argument, options);
      return perform(
        front,
        options,
        (ports) => connectionQuirks(ports, choice),
        (quirks) =>
          table(
            [
              ['QUIRK', ({ quirk }) => quirk],
              ['TIMES', ({ times }) => String(times)],
              ['SINCE', ({ since }) => instant(since)],
              ['LAST', ({ last }) => instant(last)],
              ['MEANING', ({ meaning }) => meaning],
            ],
            quirks,
          ),
      );
    });

  choosing(connection.command('pause'))
    .description('answer its requests with 503 until it is resumed')
    .action((argument: string | undefined, options: Choosing, command: Command) => {
      const choice = chosen(command, argument, options);
      return perform(
        front,
        options,
        (ports) => pause(ports, choice),
        ({ name }) => `Connection '${name}' is paused: its requests are answered 503 within a second`,
      );
    });

  choosing(connection.command('resume'))
    .description('serve its requests again')
    .action((argument: string | undefined, options: Choosing, command: Command) => {
      const choice = chosen(command, argument, options);
      return perform(
        front,
        options,
        (ports) => resume(ports, choice),
        ({ name }) => `Connection '${name}' is running: its requests are served within a second`,
      );
    });

  choosing(connection.command('log'))
    .description('show what it did and was refused, the newest first')
    .addOption(new Option('--outcome <outcome>', 'only what ended so').choices(choices.outcomes))
    .option('--resource <id>', 'only what was about this resource')
    .option('--request <id>', 'only the request of this id')
    .option('--limit <rows>', 'at most so many', wholeNumber(1, 1_000), 50)
    .option('--before <id>', 'only rows older than the one of this id')
    .action((argument: string | undefined, options: LogOptions, command: Command) => {
      const choice = chosen(command, argument, options);
      return perform(
        front,
        options,
        (ports) =>
          connectionLog(ports, choice, {
            outcome: options.outcome,
            resourceId: options.resource,
            requestId: options.request,
            before: options.before,
            limit: options.limit,
          }),
        (rows) => logText(rows, options.limit),
      );
    });
}

function create(command: Command, front: Front): void {
  command
    .description('link an identity provider to a tenant; prints its token, this once')
    .argument('[name]', 'its name')
    .option('--name <name>', 'its name')
    .option('--tenant <tenant>', 'name or id of its tenant; may be left out where there is only one')
    .addOption(new Option('--kind <kind>', 'the identity provider').choices(choices.kinds).default('generic'))
    .addOption(
      new Option('--dialect <dialect>', 'how its requests are read').choices(choices.dialects).default('lenient'),
    )
    .option('--scopes <scopes>', 'what it may do, separated by commas', listed, [...choices.scopes])
    .addOption(
      new Option('--adopt <by>', 'what it may take over that no connection owns')
        .choices(choices.adoptions)
        .default('none'),
    )
    .addOption(severalOptions('--option <option>', 'what it is shown besides'))
    .option('--json', 'print JSON')
    .action((argument: string | undefined, options: Creating) => {
      const request = { ...options, options: options.option, name: given(command, 'name', [argument, options.name]) };
      return perform(front, options, (ports) => createConnection(ports, request), connectionText);
    });
}

function set(command: Command, front: Front): void {
  command
    .description('change how its requests are read and what they may do, within a second')
    .addOption(new Option('--dialect <dialect>', 'how its requests are read').choices(choices.dialects))
    .option('--scopes <scopes>', 'what it may do, separated by commas; its tokens stay within what they were', listed)
    .addOption(new Option('--adopt <by>', 'what it may take over that no connection owns').choices(choices.adoptions))
    .addOption(severalOptions('--option <option>', 'what it is shown besides'))
    .addOption(severalOptions('--without <option>', 'what it is no longer shown'))
    .action((argument: string | undefined, options: Setting, command: Command) => {
      const { dialect, scopes, adopt, option, without } = options;
      const change = { ...chosen(command, argument, options), dialect, scopes, adopt, options: option, without };
      return perform(
        front,
        options,
        (ports) => setConnection(ports, change),
        (connection) =>
          [
            `Connection '${connection.name}' is changed, within a second:`,
            facts([
              ['Dialect', connection.dialect],
              ['Adopts', connection.adopt],
              ['Options', connection.options.join(',') || 'none'],
              ['Scopes', connection.scopes.join(',')],
            ]),
          ].join('\n'),
      );
    });
}

/** An option of the command that names options of a connection, each once. */
const severalOptions = (flags: string, description: string): Option =>
  new Option(flags, `${description}, any of ${choices.options.join(', ')}; may be repeated`)
    .default([], 'none')
    .argParser((name: string, before: readonly ConnectionOption[]) => {
      const option = choices.options.find((each) => each === name);
      if (!option) throw new InvalidArgumentError(`Allowed choices are ${choices.options.join(', ')}.`);
      return [...before, option];
    });

const connectionText = ({ name, id, scimBaseUrl, token, tokenExpiresAt }: NewConnection): string =>
  [
    `Connection '${name}' is made: ${id}`,
    facts([
      ['SCIM base URL', scimBaseUrl],
      ['Token', token],
      ['Expires', instant(tokenExpiresAt)],
    ]),
    'The token is shown this once: give it to the identity provider now.',
  ].join('\n');
