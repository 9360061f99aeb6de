/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What `{name}` stands for, so far. */
export type Names = ReadonlyMap<string, string>;

/** The first place where an answer differs from what was expected. */
export interface Mismatch {
  readonly path: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** The names known after a match, or where it failed. */
export type Outcome = { readonly names: Names } | Mismatch;

/** True where an expectation was not met. */
export const isMismatch = (outcome: Outcome): outcome is Mismatch => 'path' in outcome;

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const isUnassigned = (value: Json | undefined): boolean =>
  value === undefined || value === null || (isList(value) && value.length === 0);

/** The words that stand for a kind of value in an expected answer. */
export const kinds: ReadonlyMap<string, (value: Json | undefined) => boolean> = new Map([
  ['<absent>', (value) => value === undefined],
  ['<unassigned>', isUnassigned],
  ['<any>', (value) => value !== undefined && value !== null],
  ['<string>', (value) => typeof value === 'string'],
  ['<number>', (value) => typeof value === 'number'],
  ['<boolean>', (value) => typeof value === 'boolean'],
  ['<date>', (value) => typeof value === 'string' && dateTime.test(value) && !Number.isNaN(Date.parse(value))],
]);

const placeholder = /\{([A-Za-z]\w*)\}/g;

/** The names that a text uses, in their order. */
export const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(placeholder)].map(([, name]) => name ?? '');

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/**
 * Compares a text with a template: `{name}` captures what stands there, and what was captured before must stand there again.
 */
export function matchText(template: string, got: string, names: Names, path: string): Outcome {
  const captured = new Set<string>();
  const pattern = template.split(/(\{[A-Za-z]\w*\})/).map((part) => {
    const [name] = namesIn(part);
    if (name === undefined) return literally(part);
    const known = names.get(name);
    if (known !== undefined) return literally(known);
    if (captured.has(name)) return `\\k<${name}>`;
    captured.add(name);
    return `(?<${name}>.+)`;
  });
  const found = new RegExp(`^${pattern.join('')}$`, 's').exec(got);
  if (!found) return { path, expected: fillKnown(template, names), got };
  return { names: new Map([...names, ...Object.entries(found.groups ?? {})]) };
}

const fillKnown = (template: string, names: Names): string =>
  template.replace(placeholder, (whole, name: string) => names.get(name) ?? whole);

/**
 * Compares a JSON value with what was expected: objects may carry more keys, lists agree in length and order
 * unless they begin with `"<any-order>"` or `"<contains>"`, and JSON types are never converted.
 */
export function match(expected: Json, got: Json | undefined, names: Names, path = '$'): Outcome {
  if (typeof expected === 'string') return matchString(expected, got, names, path);
  if (isList(expected)) return isList(got) ? matchList(expected, got, names, path) : { path, expected, got };
  if (isObject(expected)) return isObject(got) ? matchObject(expected, got, names, path) : { path, expected, got };
  return expected === got ? { names } : { path, expected, got };
}

function matchString(expected: string, got: Json | undefined, names: Names, path: string): Outcome {
  const isOfKind = kinds.get(expected);
  if (isOfKind) return isOfKind(got) ? { names } : { path, expected, got };
  return typeof got === 'string' ? matchText(expected, got, names, path) : { path, expected, got };
}

function matchObject(
  expected: { readonly [key: string]: Json },
  got: { readonly [key: string]: Json },
  names: Names,
  path: string,
): Outcome {
  let known = names;
  for (const [key, value] of Object.entries(expected)) {
    const outcome = match(value, Object.hasOwn(got, key) ? got[key] : undefined, known, `${path}${step(key)}`);
    if (isMismatch(outcome)) return outcome;
    known = outcome.names;
  }
  return { names: known };
}

const step = (key: string): string => (/^[\w$]+$/.test(key) ? `.${key}` : `["${key}"]`);

function matchList(expected: readonly Json[], got: readonly Json[], names: Names, path: string): Outcome {
  const [manner, ...rest] = expected;
  if (manner === '<contains>') return matchSome(rest, got, names, path);
  if (manner === '<any-order>') {
    return rest.length === got.length ? matchSome(rest, got, names, path) : lengths(rest, got, path);
  }
  if (expected.length !== got.length) return lengths(expected, got, path);
  let known = names;
  for (const [index, value] of expected.entries()) {
    const outcome = match(value, got[index], known, `${path}[${String(index)}]`);
    if (isMismatch(outcome)) return outcome;
    known = outcome.names;
  }
  return { names: known };
}

const lengths = (expected: readonly Json[], got: readonly Json[], path: string): Mismatch => ({
  path: `${path}.length`,
  expected: expected.length,
  got: got.length,
});

/** Finds a partner for each expected element; a choice that leaves a later one without is taken back. */
function matchSome(expected: readonly Json[], got: readonly Json[], names: Names, path: string): Outcome {
  const [first, ...rest] = expected;
  if (first === undefined) return { names };
  let deepest: Mismatch = { path: `${path}[*]`, expected: first, got };
  for (const [index, candidate] of got.entries()) {
    const chosen = match(first, candidate, names, `${path}[${String(index)}]`);
    if (isMismatch(chosen)) continue;
    const outcome = matchSome(rest, got.toSpliced(index, 1), chosen.names, path);
    if (!isMismatch(outcome)) return outcome;
    deepest = outcome;
  }
  return deepest;
}
