import type { Command } from 'commander';
import { choices } from '../admin/choices.ts';
import { createToken, listTokens, revokeToken } from '../admin/tokens.ts';
import type { NewToken } from '../admin/tokens.ts';
import type { TokenView } from '../admin/issuing.ts';
import { tokenInventory } from '../admin/inventory.ts';
import { chosen, choosing } from './connections.ts';
import type { Choosing } from './connections.ts';
import { listed, perform, wholeNumber } from './front.ts';
import type { Front } from './front.ts';
import { performReport, separatorOption, type Reporting } from './reports.ts';
import { facts, instant, table, type Column } from './table.ts';

interface Creating extends Choosing {
  readonly scopes?: string[];
  readonly days: number;
  readonly user?: string;
}

/** Adds the commands about tokens. */
export function tokenCommands(token: Command, front: Front): void {
  const { say } = front;
  choosing(front, token.command('create'))
    .description(say('help.token.create'))
    .option('--scopes <scopes>', say('help.scopes.connection'), listed)
    .option('--days <days>', say('help.days'), wholeNumber(front, 1, choices.tokenDays.most), choices.tokenDays.default)
    .option('--user <user>', say('help.user'))
    .action((argument: string | undefined, options: Creating, command: Command) => {
      const { scopes, days, user } = options;
      const request = { ...chosen(front, command, argument, options), scopes, days, user };
      return perform(front, options, (ports) => createToken(ports, request), tokenText(front));
    });

  token
    .command('revoke')
    .description(say('help.token.revoke'))
    .argument('<id>', say('help.token.id'))
    .option('--tenant <tenant>', say('help.its-tenant'))
    .option('--json', say('help.json'))
    .action((id: string, options: Choosing) =>
      perform(
        front,
        options,
        (ports) => revokeToken(ports, { tenant: options.tenant, id }),
        (revoked) => say('cli.token-revoked', { id: revoked.id }),
      ),
    );

  listing(token.command('list'), front);
}

interface Listing extends Reporting, Choosing {
  readonly all?: true;
}

/** What is shown of a token, and of a key. */
type Shown = Pick<TokenView, 'id' | 'state' | 'createdAt' | 'createdBy'> & {
  readonly scopes: readonly string[];
  readonly user?: string;
  readonly expiresAt?: Date | undefined;
  readonly lastUsedAt?: Date | undefined;
};

function listing(list: Command, front: Front): void {
  const { say } = front;
  const columns: readonly Column<Shown>[] = [
    [say('column.id'), ({ id }) => id],
    [say('column.state'), ({ state }) => state],
    [say('column.expires'), ({ expiresAt }) => instant(expiresAt)],
    [say('column.last-used'), ({ lastUsedAt }) => instant(lastUsedAt)],
    [say('column.scopes'), ({ scopes }) => scopes.join(',')],
    [say('column.user'), ({ user = '' }) => user],
    [say('column.created'), ({ createdAt }) => instant(createdAt)],
    [say('column.by'), ({ createdBy }) => createdBy],
  ];
  choosing(front, list)
    .description(say('help.token.list'))
    .option('--all', say('help.token.all'))
    .option('--csv', say('help.csv'))
    .addOption(separatorOption(front))
    .action((argument: string | undefined, options: Listing, command: Command) => {
      if (options.all)
        return performReport(front, command, options, tokenInventory, [
          [say('column.kind'), ({ of }) => of],
          [say('column.name'), ({ name }) => name],
          ...columns,
        ]);
      if (options.csv) command.error(say('error.one-of', { options: '--all, --json' }));
      const choice = chosen(front, command, argument, options);
      return perform(
        front,
        options,
        (ports) => listTokens(ports, choice),
        (tokens) => table(columns, tokens),
      );
    });
}

const tokenText =
  ({ say }: Front) =>
  ({ id, scimBaseUrl, token, expiresAt, user }: NewToken): string =>
    [
      say('cli.token-made', { id }),
      facts([
        [say('fact.base-url'), scimBaseUrl],
        [say('fact.token'), token],
        [say('fact.expires'), instant(expiresAt)],
        [say('fact.stands-for'), user ?? say('word.nobody')],
      ]),
      say('cli.token-once'),
    ].join('\n');
