import type { Filter } from './filter/ast.ts';
import type { Endpoint } from './operations/endpoint.ts';
import { positionOf } from './order.ts';
import type { Caller, Page, Position, Sort, Stored, Wanted } from './types.ts';

/** A resource in a list, of whatever type. */
export interface Row {
  readonly endpoint: Endpoint;
  readonly stored: Stored;
  readonly position: Position;
}

/** A page of a list. */
export interface Listed {
  /** Undefined where counting all would cost too much. */
  readonly total: number | undefined;
  readonly rows: readonly Row[];
  /** Whether there are more beyond the page, the way it was read. */
  readonly more: boolean;
}

/** A list, page by page. */
export type List = (caller: Caller, page: Page) => Promise<Listed>;

/** What is listed of one type. */
export interface Part {
  readonly endpoint: Endpoint;
  readonly filter?: Filter;
  readonly sort?: Sort;
  readonly wanted: Wanted;
}

/** The list of one type's resources. */
export const listOf =
  ({ endpoint, filter, sort, wanted }: Part): List =>
  async (caller, page) => {
    const { type, store } = endpoint;
    const query = { ...(filter && { filter }), ...(sort && { sort }), wanted };
    const { total, resources, more } = await store.query(caller, { ...query, ...page });
    const rows = resources.map((stored) => ({ endpoint, stored, position: positionOf(type, stored, sort) }));
    return { total, rows, more };
  };
