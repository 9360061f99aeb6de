import { parse } from 'scim2-parse-filter';
import type { Filter as Tree } from 'scim2-parse-filter';
import type { Leniency } from '../dialects.ts';
import { invalidFilter } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Comparator, Scalar } from './ast.ts';

/** A comparison value as it was written. A bare one is neither quoted nor a JSON literal: `externalId eq jyoung`. */
export interface Literal {
  readonly text: string;
  readonly value: Scalar;
  readonly bare: boolean;
}

/** What a filter says, by its form alone: attribute names and values are as they were written. */
export type Syntax =
  | { readonly op: 'and' | 'or'; readonly filters: readonly Syntax[] }
  | { readonly op: 'not'; readonly filter: Syntax }
  | { readonly op: 'has'; readonly name: string; readonly where: Syntax }
  | { readonly op: 'pr'; readonly name: string }
  | { readonly op: Comparator; readonly name: string; readonly literal: Literal };

/**
 * The tree of a filter that keeps to the grammar and the limits (RFC 7644 §3.4.2.2). Whether its names name anything, who
 * resolves them knows.
 *
 * scim2-parse-filter builds it, and never sees a name, a string or a number that a client wrote: those are hoisted
 * to placeholders (`p0[(p1 eq 0) and p2 co 1]`), for it doubles escapes, refuses `$ref` and most negative numbers, backtracks
 * without end on an open quote, and takes `constructor` for an operator. What follows a `]` is moved inside, where
 * it means the same element.
 *
 * @throws ScimError 400 invalidFilter
 */
export function readSyntax(text: string, leniency: Leniency): Syntax {
  const reading = read(text, leniency);
  return toSyntax(parse(reading.written.join(' ')), reading);
}

/** A piece of a client's text in a message: short, whatever was sent. */
export const quoted = (text: string): string => `'${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`;

type Expecting = 'term' | 'group' | 'operator' | 'value' | 'connective' | 'suffix';

interface Token {
  readonly kind: 'string' | 'mark' | 'word';
  readonly text: string;
  /** Whether nothing stands between it and the token before. */
  readonly adjacent: boolean;
}

interface Reading {
  readonly leniency: Leniency;
  /** What scim2-parse-filter gets to read. */
  readonly written: string[];
  readonly names: string[];
  readonly literals: Literal[];
  /** The brackets that are open, each by the mark that closes it. */
  readonly open: string[];
  terms: number;
  /** Whether a comparison that follows a `]` is being moved inside. */
  moving: boolean;
}

// Each alternative begins with a character of its own, so a token is read in one pass.
const tokens = / *(?:("(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|([()[\]])|([^ "()[\]]+))/y;
const controls = /[\u0000-\u001f]/; // eslint-disable-line no-control-regex
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const constants: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const comparators: ReadonlySet<string> = new Set<Comparator>(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);

function read(text: string, leniency: Leniency): Reading {
  if (text.length > limits.filterLength) {
    throw invalidFilter(`A filter may be at most ${limits.filterLength} characters long`);
  }
  if (controls.test(text)) throw invalidFilter('A filter may not contain control characters');

  const reading: Reading = { leniency, written: [], names: [], literals: [], open: [], terms: 0, moving: false };
  let expecting: Expecting = 'term';
  for (const token of tokensOf(text)) expecting = steps[expecting](reading, token);
  if (expecting === 'suffix') reading.written.push(']');
  else if (expecting !== 'connective') throw invalidFilter('The filter ends too early');
  if (reading.open.length > 0) throw invalidFilter(`The filter lacks a closing '${reading.open.join('')}'`);
  return reading;
}

function* tokensOf(text: string): Generator<Token> {
  const end = text.trimEnd().length;
  for (let at = 0; at < end;) {
    tokens.lastIndex = at;
    const [whole, string, mark, word] = tokens.exec(text) ?? [];
    if (whole === undefined) throw invalidFilter(`${quoted(text.slice(at))} begins no string that is JSON`);
    const kind = string !== undefined ? 'string' : mark !== undefined ? 'mark' : 'word';
    at += whole.length;
    yield { kind, text: string ?? mark ?? word ?? '', adjacent: !whole.startsWith(' ') };
  }
}

