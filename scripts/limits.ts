import { limits } from '../src/scim/limits.ts';
import { table } from './tables.ts';

type Limit = keyof typeof limits;

interface Meaning {
  readonly what: string;
  readonly unit?: 'MiB' | 'seconds';
  /** What one over is answered. */
  readonly beyond: string;
}

const invalidFilter = '400 `invalidFilter`';
const tooMany = '400 `tooMany`';

/** What each limit is about; how much of a Bulk is under way at once is nobody's affair. */
const meanings: Readonly<Record<Exclude<Limit, 'bulkAbreast'>, Meaning>> = {
  userBodyBytes: { what: 'A body', unit: 'MiB', beyond: '413' },
  groupBodyBytes: { what: 'The body of a group, with its members', unit: 'MiB', beyond: '413' },
  bulkBodyBytes: { what: 'The body of a Bulk', unit: 'MiB', beyond: '413' },
  jsonDepth: { what: 'Levels of objects and arrays in a body', beyond: '400 `invalidSyntax`' },
  bulkOperations: { what: 'Operations of a Bulk', beyond: '413' },
  patchOperations: { what: 'Operations of a PATCH', beyond: '413' },
  patchMembers: { what: 'Member values of a PATCH, in all of its operations', beyond: '413' },
  patchComparisons: { what: 'Comparisons of values that a PATCH may cost', beyond: '413' },
  groupMembers: { what: 'Members of a group in one POST or PUT', beyond: '413' },
  values: { what: 'Values of one attribute, members apart', beyond: '413' },
  stringLength: { what: 'Characters of a text', beyond: '400 `invalidValue`' },
  filterLength: { what: 'Characters of a filter', beyond: invalidFilter },
  filterDepth: { what: 'Brackets around each other in a filter', beyond: invalidFilter },
  filterTerms: { what: 'Terms of a filter', beyond: invalidFilter },
  pageSize: { what: 'Resources on a page', beyond: 'so many; with a cursor 400 `invalidCount`' },
  defaultPageSize: { what: 'Resources on a page where `count` is not said', beyond: '' },
  cursorSeconds: { what: 'Age of a cursor', unit: 'seconds', beyond: '400 `expiredCursor`' },
  sortedStartIndex: { what: '`startIndex` of a sorted search over all types', beyond: tooMany },
  scannedResources: { what: 'Resources that a query examines where no index answers it', beyond: tooMany },
};

const sizeOf = (limit: Limit, unit: Meaning['unit']): string => {
  const size = unit === 'MiB' ? limits[limit] / 1_048_576 : limits[limit];
  return `${size.toLocaleString('en')}${unit === undefined ? '' : ` ${unit}`}`;
};

/** Every limit of src/scim/limits.ts, and what one over is answered. */
export function limitsTable(): string {
  const rows = (Object.entries(meanings) as [Limit, Meaning][]).map(([limit, { what, unit, beyond }]) => [
    what,
    sizeOf(limit, unit),
    beyond,
  ]);
  return table(['what', 'at most', 'beyond it'], rows);
}
