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
import { quirkOf } from '../words/labels.ts';
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
export const choosing = ({ say }: Front, command: Command): Command =>
  command
    .argument('[connection]', say('help.name-or-id'))
    .option('--tenant <tenant>', say('help.its-tenant'))
    .option('--name <connection>', say('help.as-argument'))
    .addOption(new Option('--connection <connection>').hideHelp())
    .option('--json', say('help.json'));

/** The connection that a command was given. */
export const chosen = (
  front: Front,
  command: Command,
  argument: string | undefined,
  { tenant, name, connection }: Choosing,
) => ({
  tenant,
  connection: given(front, command, 'connection', [argument, name, connection]),
});

/** Adds the commands about connections. */
export function connectionCommands(connection: Command, front: Front): void {
  const { say } = front;
  create(connection.command('create'), front);

  connection
    .command('list')
    .description(say('help.connection.list'))
    .option('--tenant <tenant>', say('help.the-tenant'))
    .option('--json', say('help.json'))
    .action((options: Choosing) =>
      perform(
        front,
        options,
        (ports) => listConnections(ports, options.tenant),
        (connections) =>
          table(
            [
              [say('column.name'), ({ name }) => name],
              [say('column.id'), ({ id }) => id],
              [say('column.kind'), ({ kind }) => kind],
              [say('column.dialect'), ({ dialect }) => dialect],
              [say('column.adopts'), ({ adopt }) => adopt],
              [say('column.state'), ({ paused }) => say(paused ? 'state.paused' : 'state.running')],
              [say('column.options'), ({ options }) => options.join(',')],
              [say('column.scopes'), ({ scopes }) => scopes.join(',')],
              [say('column.created'), ({ createdAt }) => instant(createdAt)],
            ],
            connections,
          ),
      ),
    );

  set(choosing(front, connection.command('set')), front);

  choosing(front, connection.command('quirks'))
    .description(say('help.connection.quirks'))
    .action((argument: string | undefined, options: Choosing, command: Command) => {
      const choice = chosen(front, command, argument, options);
      return perform(
        front,
        options,
        (ports) => connectionQuirks(ports, choice),
        (quirks) =>
          table(
            [
              [say('column.quirk'), ({ quirk }) => quirk],
              [say('column.times'), ({ times }) => String(times)],
              [say('column.since'), ({ since }) => instant(since)],
              [say('column.last'), ({ last }) => instant(last)],
              [say('column.meaning'), ({ quirk, meaning }) => quirkOf(front.language, quirk, meaning)],
            ],
            quirks,
          ),
      );
    });

  choosing(front, connection.command('pause'))
    .description(say('help.connection.pause'))
    .action((argument: string | undefined, options: Choosing, command: Command) => {
      const choice = chosen(front, command, argument, options);
      return perform(
        front,
        options,
        (ports) => pause(ports, choice),
        ({ name }) => say('cli.connection-paused', { name }),
      );
    });

  choosing(front, connection.command('resume'))
    .description(say('help.connection.resume'))
    .action((argument: string | undefined, options: Choosing, command: Command) => {
      const choice = chosen(front, command, argument, options);
      return perform(
        front,
        options,
        (ports) => resume(ports, choice),
        ({ name }) => say('cli.connection-resumed', { name }),
      );
    });

  choosing(front, connection.command('log'))
    .description(say('help.connection.log'))
    .addOption(new Option('--outcome <outcome>', say('help.outcome')).choices(choices.outcomes))
    .option('--resource <id>', say('help.resource'))
    .option('--request <id>', say('help.request'))
    .option('--limit <rows>', say('help.limit'), wholeNumber(front, 1, 1_000), 50)
    .option('--before <id>', say('help.before'))
    .action((argument: string | undefined, options: LogOptions, command: Command) => {
      const choice = chosen(front, command, argument, options);
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
        (rows) => logText(front, rows, options.limit),
      );
    });
}

function create(command: Command, front: Front): void {
  const { say } = front;
  command
    .description(say('help.connection.create'))
    .argument('[name]', say('help.name'))
    .option('--name <name>', say('help.name'))
    .option('--tenant <tenant>', say('help.its-tenant'))
    .addOption(new Option('--kind <kind>', say('help.kind')).choices(choices.kinds).default('generic'))
    .addOption(new Option('--dialect <dialect>', say('help.dialect')).choices(choices.dialects).default('lenient'))
    .option('--scopes <scopes>', say('help.scopes'), listed, [...choices.scopes])
    .addOption(new Option('--adopt <by>', say('help.adopt')).choices(choices.adoptions).default('none'))
    .addOption(severalOptions(front, '--option <option>', 'help.option'))
    .option('--json', say('help.json'))
    .action((argument: string | undefined, options: Creating) => {
      const request = {
        ...options,
        options: options.option,
        name: given(front, command, 'name', [argument, options.name]),
      };
      return perform(front, options, (ports) => createConnection(ports, request), connectionText(front));
    });
}

function set(command: Command, front: Front): void {
  const { say } = front;
  command
    .description(say('help.connection.set'))
    .addOption(new Option('--dialect <dialect>', say('help.dialect')).choices(choices.dialects))
    .option('--scopes <scopes>', say('help.scopes.tokens'), listed)
    .addOption(new Option('--adopt <by>', say('help.adopt')).choices(choices.adoptions))
    .addOption(severalOptions(front, '--option <option>', 'help.option'))
    .addOption(severalOptions(front, '--without <option>', 'help.without'))
    .action((argument: string | undefined, options: Setting, command: Command) => {
      const { dialect, scopes, adopt, option, without } = options;
      const change = { ...chosen(front, command, argument, options), dialect, scopes, adopt, options: option, without };
      return perform(
        front,
        options,
        (ports) => setConnection(ports, change),
        (connection) =>
          [
            say('cli.connection-changed', { name: connection.name }),
            facts([
              [say('fact.dialect'), connection.dialect],
              [say('fact.adopts'), connection.adopt],
              [say('fact.options'), connection.options.join(',') || say('word.none')],
              [say('fact.scopes'), connection.scopes.join(',')],
            ]),
          ].join('\n'),
      );
    });
}

/** An option of the command that names options of a connection, each once. */
const severalOptions = ({ say }: Front, flags: string, description: 'help.option' | 'help.without'): Option =>
  new Option(flags, say(description, { options: choices.options }))
    .default([], say('help.none'))
    .argParser((name: string, before: readonly ConnectionOption[]) => {
      const option = choices.options.find((each) => each === name);
      if (!option) throw new InvalidArgumentError(say('error.choices', { choices: choices.options }));
      return [...before, option];
    });

const connectionText =
  ({ say }: Front) =>
  ({ name, id, scimBaseUrl, token, tokenExpiresAt }: NewConnection): string =>
    [
      say('cli.connection-made', { name, id }),
      facts([
        [say('fact.base-url'), scimBaseUrl],
        [say('fact.token'), token],
        [say('fact.expires'), instant(tokenExpiresAt)],
      ]),
      say('cli.token-once'),
    ].join('\n');
