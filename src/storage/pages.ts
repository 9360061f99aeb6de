import { limits } from '../scim/limits.ts';
import type { Page } from '../scim/types.ts';
import { slimFields, stateFields } from './documents.ts';
import type { MongoQuery } from './filter.ts';
import type { Split } from './indexable.ts';
import type { Order } from './sort.ts';

/** A search in MongoDB's words. */
export interface Search {
  /** What of a tenant an index finds. */
  readonly base: MongoQuery;
  readonly split: Split;
  readonly order: Order;
}

/** What is computed to put resources in order. */
const hidden = { by: 0, missing: 0 } as const;

/** Whether one index finds all that match, in their order: then a page by cursor costs what it shows. */
export function isServed({ split: { indexed, rest }, order: { index, by } }: Search): boolean {
  if (rest || !index) return false;
  const [field = ''] = Object.keys(by);
  return indexed === undefined || asksOnly(indexed, field);
}

const asksOnly = (query: MongoQuery, field: string): boolean =>
  Object.entries(query).every(([key, value]) =>
    key === '$and' ? (value as MongoQuery[]).every((each) => asksOnly(each, field)) : key === field,
  );

/** Whether an index has in order all that there are. */
export const isOfAll = ({ split: { indexed, rest }, order: { index } }: Search): boolean =>
  index !== undefined && !indexed && !rest;

/** The stages that read a page and one resource beyond it, and the index they need. */
export function reading(search: Search, page: Page): { stages: object[]; hint?: Order['index'] } {
  const { base, order } = search;
  const { index } = order;
  const hint = page.cursor && index && isServed(search) ? { hint: index } : {};
  return {
    stages: [
      { $match: { ...base, ...order.match } },
      ...(hint.hint ? [] : narrowing(search)),
      ...(page.cursor?.from ? [{ $match: order.behind(page.cursor.from) }] : []),
      ...(hint.hint ? [] : lightened(search)),
      { $sort: order.by },
      ...(!page.cursor && page.startIndex > 1 ? [{ $skip: page.startIndex - 1 }] : []),
      { $limit: page.count + 1 },
      { $project: { ...stateFields, ...hidden } },
    ],
    ...hint,
  };
}

/** What an index finds is bounded, before it is asked for the rest; where more match, the count refuses the query. */
const narrowing = ({ split: { indexed, rest }, order }: Search): object[] => [
  ...(indexed || rest ? [{ $limit: limits.scannedResources + 1 }] : []),
  ...(rest ? [{ $match: rest }] : []),
  ...order.computed,
];

/** What no index puts in order is put in order in memory, so it is made small. */
const lightened = ({ split: { indexed, rest }, order }: Search): object[] =>
  indexed || rest || !order.index ? [{ $project: slimFields }] : [];
