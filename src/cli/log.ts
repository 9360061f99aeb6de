import type { connectionLog } from '../admin/connections.ts';
import { instant, table } from './table.ts';

type Row = Awaited<ReturnType<typeof connectionLog>>[number];

/** Rows of the provisioning log, for people: `limit` is how many were asked for. */
export function logText(rows: readonly Row[], limit: number): string {
  const shown = table(
    [
      ['TIME', ({ time }) => instant(time)],
      ['OUTCOME', ({ outcome }) => outcome],
      ['STATUS', ({ status }) => String(status)],
      ['OPERATION', asked],
      ['RESOURCE', ({ resourceId = '' }) => resourceId],
      ['PROBLEM', problem],
      ['REPAIRED', ({ repaired }) => repairs(repaired)],
      ['REFUSED MEMBERS', refusals],
      ['REQUEST', ({ requestId }) => requestId],
    ],
    rows,
  );
  const last = rows.at(-1);
  return last && rows.length === limit ? `${shown}\nOlder rows: --before ${last.id}` : shown;
}

/** What was asked, of a Bulk with the place of the operation in it: the first one is #0, as in the journal. */
const asked = ({ operation, resourceType = '', part }: Row): string =>
  [operation, resourceType, part === undefined ? '' : `#${String(part)}`].filter((word) => word !== '').join(' ');

/** What is wrong where the protocol has no word for it. */
const problems: ReadonlyMap<number, string> = new Map([
  [403, 'not allowed'],
  [404, 'not found'],
  [405, 'no such method'],
  [408, 'too slow'],
  [409, 'conflict'],
  [412, 'changed meanwhile'],
  [413, 'too large'],
  [415, 'media type'],
  [500, 'server fault'],
  [501, 'not served'],
  [503, 'unavailable'],
]);

const problem = ({ status, scimType, rule, attribute = '' }: Row): string =>
  `${rule ?? scimType ?? problems.get(status) ?? ''} ${attribute}`.trim();

const repairs = (repaired: Row['repaired']): string =>
  Object.entries(repaired)
    .map(([what, times]) => (times === 1 ? what : `${what} (${String(times)})`))
    .join(', ');

const namedHere = 3;

function refusals({ refusedMembers, refusedMemberCount }: Row): string {
  const more = refusedMemberCount - namedHere;
  return refusedMembers.slice(0, namedHere).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
}
