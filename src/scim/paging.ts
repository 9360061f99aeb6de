import { expiredCursor, invalidCount, invalidCursor, invalidValue } from './errors.ts';
import { limits } from './limits.ts';
import type { Protocol } from './ports.ts';
import type { Cursor, JsonObject, Page, Position, ScimRequest } from './types.ts';

/** The parameters of a query (RFC 7644 §3.4.2), however they came: in the URL or as the body of a `.search`. */
export type Parameters = Readonly<Record<string, string>>;

type Ports = Pick<Protocol, 'seals' | 'clock'>;

/**
 * What a cursor is bound to: who asks, where, what of, and every parameter but those that choose the page (RFC 9865 §2: "all
 * query parameters and values being identical to the initial query").
 */
export const boundTo = (
  { caller: { tenant, connection }, path }: Pick<ScimRequest, 'caller' | 'path'>,
  types: readonly { readonly id: string }[],
  parameters: Parameters,
): string =>
  JSON.stringify([
    tenant,
    connection,
    // A list of all types that a token may read is not that of the one type among them.
    path[0] ?? '',
    types.map(({ id }) => id),
    ['filter', 'sortBy', 'sortOrder', 'attributes', 'excludedAttributes'].map((name) => parameters[name] ?? null),
  ]);

/**
 * The page that a query asks for: by index, which is the default, or by `cursor`, an empty one for the
 * first page (RFC 7644 §3.4.2.4, RFC 9865 §2).
 *
 * @throws ScimError 400 `invalidValue`; with a cursor `invalidCount`, `invalidCursor`, `expiredCursor`
 */
export async function pageAsked(parameters: Parameters, bound: string, ports: Ports): Promise<Page> {
  const { cursor, startIndex } = parameters;
  if (cursor === undefined) {
    const count = integer(parameters, 'count', invalidValue) ?? limits.defaultPageSize;
    return {
      startIndex: Math.max(1, integer(parameters, 'startIndex', invalidValue) ?? 1),
      count: Math.min(limits.pageSize, Math.max(0, count)),
    };
  }
  if (startIndex !== undefined) throw invalidValue(`'cursor' and 'startIndex' exclude each other`);
  const count = Math.max(0, integer(parameters, 'count', invalidCount) ?? limits.defaultPageSize);
  if (count > limits.pageSize) throw invalidCount(`With a cursor 'count' may be at most ${limits.pageSize}`);
  return { cursor: cursor === '' ? { towards: 'next' } : await opened(cursor, count, bound, ports), count };
}

/** A page as it was found. */
export interface PageFound {
  /** The positions of what is on it, in the order of the list. */
  readonly positions: readonly Position[];
  /** Whether there are more beyond the page, the way it was read. */
  readonly more: boolean;
}

/** What a list says of its page: where it begins, or how to go on from it (RFC 7644 table 7, RFC 9865 table 2). */
export async function pageShown(
  page: Page,
  { positions, more }: PageFound,
  bound: string,
  ports: Ports,
): Promise<JsonObject> {
  const itemsPerPage = positions.length;
  if (!page.cursor) return { startIndex: page.startIndex, itemsPerPage };
  if (page.count === 0) return { itemsPerPage };
  const { from, towards } = page.cursor;
  // A page that begins behind a position is not the first of those that are read that way.
  const isBehind = from !== undefined;
  const sealed = (cursor: Cursor) => ports.seals.seal(written(cursor, page.count, ports.clock()), bound);
  return {
    itemsPerPage,
    ...((towards === 'previous' ? more : isBehind) && {
      previousCursor: await sealed({ ...at(positions[0]), towards: 'previous' }),
    }),
    ...((towards === 'next' ? more : isBehind) && {
      nextCursor: await sealed({ ...at(positions.at(-1)), towards: 'next' }),
    }),
  };
}

/** From an empty page one goes back from the end of the list, or on from its beginning. */
const at = (from: Position | undefined) => (from ? { from } : {});

/** What is sealed: a cursor, with the count of its query and the instant at which it was made. */
interface Written extends Cursor {
  readonly count: number;
  readonly made: number;
}

const written = (cursor: Cursor, count: number, made: number): string =>
  JSON.stringify({ ...cursor, count, made } satisfies Written);

/** One answer to whatever is no cursor of this query: it tells nothing of the lists of others (RFC 9865 §5.2). */
async function opened(sealed: string, count: number, bound: string, { seals, clock }: Ports): Promise<Cursor> {
  const text = await seals.open(sealed, bound);
  if (text === undefined) throw invalidCursor(`'cursor' is not one of this query: begin again with an empty one`);
  // Nobody but us can have written it.
  const { from, towards, ...kept } = JSON.parse(text) as Written;
  if (kept.count !== count) throw invalidCount(`'count' must be that of the first page`);
  if (clock() - kept.made > limits.cursorSeconds * 1_000) {
    throw expiredCursor(`'cursor' is older than ${limits.cursorSeconds} seconds: begin again with an empty one`);
  }
  return { ...at(from), towards };
}

function integer(
  parameters: Parameters,
  name: 'startIndex' | 'count',
  refused: (detail: string) => Error,
): number | undefined {
  const text = parameters[name]?.trim();
  if (!text) return undefined;
  if (!/^[-+]?\d+$/.test(text)) throw refused(`'${name}' must be an integer`);
  return Math.max(-1, Math.min(Number(text), Number.MAX_SAFE_INTEGER));
}
