import type { connectionLog } from '../admin/connections.ts';
import type { Key } from '../words/say.ts';
import type { Front } from './front.ts';
import { instant, table } from './table.ts';

type Row = Awaited<ReturnType<typeof connectionLog>>[number];

/** Rows of the provisioning log, for people: `limit` is how many were asked for. */
export function logText(front: Front, rows: readonly Row[], limit: number): string {
  const { say } = front;
  const shown = table(
    [
      [say('column.time'), ({ time }) => instant(time)],
      [say('column.outcome'), ({ outcome }) => outcome],
      [say('column.status'), ({ status }) => String(status)],
      [say('column.operation'), asked],
      [say('column.resource'), ({ resourceId = '' }) => resourceId],
      [say('column.problem'), (row) => problem(front, row)],
      [say('column.repaired'), ({ repaired }) => repairs(repaired)],
      [say('column.refused-members'), (row) => refusals(front, row)],
      [say('column.request'), ({ requestId }) => requestId],
    ],
    rows,
  );
  const last = rows.at(-1);
  return last && rows.length === limit ? `${shown}\n${say('cli.older-rows', { id: last.id })}` : shown;
}

/** What was asked, of a Bulk with the place of the operation in it: the first one is #0, as in the journal. */
const asked = ({ operation, resourceType = '', part }: Row): string =>
  [operation, resourceType, part === undefined ? '' : `#${String(part)}`].filter((word) => word !== '').join(' ');

/** What is wrong where the protocol has no word for it. */
const problems: ReadonlyMap<number, Key & `status.${string}`> = new Map([
  [403, 'status.403'],
  [404, 'status.404'],
  [405, 'status.405'],
  [408, 'status.408'],
  [409, 'status.409'],
  [412, 'status.412'],
  [413, 'status.413'],
  [415, 'status.415'],
  [500, 'status.500'],
  [501, 'status.501'],
  [503, 'status.503'],
]);

function problem({ say }: Front, { status, scimType, rule, attribute = '' }: Row): string {
  const known = problems.get(status);
  return `${rule ?? scimType ?? (known ? say(known) : '')} ${attribute}`.trim();
}

const repairs = (repaired: Row['repaired']): string =>
  Object.entries(repaired)
    .map(([what, times]) => (times === 1 ? what : `${what} (${String(times)})`))
    .join(', ');

const namedHere = 3;

function refusals({ say }: Front, { refusedMembers, refusedMemberCount }: Row): string {
  const named = refusedMembers.slice(0, namedHere);
  const more = refusedMemberCount - namedHere;
  return more > 0 ? say('cli.more', { named, count: more }) : named.join(', ');
}
