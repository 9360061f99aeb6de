import { expect } from 'chai';
import { performance } from 'node:perf_hooks';
import { leniency } from '../../src/scim/dialects.ts';
import { ScimError } from '../../src/scim/errors.ts';
import { matches } from '../../src/scim/filter/matches.ts';
import { parseFilter, parseValueFilter } from '../../src/scim/filter/parse.ts';
import { limits } from '../../src/scim/limits.ts';
import type { Filter } from '../../src/scim/filter/ast.ts';
import { resolvePath } from '../../src/scim/schema/path.ts';
import type { ResourceType } from '../../src/scim/schema/types.ts';
import type { JsonObject } from '../../src/scim/types.ts';
import { toMongo } from '../../src/storage/filter.ts';
import { chance, harshValues, namesOf, richUser, syntax, write } from '../support/filters.ts';
import type { Chance, Vocabulary } from '../support/filters.ts';
import { testType } from '../support/schemas.ts';
import { searchableUser } from '../support/searchableUsers.ts';

const total = 200_000;
/** Milliseconds. */
const slow = 10;

const types = [richUser(), testType('Group')].map((type) => ({ type, names: namesOf(type) }));

/** A filter that keeps to the grammar, its attributes' types and the limits. */
function validFilter(luck: Chance): { readonly type: ResourceType; readonly text: string } {
  const { type, names } = luck.one(types);
  if (luck.percent(3)) return { type, text: greatFilter(luck, { names, values: harshValues, terms: 1 }) };
  const text = write(luck, syntax(luck, { names, values: harshValues, terms: 12 }));
  return text.length > limits.filterLength ? validFilter(luck) : { type, text };
}

/** A filter of as many terms or characters, and as many brackets around each term, as the limits have it. */
function greatFilter(luck: Chance, vocabulary: Vocabulary): string {
  const depth = luck.percent(50) ? 0 : limits.filterDepth;
  let text = '';
  for (let terms = 0; terms < limits.filterTerms; terms++) {
    const term = `${'('.repeat(depth)}${write(luck, syntax(luck, vocabulary))}${')'.repeat(depth)}`;
    const longer = text === '' ? term : `${text} ${luck.one(['and', 'or'])} ${term}`;
    if (longer.length > limits.filterLength) break;
    text = longer;
  }
  return text;
}

const pieces = [
  ...Array.from('"\\\'()[].:%$ ,*{}\0\n\t\u2028ſ'),
  ...['\\"', '].', '\ud800', ' and ', ' or ', ' not ', ' not (', ' pr ', ' eq ', ' eq null', ' regex '],
  ...'true NaN 1 -5 1e999 $where $ne password urn: prototype.x toString hasOwnProperty'.split(' '),
  ...['constructor', '__proto__'].flatMap((name) => [name, ` ${name} `]),
];

/** Texts that took seconds, gigabytes or the stack of one parser or another. */
const bombs = [
  `a eq "${'\n'.repeat(32)}`,
  `userName eq "${'\\'.repeat(4_000)}`,
  `userName eq "${'a'.repeat(4_000)}`,
  '('.repeat(5_000),
  '('.repeat(4_000),
  'emails['.repeat(500),
  'not ('.repeat(800),
  ' '.repeat(4_096),
  `title pr${' '.repeat(4_000)}x`,
  'title pr or '.repeat(340),
  '.'.repeat(4_096),
  'urn:'.repeat(1_000),
  `userName eq ${'9'.repeat(4_000)}`,
  `userName eq -${'0'.repeat(4_000)}e`,
  'x'.repeat(1_000_000),
];

function mutated(luck: Chance, text: string): string {
  if (luck.percent(1)) return luck.one(bombs);
  let result = text;
  for (let left = 1 + luck.below(4); left > 0; left--) result = mutatedOnce(luck, result);
  return result;
}

