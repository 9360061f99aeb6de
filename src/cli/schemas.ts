import type { Command } from 'commander';
import { addSchema, listSchemas, previewSchema, removeSchema, showSchema } from '../admin/schemas.ts';
import type { Effect } from '../admin/schemas.ts';
import { perform } from './front.ts';
import type { Front, Output } from './front.ts';
import { facts, instant, table } from './table.ts';

interface Choosing extends Output {
  readonly tenant?: string;
}

interface Adding extends Choosing {
  readonly extends?: string;
  readonly dryRun?: true;
}

const tenantOption = ['--tenant <tenant>', 'its name or id; may be left out where there is only one'] as const;

/** Adds the commands about tenants' own schemas. */
export function schemaCommands(schema: Command, front: Front): void {
  schema
    .command('add')
    .description('give a tenant a schema of its own: an extension of a type, or a type')
    .argument('<file>', 'JSON that describes it (docs/custom-schemas.md)')
    .option(...tenantOption)
    .option('--extends <type>', "the type that it extends, where the file doesn't say")
    .option('--dry-run', 'show what it comes to, and add nothing')
    .option('--json', 'print JSON')
    .action(async (file: string, options: Adding) => {
      const request = { tenant: options.tenant, extends: options.extends, content: await front.read(file) };
      return options.dryRun
        ? perform(front, options, (ports) => previewSchema(ports, request), previewText)
        : perform(front, options, (ports) => addSchema(ports, request), addedText);
    });

  schema
    .command('list')
    .description('show the schemas that a tenant made')
    .option(...tenantOption)
    .option('--json', 'print JSON')
    .action((options: Choosing) =>
      perform(
        front,
        options,
        (ports) => listSchemas(ports, options.tenant),
        (schemas) =>
          table(
            [
              ['SCHEMA', ({ id }) => id],
              [
                'FOR',
                (one) => ('extends' in one ? one.extends : `${one.resourceType.name} ${one.resourceType.endpoint}`),
              ],
              ['ATTRIBUTES', ({ attributes }) => attributes.map(({ name }) => name).join(',')],
              ['STATE', ({ state }) => state],
              ['CREATED', ({ createdAt }) => instant(createdAt)],
              ['BY', ({ createdBy }) => createdBy],
            ],
            schemas,
          ),
      ),
    );

  schema
    .command('show')
    .description('print a schema as the file that makes it')
    .argument('<urn>', 'its URN')
    .option(...tenantOption)
    .option('--json', 'print JSON, as without it')
    .action((urn: string, options: Choosing) =>
      perform(
        front,
        { json: true },
        (ports) => showSchema(ports, { tenant: options.tenant, urn }),
        ({ id }) => id,
      ),
    );

  schema
    .command('remove')
    .description('remove a schema that no resource holds values of; takes half a minute')
    .argument('<urn>', 'its URN')
    .option(...tenantOption)
    .option('--json', 'print JSON')
    .action((urn: string, options: Choosing) =>
      perform(
        front,
        options,
        (ports) => removeSchema(ports, { tenant: options.tenant, urn }),
        ({ id }) => `Schema '${id}' is removed`,
      ),
    );
}

const addedText = (effect: Effect): string =>
  [`Schema '${effect.schema}' is added: it is served within a second`, effectText(effect)].join('\n');

const previewText = (effect: Effect): string =>
  [`Schema '${effect.schema}' could be added; nothing is done yet`, effectText(effect)].join('\n');

function effectText({ tenant, type, endpoint, resources, attributes, connections }: Effect): string {
  return [
    facts([
      ['Tenant', tenant],
      ['Type', endpoint === undefined ? type : `${type}, new, at ${endpoint}`],
      ['Resources of the type', `${String(resources)}, none of which is changed`],
      ['Connections concerned', connections.join(', ') || 'none'],
    ]),
    table(
      [
        ['ATTRIBUTE', ({ path }) => path],
        ['TYPE', (row) => row.type],
        ['FILTERED', ({ search }) => search],
      ],
      attributes,
    ),
  ].join('\n');
}
