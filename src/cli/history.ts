import type { Command } from 'commander';
import { Option } from 'commander';
import { choices } from '../admin/choices.ts';
import { changesBetween, timelineOf, type ChangeRow, type LifeRow } from '../admin/history.ts';
import { outsideScim } from '../admin/inventory.ts';
import {
  administratorsThen,
  heldKinds,
  holdersThen,
  membersThen,
  personThen,
  type HeldKind,
  type HolderRow,
  type PersonThen,
} from '../admin/who.ts';
import type { Front } from './front.ts';
import { perform } from './front.ts';
import { askingOf, instantTyped, performReport, reporting, type Reporting } from './reports.ts';
import { facts, instant, type Column } from './table.ts';

interface Who extends Reporting, Partial<Readonly<Record<HeldKind, string>>> {
  readonly group?: string;
  readonly admins?: true;
  readonly at?: Date;
}

interface Timeline extends Reporting {
  readonly at?: Date;
  readonly oldest?: true;
}

interface Changes extends Reporting {
  readonly from: Date;
  readonly to?: Date;
  readonly kind?: string;
  readonly resource?: string;
  readonly by?: string;
  readonly operation?: (typeof choices.operations)[number];
}

/** Adds the commands that answer what auditors ask. */
export function historyCommands(rollcall: Command, front: Front): void {
  whoCommand(rollcall.command('who'), front);
  timelineCommand(rollcall.command('timeline'), front);
  changesCommand(rollcall.command('changes'), front);
  const { say } = front;
  reporting(front, rollcall.command('accounts'))
    .description(say('help.accounts'))
    .requiredOption('--outside-scim', say('help.accounts.outside-scim'))
    .action((options: Reporting, command: Command) =>
      performReport(front, command, options, outsideScim, [
        [say('column.name'), ({ name }) => name],
        [say('column.id'), ({ id }) => id],
        [say('column.status'), ({ status }) => status],
        [say('column.primary-role'), ({ primaryRole }) => primaryRole],
        [say('column.created'), ({ created }) => instant(created)],
        [say('column.changed'), ({ changed }) => instant(changed)],
      ]),
    );
}

function whoCommand(who: Command, front: Front): void {
  const { say } = front;
  reporting(front, who)
    .description(say('help.who'))
    .option('--group <group>', say('help.who.group'))
    .option('--role <role>', say('help.who.role'))
    .option('--license <license>', say('help.who.license'))
    .option('--entity <entity>', say('help.who.entity'))
    .option('--admins', say('help.who.admins'))
    .option('--at <instant>', say('help.at'), instantTyped(front))
    .action((options: Who, command: Command) => {
      const { group, admins, at } = options;
      const held = (Object.keys(heldKinds) as HeldKind[]).filter((kind) => options[kind] !== undefined);
      const [of, another] = [...held, ...(group === undefined ? [] : ['group']), ...(admins ? ['admins'] : [])];
      if (of === undefined || another !== undefined)
        command.error(say('error.one-of', { options: '--group, --role, --license, --entity, --admins' }));
      if (group !== undefined)
        return performReport(front, command, options, (ports, asking) => membersThen(ports, asking, { group, at }), [
          [say('column.name'), ({ name = '' }) => name],
          [say('column.id'), ({ id }) => id],
          [say('column.kind'), ({ kind }) => kind],
          [say('column.since'), ({ since }) => instant(since)],
          [say('column.until'), ({ until }) => instant(until)],
          [say('column.via'), ({ via = '' }) => via],
        ]);
      const [kind] = held;
      const named = kind && options[kind];
      if (kind === undefined || named === undefined)
        return performReport(
          front,
          command,
          options,
          (ports, asking) => administratorsThen(ports, asking, { at }),
          holderColumns(front),
        );
      return performReport(
        front,
        command,
        options,
        (ports, asking) => holdersThen(ports, asking, { of: kind, named, at }),
        [
          ...holderColumns(front),
          [say('column.company-role'), ({ companyRole = '' }) => companyRole],
          [say('column.why'), ({ origins = [] }) => origins.map(({ by }) => by).join(', ')],
        ],
      );
    });
}