const steps: Readonly<Record<Expecting, (reading: Reading, token: Token) => Expecting>> = {
  term(reading, token) {
    if (token.text === '(') return opened(reading, '(', ')');
    if (token.kind !== 'word') throw unexpected(token);
    if (token.text.toLowerCase() === 'not') {
      reading.written.push('not');
      return 'group';
    }
    named(reading, token.text);
    return 'operator';
  },

  group(reading, token) {
    if (token.text !== '(') throw invalidFilter("'not' is followed by a filter in parentheses");
    return opened(reading, '(', ')');
  },

  operator(reading, token) {
    if (token.text === '[' && !reading.moving) return opened(reading, '[ (', ']');
    if (token.kind !== 'word') throw unexpected(token);
    const operator = token.text.toLowerCase();
    if (operator === 'pr') return ended(reading, 'pr');
    if (!comparators.has(operator)) throw invalidFilter(`The operator ${quoted(token.text)} is not supported`);
    reading.written.push(operator);
    return 'value';
  },

  value(reading, token) {
    if (token.kind === 'mark') throw unexpected(token);
    const at = reading.literals.push(literal(token)) - 1;
    return ended(reading, String(at));
  },

  connective(reading, token) {
    if (token.kind === 'mark') return closed(reading, token);
    const connective = token.text.toLowerCase();
    if (connective !== 'and' && connective !== 'or') throw unexpected(token);
    reading.written.push(connective);
    return 'term';
  },

  // After `emails[type eq "work"]`: `.value eq "x"`, or the comparison of the value that some send.
  suffix(reading, token) {
    const name = suffixName(reading, token);
    if (name === undefined) {
      reading.written.push(']');
      return steps.connective(reading, token);
    }
    reading.written.push('and');
    reading.moving = true;
    named(reading, name);
    return token.text.startsWith('.') ? 'operator' : steps.operator(reading, token);
  },
};

function suffixName(reading: Reading, token: Token): string | undefined {
  if (token.kind !== 'word') return undefined;
  if (token.adjacent && token.text.startsWith('.')) return token.text.slice(1);
  if (comparators.has(token.text.toLowerCase()) && reading.leniency.repairs('valuePathComparisons')) return 'value';
  return undefined;
}

function opened(reading: Reading, written: string, closing: string): Expecting {
  reading.written.push(written);
  if (reading.open.push(closing) > limits.filterDepth) {
    throw invalidFilter(`A filter may be nested at most ${limits.filterDepth} deep`);
  }
  return 'term';
}

function closed(reading: Reading, token: Token): Expecting {
  if (reading.open.pop() !== token.text) throw unexpected(token);
  reading.written.push(')');
  return token.text === ']' ? 'suffix' : 'connective';
}

function named(reading: Reading, name: string): void {
  reading.written.push(`p${reading.names.push(name) - 1}`);
}

function ended(reading: Reading, written: string): Expecting {
  reading.written.push(written);
  reading.terms += 1;
  if (reading.terms > limits.filterTerms) {
    throw invalidFilter(`A filter may have at most ${limits.filterTerms} terms`);
  }
  if (reading.moving) reading.written.push(']');
  reading.moving = false;
  return 'connective';
}

function literal({ kind, text }: Token): Literal {
  if (kind === 'string') return { text, value: wellFormed(JSON.parse(text) as string), bare: false };
  const constant = constants.get(text);
  if (constant !== undefined) return { text, value: constant, bare: false };
  return jsonNumber.test(text) ? { text, value: Number(text), bare: false } : { text, value: text, bare: true };
}

/** A lone surrogate (`"\ud800"` is JSON) is what a database makes of it: the replacement character. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

const unexpected = ({ text }: Token) => invalidFilter(`${quoted(text)} is not expected where it stands in the filter`);

/** The library's tree, with what was hoisted put back. */
function toSyntax(tree: Tree, reading: Reading): Syntax {
  switch (tree.op) {
    case 'and':
    case 'or':
      return { op: tree.op, filters: tree.filters.map((each) => toSyntax(each, reading)) };
    case 'not':
      return { op: 'not', filter: toSyntax(tree.filter, reading) };
    case '[]':
      return { op: 'has', name: nameAt(reading, tree.attrPath), where: toSyntax(tree.valFilter, reading) };
    case 'pr':
      return { op: 'pr', name: nameAt(reading, tree.attrPath) };
    default:
      return { op: tree.op, name: nameAt(reading, tree.attrPath), literal: hoisted(reading.literals, tree.compValue) };
  }
}

const nameAt = (reading: Reading, placeholder: string): string => hoisted(reading.names, placeholder.slice(1));

function hoisted<T>(all: readonly T[], index: Scalar): T {
  const one = all[Number(index)];
  if (one === undefined) throw new Error(`scim2-parse-filter made up the placeholder ${String(index)}`);
  return one;
}
