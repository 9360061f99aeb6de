import type { Command } from 'commander';
import { addSchema, listSchemas, previewSchema, removeSchema, showSchema } from '../admin/schemas.ts';
import type { Effect } from '../admin/schemas.ts';
import { perform } from './front.ts';
import type { Front, Output } from './front.ts';
import type { Key } from '../words/say.ts';
import { facts, instant, table } from './table.ts';

interface Choosing extends Output {
  readonly tenant?: string;
}

interface Adding extends Choosing {
  readonly extends?: string;
  readonly dryRun?: true;
}

/** Adds the commands about tenants' own schemas. */
export function schemaCommands(schema: Command, front: Front): void {
  const { say } = front;
  const tenantOption = ['--tenant <tenant>', say('help.the-tenant')] as const;
  schema
    .command('add')
    .description(say('help.schema.add'))
    .argument('<file>', say('help.schema.file'))
    .option(...tenantOption)
    .option('--extends <type>', say('help.schema.extends'))
    .option('--dry-run', say('help.dry-run'))
    .option('--json', say('help.json'))
    .action(async (file: string, options: Adding) => {
      const request = { tenant: options.tenant, extends: options.extends, content: await front.read(file) };
      return options.dryRun
        ? perform(
            front,
            options,
            (ports) => previewSchema(ports, request),
            (effect) => effectText(front, 'cli.schema-addable', effect),
          )
        : perform(
            front,
            options,
            (ports) => addSchema(ports, request),
            (effect) => effectText(front, 'cli.schema-added', effect),
          );
    });

  schema
    .command('list')
    .description(say('help.schema.list'))
    .option(...tenantOption)
    .option('--json', say('help.json'))
    .action((options: Choosing) =>
      perform(
        front,
        options,
        (ports) => listSchemas(ports, options.tenant),
        (schemas) =>
          table(
            [
              [say('column.schema'), ({ id }) => id],
              [
                say('column.for'),
                (one) => ('extends' in one ? one.extends : `${one.resourceType.name} ${one.resourceType.endpoint}`),
              ],
              [say('column.attributes'), ({ attributes }) => attributes.map(({ name }) => name).join(',')],
              [say('column.state'), ({ state }) => state],
              [say('column.created'), ({ createdAt }) => instant(createdAt)],
              [say('column.by'), ({ createdBy }) => createdBy],
            ],
            schemas,
          ),
      ),
    );

  schema
    .command('show')
    .description(say('help.schema.show'))
    .argument('<urn>', say('help.urn'))
    .option(...tenantOption)
    .option('--json', say('help.json.already'))
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
    .description(say('help.schema.remove'))
    .argument('<urn>', say('help.urn'))
    .option(...tenantOption)
    .option('--json', say('help.json'))
    .action((urn: string, options: Choosing) =>
      perform(
        front,
        options,
        (ports) => removeSchema(ports, { tenant: options.tenant, urn }),
        ({ id }) => say('cli.schema-removed', { schema: id }),
      ),
    );
}

function effectText(
  { say }: Front,
  done: 'cli.schema-added' | 'cli.schema-addable',
  { schema, tenant, type, endpoint, resources, attributes, connections }: Effect,
): string {
  return [
    say(done, { schema }),
    facts([
      [say('fact.tenant'), tenant],
      [say('fact.type'), endpoint === undefined ? type : say('cli.new-at', { type, endpoint })],
      [say('fact.resources'), say('cli.unchanged', { count: resources })],
      [say('fact.connections'), connections.join(', ') || say('word.none')],
    ]),
    table(
      [
        [say('column.attribute'), ({ path }) => path],
        [say('column.type'), (row) => row.type],
        [say('column.filtered'), ({ search }) => say(searches[search])],
      ],
      attributes,
    ),
  ].join('\n');
}

const searches = {
  'by its parts': 'search.by-parts',
  no: 'search.no',
  'by index': 'search.by-index',
} as const satisfies Record<Effect['attributes'][number]['search'], Key>;
