import type { Command } from 'commander';
import { choices } from '../admin/choices.ts';
import { createKey, endKey, listKeys, type NewOperatorKey } from '../admin/operatorKeys.ts';
import { listed, perform, wholeNumber, type Front, type Output } from './front.ts';
import { facts, table } from './table.ts';

interface Choosing extends Output {
  readonly tenant?: string;
}

interface Creating extends Choosing {
  readonly label: string;
  readonly permissions?: string[];
  readonly user?: string;
  readonly days?: number;
}

const choosing = ({ say }: Front, command: Command): Command =>
  command.option('--tenant <tenant>', say('help.its-tenant')).option('--json', say('help.json'));

/** Adds the commands about keys of the admin API. */
export function keyCommands(key: Command, front: Front): void {
  const { say } = front;
  choosing(front, key.command('create'))
    .description(say('help.key.create'))
    .requiredOption('--label <label>', say('help.key.label'))
    .option('--permissions <permissions>', say('help.key.permissions'), listed)
    .option('--user <user>', say('help.key.user'))
    .option('--days <days>', say('help.key.days'), wholeNumber(front, 1, choices.tokenDays.most))
    .action((options: Creating) => {
      const { tenant, label, permissions, user, days } = options;
      const request = { tenant, label, permissions, user, days };
      return perform(front, options, (ports) => createKey(ports, request), keyText(front));
    });

  choosing(front, key.command('revoke'))
    .description(say('help.key.revoke'))
    .argument('<id>', say('help.key.id'))
    .action((id: string, options: Choosing) =>
      perform(
        front,
        options,
        (ports) => endKey(ports, { tenant: options.tenant, id }),
        (revoked) => say('cli.key-revoked', { id: revoked.id }),
      ),
    );

  choosing(front, key.command('list'))
    .description(say('help.key.list'))
    .action((options: Choosing) =>
      perform(
        front,
        options,
        (ports) => listKeys(ports, options.tenant),
        (keys) =>
          table(
            [
              [say('column.id'), ({ id }) => id],
              [say('column.label'), ({ label }) => label],
              [say('column.state'), ({ state }) => state],
              [say('column.expires'), ({ expiresAt = '' }) => expiresAt],
              [say('column.last-used'), ({ lastUsedAt = '' }) => lastUsedAt],
              [say('column.permissions'), ({ permissions }) => permissions.join(',')],
              [say('column.user'), ({ person = '' }) => person],
              [say('column.created'), ({ createdAt }) => createdAt],
              [say('column.by'), ({ madeBy }) => madeBy],
            ],
            keys,
          ),
      ),
    );
}

const keyText =
  ({ say }: Front) =>
  ({ id, adminApiUrl, key, label, person, expiresAt }: NewOperatorKey): string =>
    [
      say('cli.key-made', { id }),
      facts([
        [say('fact.admin-api'), adminApiUrl],
        [say('fact.key'), key],
        [say('fact.label'), label],
        [say('fact.bound-to'), person ?? say('word.nobody')],
        [say('fact.expires'), expiresAt ?? say('word.never')],
      ]),
      say('cli.key-once'),
    ].join('\n');
