import { expect } from 'chai';
import { leniency } from '../../src/scim/dialects.ts';
import { ScimError } from '../../src/scim/errors.ts';
import { applyPatch } from '../../src/scim/patch/apply.ts';
import { memberChanges, split, typesAsked } from '../../src/scim/patch/delta.ts';
import { parsePatch } from '../../src/scim/patch/parse.ts';
import type { Json, JsonObject } from '../../src/scim/types.ts';
import { patchOp } from '../support/patched.ts';
import { prototypes } from '../support/prototypes.ts';
import { testType } from '../support/schemas.ts';

const rounds = 200_000;
const longest = 10;
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const resource: JsonObject = {
  userName: 'mia@corp.example',
  displayName: 'Ops EU',
  name: { givenName: 'Mia', familyName: 'Lund' },
  emails: Array.from({ length: 20 }, (_, index) => ({
    value: `m${String(index)}@x.example`,
    type: index === 0 ? 'work' : 'home',
  })),
  addresses: [{ type: 'work', locality: 'Oslo' }],
  [enterprise]: { department: 'Ops', manager: { value: 'boss' } },
};

/** What real clients send: the shapes that get mutated. */
const seeds: readonly JsonObject[] = [
  patchOp(
    { op: 'Replace', path: 'emails[type eq "work"].value', value: 'mia.lund@corp.example' },
    { op: 'Replace', path: 'name.familyName', value: 'Lund-Berg' },
    { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Oslo' },
    { op: 'Replace', path: `${enterprise}:department`, value: 'Sales' },
    { op: 'Remove', path: 'phoneNumbers[type eq "mobile"].value' },
    { op: 'Replace', path: 'active', value: 'False' },
  ),
  patchOp({
    op: 'replace',
    value: {
      displayName: 'Mia',
      'name.givenName': 'Mia',
      [`${enterprise}:employeeNumber`]: '702',
      [enterprise]: { manager: { value: 'x' } },
    },
  }),
  patchOp({
    op: 'replace',
    value: {
      id: 'x',
      active: false,
      emails: [
        { value: 'a', type: 'work', primary: true },
        { value: 'b', primary: 'True' },
      ],
    },
  }),
  patchOp(
    { op: 'Add', path: 'manager', value: [{ $ref: 'http://x.example/Users/x', value: 'x' }] },
    { op: 'replace', path: `${enterprise}.manager`, value: '' },
  ),
  patchOp(
    { op: 'remove', path: 'members[value eq "a" or type eq "Group"]' },
    { op: 'add', path: 'members', value: [{ $ref: null, value: 'b', display: 'B' }, 'c'] },
  ),
  patchOp(
    { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a' }] },
    { op: 'replace', path: 'members', value: [] },
    { op: 'remove', path: 'members' },
  ),
  patchOp({ op: 'add', path: '/emails%5Btype%20eq%20%22work%22%5D', value: { display: 'x', primary: true } }),
];

const words: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e300,
  '',
  'x',
  ' ',
  '\u0000',
  '\ud800',
  'é'.repeat(50),
  [],
  {},
  [[]],
  [null],
  [{}],
  { value: {} },
  '__proto__',
  '__proto__.x',
  'constructor',
  'constructor.prototype.x',
  'toString',
  'hasOwnProperty',
  'name.__proto__',
  'emails[',
  ']',
  '[',
  'emails[type',
  '"',
  '\\',
  '%',
  '/',
  '.',
  ':',
  'emails',
  'members',
  'value',
  'emails[not (type eq "work")].value',
  'emails[type eq "work" and type eq "home"]',
  'members[',
  'id',
  'meta',
  'schemas',
  'groups',
  enterprise,
  `${enterprise}:`,
  'a.'.repeat(500),
  '['.repeat(500),
  '('.repeat(500),
  'urn:'.repeat(200),
  '9'.repeat(400),
  'add',
  'remove',
  'REPLACE',
  'replace',
];

/** A small generator of numbers that a seed repeats (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** Changes something somewhere in a message: a value, a key, a few characters of a text. */
function mutated(json: Json, next: (below: number) => number): Json {
  if (next(6) === 0) return words[next(words.length)] ?? null;
  if (typeof json === 'string') return mutatedText(json, next);
  if (Array.isArray(json)) {
    const at = next(json.length + 1);
    return at === json.length
      ? [...json, json[next(json.length)] ?? null]
      : json.map((each, index) => (index === at ? mutated(each, next) : each));
  }
  if (typeof json !== 'object' || json === null) return words[next(words.length)] ?? null;
  const entries = Object.entries(json);
  const at = next(entries.length + 1);
  const word = wordText(next);
  // `__proto__` becomes a key of its own, as JSON.parse makes it.
  if (at === entries.length) return Object.fromEntries([...entries, [word, mutated(word, next)]]);
  return Object.fromEntries(
    entries.map(([key, value], index): [string, Json] => {
      if (index !== at) return [key, value];
      return next(5) === 0 ? [mutatedText(key, next), value] : [key, mutated(value, next)];
    }),
  );
}

function wordText(next: (below: number) => number): string {
  const word = words[next(words.length)];
  return typeof word === 'string' ? word : JSON.stringify(word);
}

function mutatedText(text: string, next: (below: number) => number): string {
  const at = next(text.length + 1);
  const word = wordText(next);
  switch (next(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + next(3));
    case 1:
      return text.slice(0, at) + word.slice(0, 20) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(next(text.length + 1));
    default:
      return text.toUpperCase();
  }
}

const types = [testType('User'), testType('Group')] as const;

/** What the protocol does with a body before it asks a store; whether it refuses it. */
function serve(body: Json, round: number): boolean {
  const type = types[round % 2] ?? types[0];
  const tally = leniency(round % 4 < 2 ? 'lenient' : 'strict');
  try {
    const { attributes, members } = split(type, parsePatch(type, body, tally));
    const ids = new Map([...typesAsked(members)].map((asked) => [asked, ['a', 'b']]));
    memberChanges(members, ids, tally);
    applyPatch(type, resource, attributes, tally, 'x');
    return false;
  } catch (error) {
    if (error instanceof ScimError && error.status < 500) return true;
    throw new Error(`Not a refusal: ${JSON.stringify(body)}`, { cause: error });
  }
}

function time(body: Json, round: number): number {
  const started = performance.now();
  serve(body, round);
  return performance.now() - started;
}

describe('Hostile PATCH bodies', () => {
  it(`${String(rounds)} mutated ones are served or refused, none slower than ${String(longest)} ms, no prototype touched`, function () {
    this.timeout(60_000);
    const before = prototypes();
    const untouched = structuredClone(resource);
    const next = random(20_260_101);
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      let body: Json = seeds[round % seeds.length] ?? null;
      for (let times = next(4); times >= 0; times--) body = mutated(body, next);
      const started = performance.now();
      if (serve(body, round)) refused += 1;
      if (performance.now() - started < longest) continue;
      // A pause of the machine is not ours: what seems slow is timed five times.
      const least = Math.min(...Array.from({ length: 5 }, () => time(body, round)));
      expect(least, JSON.stringify(body)).to.be.below(longest);
    }
    expect(prototypes()).to.deep.equal(before);
    expect(resource).to.deep.equal(untouched);
    expect(refused).to.be.within(rounds / 10, (rounds * 9) / 10);
  });
});
