import type { Asked, Listed } from '../../domain/lists.ts';
import type { State } from '../../domain/states.ts';
import type { listQuery, OfSome } from './schema.ts';
import { pageSize } from './schema.ts';

/** What a query asks of a list: `-name` is the other way round. */
export const askedBy = ({ filter, sort, limit, cursor }: OfSome<typeof listQuery>): Asked => ({
  filter,
  ...(sort !== undefined && {
    sort: sort.replace(/^-/, ''),
    sortOrder: sort.startsWith('-') ? 'descending' : 'ascending',
  }),
  limit: limit ?? pageSize.default,
  cursor,
});

/** A page as it is answered. */
export const pageShown = <T>({ items, next, total }: Listed, shown: (state: State) => T) => ({
  items: items.map(shown),
  ...(next !== undefined && { nextCursor: next }),
  ...(total !== undefined && { total }),
});
