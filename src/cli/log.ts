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
      ['OPERATION', ({ operation, resourceType = '' }) => `${operation} ${resourceType}`.trim()],
      ['RESOURCE', ({ resourceId = '' }) => resourceId],
      ['PROBLEM', ({ scimType = '', attribute = '' }) => `${scimType} ${attribute}`.trim()],
      ['REPAIRED', ({ repaired }) => repairs(repaired)],
      ['REFUSED MEMBERS', refusals],
      ['REQUEST', ({ requestId }) => requestId],
    ],
    rows,
  );
  const last = rows.at(-1);
  return last && rows.length === limit ? `${shown}\nOlder rows: --before ${last.id}` : shown;
}

const repairs = (repaired: Row['repaired']): string =>
  Object.entries(repaired)
    .map(([what, times]) => (times === 1 ? what : `${what} (${String(times)})`))
    .join(', ');

const namedHere = 3;

function refusals({ refusedMembers, refusedMemberCount }: Row): string {
  const more = refusedMemberCount - namedHere;
  return refusedMembers.slice(0, namedHere).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
}
