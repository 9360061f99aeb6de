import { tooMany } from './errors.ts';
import { limits } from './limits.ts';
import { listOf } from './listing.ts';
import type { List, Listed, Part, Row } from './listing.ts';
import { compareKeys, comparePositions } from './order.ts';
import { resolvePath } from './schema/path.ts';
import type { AttributePath, ResourceType } from './schema/types.ts';
import type { Caller, Cursor, PageByCursor, PageByIndex, Position, Sort } from './types.ts';

type Key = Position['key'];

/** A list that is one of several, merged by positions: it shows what comes behind any of them, its own or not. */
type Strand = (caller: Caller, page: PageByCursor) => Promise<Listed>;

/** The list of several types' resources, type by type, each in the order of ids (RFC 7644 §3.4.2.1). */
export function typeByType(parts: readonly Part[]): List {
  // The number of its type is what a resource is sorted by.
  const strands = parts.map((part, number) => withOneKey(part, number, 'ascending'));
  return (caller, page) => (page.cursor ? inTurn(strands, caller, page) : byIndex(parts, caller, page));
}

/**
 * The list of several types' resources in one order (RFC 7644 §3.4.2.3). A type that does not have the attribute has no
 * value of it.
 *
 * @throws ScimError 400 `tooMany` for pages far behind, which only a cursor finds
 */
export function inOrderOf(
  parts: readonly (Omit<Part, 'sort'> & { readonly path: AttributePath | undefined })[],
  order: Sort['order'],
): List {
  const [only, ...others] = parts;
  if (only?.path && others.length === 0) return listOf({ ...only, sort: { path: only.path, order } });
  const strandsOf = (wanted?: Part['wanted']): readonly Strand[] =>
    parts.map(({ path, ...part }) => {
      const shown = wanted ? { ...part, wanted } : part;
      return path ? listOf({ ...shown, sort: { path, order } }) : withOneKey(shown, undefined, order);
    });
  const [strands, unseen] = [strandsOf(), strandsOf({ members: false, groups: false })];
  return async (caller, page) => {
    if (page.cursor) return together(strands, order, caller, page);
    if (page.startIndex > limits.sortedStartIndex) {
      throw tooMany(`Sorted over several types, 'startIndex' may be at most ${limits.sortedStartIndex}: use 'cursor'`);
    }
    const from = await positionBefore(page.startIndex, (at) => together(unseen, order, caller, at));
    const cursor: Cursor = { ...(from && { from }), towards: 'next' };
    const listed = await together(strands, order, caller, { cursor, count: page.count });
    // Only a list by cursor may leave its total out (RFC 9865 §2).
    if (listed.total === undefined) throw tooMany(`Too many resources match to be counted: use 'cursor'`);
    return listed;
  };
}

/** The position that stands before an index, found by reading so far. */
async function positionBefore(
  startIndex: number,
  read: (page: PageByCursor) => Promise<Listed>,
): Promise<Position | undefined> {
  let from: Position | undefined;
  for (let left = startIndex - 1; left > 0; left -= limits.pageSize) {
    const cursor: Cursor = { ...(from && { from }), towards: 'next' };
    const { rows, more } = await read({ cursor, count: Math.min(left, limits.pageSize) });
    from = rows.at(-1)?.position ?? from;
    if (!more) break;
  }
  return from;
}

/** A page of strands that follow one another: what a page has no room for is counted only. */
async function inTurn(strands: readonly Strand[], caller: Caller, { cursor, count }: PageByCursor): Promise<Listed> {
  const pages: Listed[] = [];
  let room = count;
  for (const strand of cursor.towards === 'next' ? strands : strands.toReversed()) {
    // One more than there is room for says whether there are more.
    const page = await strand(caller, { cursor, count: count === 0 ? 0 : room + 1 });
    pages.push(page);
    room = Math.max(0, room - page.rows.length);
  }
  return merged(pages, 'ascending', cursor, count);
}

/** A page of strands that are in one order: no more of each than the page may show is ever in memory. */
async function together(
  strands: readonly Strand[],
  order: Sort['order'],
  caller: Caller,
  { cursor, count }: PageByCursor,
): Promise<Listed> {
  const pages = await Promise.all(strands.map((strand) => strand(caller, { cursor, count })));
  return merged(pages, order, cursor, count);
}

/** One page of several that begin at the same position. */
function merged(pages: readonly Listed[], order: Sort['order'], { towards }: Cursor, count: number): Listed {
  const sign = order === 'ascending' ? 1 : -1;
  const all = pages.flatMap(({ rows }) => rows).sort((a, b) => sign * comparePositions(a.position, b.position));
  const rows = towards === 'next' ? all.slice(0, count) : all.slice(Math.max(0, all.length - count));
  return { total: sum(pages), rows, more: all.length > count || pages.some(({ more }) => more) };
}

/** A page of lists that follow one another. */
async function byIndex(parts: readonly Part[], caller: Caller, { startIndex, count }: PageByIndex): Promise<Listed> {
  const pages: Listed[] = [];
  const rows: Row[] = [];
  let before = startIndex - 1;
  for (const part of parts) {
    const page = await listOf(part)(caller, { startIndex: before + 1, count: count - rows.length });
    pages.push(page);
    rows.push(...page.rows);
    before = Math.max(0, before - (page.total ?? 0));
  }
  return { total: sum(pages), rows, more: pages.some(({ more }) => more) };
}

const sum = (pages: readonly Listed[]): number | undefined =>
  pages.reduce<number | undefined>(
    (all, { total }) => (all === undefined || total === undefined ? undefined : all + total),
    0,
  );

/** Resources that are all sorted by the same, hence among themselves by their ids. */
function withOneKey(part: Omit<Part, 'sort'>, key: Key, order: Sort['order']): Strand {
  const list = listOf({ ...part, sort: { path: idOf(part.endpoint.type), order } });
  const keyed = key === undefined ? {} : { key };
  return async (caller, { cursor, count }) => {
    const own = ownCursor(cursor, key, order);
    const page = await list(caller, own ? { cursor: own, count } : { cursor: { towards: 'next' }, count: 0 });
    const rows = page.rows.map((row) => ({ ...row, position: { ...keyed, id: row.stored.id } }));
    return { ...page, rows, more: own !== undefined && page.more };
  };
}

/** Where such a list goes on behind a position; undefined where all of it lies before. */
function ownCursor({ from, towards }: Cursor, key: Key, order: Sort['order']): Cursor | undefined {
  if (!from) return { towards };
  const ahead = (order === 'ascending') === (towards === 'next') ? 1 : -1;
  const lies = ahead * compareKeys(key, from.key);
  if (lies < 0) return undefined;
  return lies > 0 ? { towards } : { from: { id: from.id }, towards };
}

function idOf(type: ResourceType): AttributePath {
  const path = resolvePath(type, 'id');
  if (!path) throw new TypeError(`${type.name} has no id`);
  return path;
}
