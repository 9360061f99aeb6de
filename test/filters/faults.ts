import type { Filter } from '../../src/scim/filter/ast.ts';
import { comparable } from '../../src/scim/filter/matches.ts';
import type { AttributePath } from '../../src/scim/schema/types.ts';
import { faithful } from './inMemory.ts';
import type { Interpreter, Question } from './inMemory.ts';

type Test = Extract<Filter, { readonly value: unknown }>;

/** A filter in which each test is replaced, and what joins them where that is asked for. */
const rewritten =
  (test: (test: Test) => Filter, joined: (filter: Filter) => Filter = (filter) => filter) =>
  (filter: Filter): Filter => {
    const inside = rewritten(test, joined);
    switch (filter.op) {
      case 'and':
      case 'or':
        return joined({ ...filter, filters: filter.filters.map(inside) });
      case 'not':
        return joined({ ...filter, filter: inside(filter.filter) });
      case 'has':
        return joined({ ...filter, where: inside(filter.where) });
      case 'pr':
        return joined(filter);
      default:
        return test(filter);
    }
  };

const withOp =
  (from: Test['op'], to: Test['op']) =>
  (test: Test): Filter =>
    test.op === from ? { ...test, op: to } : test;

const withAttribute =
  (change: (attribute: AttributePath['attribute']) => Partial<AttributePath['attribute']>) =>
  <T extends { readonly path: AttributePath }>(named: T): T => ({
    ...named,
    path: { ...named.path, attribute: { ...named.path.attribute, ...change(named.path.attribute) } },
  });

const isEdge = ({ path }: Test): boolean => path.keys[0] === 'groups';

/** `emails[type eq "work" and value eq "x"]` as if one e-mail could have the type and another the value. */
function uncorrelated(filter: Filter): Filter {
  if (filter.op !== 'has' || filter.where.op !== 'and') return filter;
  const { path } = filter;
  return { op: 'and', filters: filter.where.filters.map((where) => ({ op: 'has', path, where })) };
}

/** `not (emails.value eq "x")` as if it asked for an e-mail that is another. */
function notOfOne(filter: Filter): Filter {
  const inner = filter.op === 'not' ? filter.filter : filter;
  if (inner === filter || !('path' in inner) || inner.op === 'has') return filter;
  const { keys, attribute, parent } = inner.path;
  if (!parent?.multiValued || keys[0] === 'groups') return filter;
  const inside: Filter = { ...inner, path: { keys: keys.slice(-1), attribute } };
  return { op: 'has', path: { keys: keys.slice(0, -1), attribute: parent }, where: { op: 'not', filter: inside } };
}

/** `ne` as if an absent value were equal. */
const neOfPresent = (test: Test): Filter =>
  test.op !== 'ne' || isEdge(test) ? test : { op: 'and', filters: [test, { op: 'pr', path: test.path }] };

const asFilter = (rewrite: (filter: Filter) => Filter): Interpreter => ({
  ...faithful,
  matches: (filter, user) => faithful.matches(rewrite(filter), user),
});

const exact = withAttribute(() => ({ caseExact: true }));
const inexact = withAttribute(() => ({ caseExact: false }));
const asText = withAttribute(({ type }) => (type === 'dateTime' ? { type: 'string', caseExact: true } : {}));

/** Interpreters in memory with one fault each. */
export const faultsInMemory: Readonly<Record<string, Interpreter>> = {
  'caseExact ignored': asFilter(rewritten(inexact)),
  'every attribute case-exact': asFilter(rewritten(exact)),
  'ne false of what is absent': asFilter(rewritten(neOfPresent)),
  'values of one element tested on several': asFilter(rewritten((test) => test, uncorrelated)),
  'co as sw': asFilter(rewritten(withOp('co', 'sw'))),
  'ew as co': asFilter(rewritten(withOp('ew', 'co'))),
  'gt as ge': asFilter(rewritten(withOp('gt', 'ge'))),
  'not of one value of several': asFilter(rewritten((test) => test, notOfOne)),
  'an empty text present': {
    ...faithful,
    matches: (filter, user) => faithful.matches(filter, filled(user)),
  },
  'dateTime as text': asFilter(rewritten(asText)),
  'text in the order of UTF-16': { ...faithful, compareText: (a, b) => (a < b ? -1 : Number(a > b)) },
  'what is missing first': { ...faithful, missing: 'first' },
  'sorted by the first instead of the primary': { ...faithful, oneOf: ([first]) => first },
  'sorted by letter case': { ...faithful, comparable: (path, value) => comparable(exact({ path }).path, value) },
};

/** A user whose empty texts have become blanks. */
const filled = <T>(user: T): T => JSON.parse(JSON.stringify(user).replaceAll(':""', ':" "')) as T;

const asQuestion =
  (rewrite: (filter: Filter) => Filter) =>
  <T extends Question>(question: T): T => ({ ...question, filter: rewrite(question.filter) });

/** Faults on MongoDB's side: what it would be asked by a compiler, or a sort, that is wrong. */
export const faultsInMongo: Readonly<Record<string, <T extends Question>(question: T) => T>> = {
  'caseExact ignored': asQuestion(rewritten(inexact)),
  'ne false of what is absent': asQuestion(rewritten(neOfPresent)),
  'values of one element tested on several': asQuestion(rewritten((test) => test, uncorrelated)),
  'sw as co': asQuestion(rewritten(withOp('sw', 'co'))),
  'ge as gt': asQuestion(rewritten(withOp('ge', 'gt'))),
  'not of one value of several': asQuestion(rewritten((test) => test, notOfOne)),
  'descending as ascending': (question) => ({
    ...question,
    ...(question.sort && { sort: { ...question.sort, order: 'ascending' } }),
  }),
  'or as and': asQuestion(
    rewritten(
      (test) => test,
      (filter) => (filter.op === 'or' ? { ...filter, op: 'and' } : filter),
    ),
  ),
};
