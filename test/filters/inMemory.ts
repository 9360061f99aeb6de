import type { Filter } from '../../src/scim/filter/ast.ts';
import { comparable, compareText, matches } from '../../src/scim/filter/matches.ts';
import type { AttributePath } from '../../src/scim/schema/types.ts';
import type { Cursor, Json, JsonObject, Sort } from '../../src/scim/types.ts';
import { idOf } from './dataSets.ts';

/** What is asked of a data set: which of its users, in which order. */
export interface Question {
  readonly filter: Filter;
  readonly sort?: Sort;
  readonly page: Page;
}

/** Which part of the list is asked for: all of it, where more are asked for than there are. */
export type Page =
  | { readonly by: 'index'; readonly startIndex: number; readonly count: number }
  /** Behind, or before, the user at that place of the list; without one, from its beginning, or its end. */
  | { readonly by: 'cursor'; readonly place?: number; readonly towards: Cursor['towards']; readonly count: number };

/** The parts of the interpreter in memory, so that each can be replaced by a faulty one. */
export interface Interpreter {
  readonly matches: (filter: Filter, user: JsonObject) => boolean;
  /** Of several values the one that counts. */
  readonly oneOf: (values: readonly Json[]) => Json | undefined;
  readonly comparable: (path: AttributePath, value: Json) => Json;
  readonly compareText: (a: string, b: string) => number;
  /** Where users stand who have no value, when ascending. */
  readonly missing: 'last' | 'first';
}

/** As RFC 7644 §3.4.2.2 and §3.4.2.3 have it. */
export const faithful: Interpreter = {
  matches,
  oneOf: (values) => values.find((each) => isObject(each) && each['primary'] === true) ?? values[0],
  comparable,
  compareText,
  missing: 'last',
};

/** The ids of the users that the question is answered with, in their order. */
export const answer = (interpreter: Interpreter, users: readonly JsonObject[], question: Question): readonly string[] =>
  cut(wholeList(interpreter, users, question), question.page).map(({ id }) => id);

/** All whom a question finds, in their order: by id among equals, and descending exactly the other way. */
export function wholeList(
  interpreter: Interpreter,
  users: readonly JsonObject[],
  { filter, sort }: Question,
): readonly Row[] {
  const found = users.filter((user) => interpreter.matches(filter, user));
  const rows = found.map((user) => ({ id: idOf(user), key: sort && keyOf(interpreter, user, sort.path) }));
  const sign = sort?.order === 'descending' ? -1 : 1;
  return rows.sort((a, b) => sign * (order(interpreter, a.key, b.key) || compareText(a.id, b.id)));
}

/** A user in a list: what it is put in order by, and its id. */
export interface Row {
  readonly id: string;
  readonly key: Json | undefined;
}

/** The part of a list that a page shows. */
export function cut(rows: readonly Row[], page: Page): readonly Row[] {
  if (page.by === 'index') return rows.slice(page.startIndex - 1, page.startIndex - 1 + page.count);
  const { place, towards, count } = page;
  const known = place !== undefined && place < rows.length ? place : undefined;
  if (towards === 'next') return rows.slice((known ?? -1) + 1).slice(0, count);
  return count === 0 ? [] : rows.slice(0, known).slice(-count);
}

/** What a user is sorted by. */
function keyOf(interpreter: Interpreter, user: JsonObject, path: AttributePath): Json | undefined {
  const one = (value: Json | undefined) => (Array.isArray(value) ? interpreter.oneOf(value) : value);
  const value = path.keys.reduce<Json | undefined>((found, key) => {
    const whole = one(found);
    return isObject(whole) && Object.hasOwn(whole, key) ? whole[key] : undefined;
  }, user);
  const single = one(value);
  return single === undefined ? undefined : interpreter.comparable(path, single);
}

function order(interpreter: Interpreter, a: Json | undefined, b: Json | undefined): number {
  if (a === undefined || b === undefined) {
    const missingLast = Number(a === undefined) - Number(b === undefined);
    return interpreter.missing === 'last' ? missingLast : -missingLast;
  }
  return typeof a === 'string' && typeof b === 'string' ? interpreter.compareText(a, b) : Number(a) - Number(b);
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