const holderColumns = ({ say }: Front): readonly Column<HolderRow>[] => [
  [say('column.name'), ({ name }) => name],
  [say('column.id'), ({ id }) => id],
  [say('column.status'), ({ status }) => status],
  [say('column.primary-role'), ({ primaryRole }) => primaryRole],
  [say('column.roles'), ({ roles }) => roles.join(', ')],
];

function timelineCommand(timeline: Command, front: Front): void {
  const { say } = front;
  reporting(front, timeline)
    .description(say('help.timeline'))
    .argument('<user>', say('help.timeline.user'))
    .option('--at <instant>', say('help.at'), instantTyped(front))
    .option('--oldest', say('help.oldest'))
    .action((user: string, options: Timeline, command: Command) => {
      const { at, oldest } = options;
      if (at !== undefined && options.csv) command.error(say('error.one-of', { options: '--at, --csv' }));
      if (at !== undefined)
        return perform(
          front,
          options,
          async (ports) => personThen(ports, await askingOf(ports, options), { user, at }),
          personText(front),
        );
      const order = oldest ? 'oldest' : 'newest';
      return performReport(front, command, options, (ports, asking) => timelineOf(ports, asking, { user, order }), [
        [say('column.time'), ({ at: when }) => instant(when)],
        [say('column.event'), ({ event, act = '' }) => `${event} ${act}`.trim()],
        [say('column.what'), whatOf],
        [say('column.why'), ({ why = '' }) => why],
        [say('column.by'), ({ byName, by = '' }) => byName ?? by],
        [say('column.request'), ({ request = '' }) => request],
      ]);
    });
}

const whatOf = ({ group, groupName = group, changed = [] }: LifeRow): string => groupName ?? changed.join(', ');

const personText =
  ({ say }: Front) =>
  ({ at, user, state, groups }: PersonThen): string => {
    const name = state?.name ?? user.name ?? user.id;
    if (!state) return say('cli.not-there', { name });
    const held = state.grants.map(({ what, id, name: called = id }) => `${what} ${called}`);
    const shown = facts([
      [say('fact.as-of'), at.toISOString()],
      [say('fact.since'), state.since.toISOString()],
      [say('fact.status'), state.status],
      [say('fact.primary-role'), state.primaryRole],
      [say('fact.holds'), held.join(', ') || say('word.none')],
      [say('fact.groups'), groups.map(({ id, name: called = id }) => called).join(', ') || say('word.none')],
      ...Object.entries(state.attributes).map(([key, value]) => [key, textOf(value)] as const),
    ]);
    return `${name} (${user.id})\n${shown}`;
  };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function changesCommand(changes: Command, front: Front): void {
  const { say } = front;
  reporting(front, changes)
    .description(say('help.changes'))
    .requiredOption('--from <instant>', say('help.changes.from'), instantTyped(front))
    .option('--to <instant>', say('help.changes.to'), instantTyped(front))
    .option('--kind <kind>', say('help.changes.kind'))
    .option('--resource <id>', say('help.changes.resource'))
    .option('--by <who>', say('help.changes.by'))
    .addOption(new Option('--operation <operation>', say('help.changes.operation')).choices(choices.operations))
    .action((options: Changes, command: Command) => {
      const { from: since, to: until, kind, resource, by, operation } = options;
      const asked = { since, until, kind, resource, by, operation };
      return performReport(front, command, options, (ports, asking) => changesBetween(ports, asking, asked), [
        [say('column.time'), ({ at }) => instant(at)],
        [say('column.operation'), ({ operation: done, act = '' }) => `${done} ${act}`.trim()],
        [say('column.kind'), ({ kind: of }) => of],
        [say('column.name'), ({ name = '' }) => name],
        [say('column.resource'), ({ resource: id }) => id],
        [say('column.what'), changeText(front)],
        [say('column.by'), ({ byName, by: who }) => byName ?? who],
        [say('column.request'), ({ request }) => request],
      ]);
    });
}

const changeText =
  ({ say }: Front) =>
  ({ changed, joined = 0, left = 0, emptied }: ChangeRow): string =>
    [
      ...changed,
      ...(emptied ? [say('word.emptied')] : []),
      ...(joined > 0 ? [`+${joined}`] : []),
      ...(left > 0 ? [`−${left}`] : []),
    ].join(', ');