function mutatedOnce(luck: Chance, text: string): string {
  const from = luck.below(text.length + 1);
  const to = Math.min(text.length, from + luck.below(12));
  const chunk = text.slice(from, to);
  const changes = [
    () => text.slice(0, from) + text.slice(to),
    () => text.slice(0, from) + chunk.repeat(1 + luck.below(4)) + text.slice(to),
    () => text.slice(0, from) + luck.one(pieces) + text.slice(to),
    () => text.slice(0, from) + luck.one(pieces).repeat(1 + luck.below(30)) + text.slice(from),
    () => text.slice(from) + text.slice(0, from),
    () => text.slice(0, from) + chunk.split('').reverse().join('') + text.slice(to),
  ];
  return luck.one(changes)();
}

/** What a filter that is accepted, or refused as it is due, leaves behind. */
function outcome(parse: () => Filter): Filter | ScimError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

/** How long it takes; where it seems to be slow, at best of five, since the machine has other things to do. */
function timed<T>(work: () => T): { readonly result: T; readonly took: number } {
  const start = performance.now();
  const result = work();
  const took = performance.now() - start;
  return { result, took: took <= slow ? took : Math.min(...Array.from({ length: 5 }, () => again(work))) };
}

function again(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype];

/** Every own property of the prototypes that all objects share. */
const builtIns = () =>
  prototypes.map((prototype) =>
    Reflect.ownKeys(prototype).map((key) => {
      const own = Object.getOwnPropertyDescriptor(prototype, key);
      return [key, own?.value as unknown, own?.get, own?.set];
    }),
  );

/** What is wrong with how a filter was answered, if anything. */
function fault(result: Filter | ScimError, took: number): string | undefined {
  if (took > slow) return `took ${took.toFixed(1)} ms`;
  if (!(result instanceof ScimError)) return undefined;
  const { status, scimType, message } = result;
  if (message.length >= 200) return 'has a long message';
  const known = status === 400 ? scimType === 'invalidFilter' : status === 403 && scimType === 'sensitive';
  return known ? undefined : `is answered ${String(status)} ${String(scimType)}`;
}

describe('hostile filters', () => {
  it(`accepts each of ${total.toLocaleString('en')} valid ones within the limits`, function () {
    this.timeout(300_000);
    const refused: string[] = [];
    for (let seed = 0; seed < total; seed++) {
      const { type, text } = validFilter(chance(seed));
      const result = outcome(() => parseFilter(type, text, leniency('strict')));
      if (result instanceof ScimError) refused.push(`${String(seed)}: ${result.message}: ${text}`);
    }
    expect(refused).to.deep.equal([]);
  });

  it(`answers ${total.toLocaleString('en')} mutated ones with SCIM errors alone, quickly, and leaves the built-ins as they were`, function () {
    this.timeout(300_000);
    const before = builtIns();
    const { resource } = searchableUser(chance(1), 1);
    const emails = resolvePath(testType('User'), 'emails')?.attribute;
    if (!emails) throw new Error('Users have emails');
    const faults: string[] = [];
    let refused = 0;

    for (let seed = 0; seed < total; seed++) {
      const luck = chance(seed);
      const valid = validFilter(luck);
      const text = mutated(luck, valid.text);
      const dialect = luck.one(['lenient', 'strict'] as const);
      const parse = luck.percent(20)
        ? () => outcome(() => parseValueFilter(emails, text, leniency(dialect)))
        : () => outcome(() => parseFilter(valid.type, text, leniency(dialect)));

      const { result, took } = timed(parse);
      const wrong = fault(result, took);
      if (wrong !== undefined) faults.push(`${String(seed)} ${wrong}: ${text.slice(0, 200)}`);
      if (result instanceof ScimError) refused += 1;
      else used(result, valid.type, resource);
    }

    expect(faults).to.deep.equal([]);
    expect(builtIns()).to.deep.equal(before);
    expect(refused).to.be.within(total * 0.3, total * 0.99);
  });
});

/** Both interpreters take whatever was accepted; a store may refuse to search by it. */
function used(filter: Filter, type: ResourceType, resource: JsonObject): void {
  matches(filter, resource);
  outcome(() => {
    toMongo(filter, { type, connection: 'c', idsOf: () => [] });
    return filter;
  });
}
