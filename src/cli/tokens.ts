import type { Command } from 'commander';
import { choices } from '../admin/choices.ts';
import { createToken, listTokens, revokeToken } from '../admin/tokens.ts';
import type { NewToken } from '../admin/tokens.ts';
import { chosen, choosing } from './connections.ts';
import type { Choosing } from './connections.ts';
import { listed, perform, wholeNumber } from './front.ts';
import type { Front } from './front.ts';
import { facts, instant, table } from './table.ts';

interface Creating extends Choosing {
  readonly scopes?: string[];
  readonly days: number;
  readonly user?: string;
}

/** Adds the commands about tokens. */
export function tokenCommands(token: Command, front: Front): void {
  choosing(token.command('create'))
    .description('make another token of a connection; prints it, this once. Two may be live at once')
    .option('--scopes <scopes>', 'what it may do, separated by commas; left out: what its connection may', listed)
    .option('--days <days>', 'how long it lives', wholeNumber(1, choices.tokenDays.most), choices.tokenDays.default)
    .option('--user <user>', 'the userName or id of the user that it stands for at /Me; left out: nobody')
    .action((argument: string | undefined, options: Creating, command: Command) => {
      const { scopes, days, user } = options;
      const request = { ...chosen(command, argument, options), scopes, days, user };
      return perform(front, options, (ports) => createToken(ports, request), tokenText);
    });

  token
    .command('revoke')
    .description('end a token: within a second it is refused')
    .argument('<id>', 'its id, the part between the underscores')
    .option('--tenant <tenant>', 'name or id of its tenant; may be left out where there is only one')
    .option('--json', 'print JSON')
    .action((id: string, options: Choosing) =>
      perform(
        front,
        options,
        (ports) => revokeToken(ports, { tenant: options.tenant, id }),
        (revoked) => `Token ${revoked.id} is revoked: it is refused within a second`,
      ),
    );

  choosing(token.command('list'))
    .description('show the tokens of a connection, the newest first')
    .action((argument: string | undefined, options: Choosing, command: Command) => {
      const choice = chosen(command, argument, options);
      return perform(
        front,
        options,
        (ports) => listTokens(ports, choice),
        (tokens) =>
          table(
            [
              ['ID', ({ id }) => id],
              ['STATE', ({ state }) => state],
              ['EXPIRES', ({ expiresAt }) => instant(expiresAt)],
              ['LAST USED', ({ lastUsedAt }) => instant(lastUsedAt)],
              ['SCOPES', ({ scopes }) => scopes.join(',')],
              ['USER', ({ user = '' }) => user],
              ['CREATED', ({ createdAt }) => instant(createdAt)],
              ['BY', ({ createdBy }) => createdBy],
            ],
            tokens,
          ),
      );
    });
}

const tokenText = ({ id, scimBaseUrl, token, expiresAt, user }: NewToken): string =>
  [
    `Token ${id} is made.`,
    facts([
      ['SCIM base URL', scimBaseUrl],
      ['Token', token],
      ['Expires', instant(expiresAt)],
      ['Stands for', user ?? 'nobody'],
    ]),
    'The token is shown this once: give it to the identity provider now.',
  ].join('\n');
