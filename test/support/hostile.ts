import fc from 'fast-check';
import { deflateSync, gzipSync } from 'node:zlib';
import type { Json, JsonObject } from '../../src/scim/types.ts';

/** A request that nobody sends who means well: what goes behind `?`, some headers, some bytes. */
export interface Hostile {
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const words: readonly Json[] = [
  ...['', ' ', '\u0000', '\ud800', '\udc00x', '\u202e', 'é'.repeat(9_000), '$where', 'a.b', '__proto__', 'constructor'],
  ...['bulkId:x', 'bulkId:', '../../Users', '/Me', '/Bulk', '/.search', 'W/"1"', 'emails[type eq "work"].value', '['],
  ...['urn:ietf:params:scim:schemas:core:2.0:User', 'toString', '9'.repeat(400), '2026-13-99T99:99:99Z', 'True'],
  ...[null, true, false, 0, -0, -1, 0.1, 1e300, -1e300, 2 ** 53, 5e-324],
  ...[[], {}, [[]], [null], [{}], { value: {} }, [[[[]]]], { $ne: 1 }, { $gt: '' }, { 'a.b': 1 }, { '': '' }],
];

const keys = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '$set', '$where', 'a.b', '', '\u0000'],
  ...['schemas', 'id', 'meta', 'userName', 'displayName', 'members', 'groups', 'value', '$ref', 'Operations', 'path'],
];

/** A JSON text with these keys among others. A text, since `JSON.parse` alone makes `__proto__` a key of its own. */
const jsonText = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.oneof(fc.constantFrom(...words), fc.double(), fc.string({ unit: 'binary' })).map((word) => JSON.stringify(word)),
    fc.array(tie('text'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...keys), fc.string()), tie('text')), { maxLength: 5 })
      .map((members) => `{${members.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`),
  ),
})).text;

/** Where a value stands in a JSON value. */
type Place = readonly (string | number)[];

function places(json: Json, here: Place = []): readonly Place[] {
  if (typeof json !== 'object' || json === null) return [here];
  const inside = Array.isArray(json) ? [...json.entries()] : Object.entries(json);
  return [here, ...inside.flatMap(([key, value]) => places(value, [...here, key]))];
}

/** A JSON text in which another stands at a place. */
function planted(json: Json, place: Place, text: string): string {
  const [key, ...rest] = place;
  if (key === undefined) return text;
  if (Array.isArray(json)) {
    return `[${json.map((each, at) => (at === key ? planted(each, rest, text) : JSON.stringify(each))).join(',')}]`;
  }
  const members = Object.entries(json as JsonObject).map(
    ([name, value]) => `${JSON.stringify(name)}:${name === key ? planted(value, rest, text) : JSON.stringify(value)}`,
  );
  return `{${members.join(',')}}`;
}

/** A valid body with something else at one of its places, or with one key more. */
function spoilt(example: JsonObject): fc.Arbitrary<string> {
  const replaced = fc
    .tuple(fc.constantFrom(...places(example)), jsonText)
    .map(([place, text]) => planted(example, place, text));
  const widened = fc
    .tuple(fc.constantFrom(...keys), jsonText)
    .map(([key, text]) => JSON.stringify(example).replace(/\}$/, `,${JSON.stringify(key)}:${text}}`));
  return fc.oneof({ weight: 4, arbitrary: replaced }, widened);
}

/** Bytes that are no JSON, or none that is to be touched. */
const rawBodies = (example: JsonObject): readonly Buffer[] => {
  const text = JSON.stringify(example);
  const texts = ['', ' ', 'null', '[]', '""', '1', 'NaN', '{', `${text}${text}`, text.slice(0, -5), `\ufeff${text}`];
  const deep = ['['.repeat(100_000), '{"a":'.repeat(50_000), `${'['.repeat(5_000)}${']'.repeat(5_000)}`];
  const numbers = ['{"a":1e999}', `{"a":${'9'.repeat(5_000)}}`, '{"a":-1e-9999}', '[1,2,]'];
  const bytes = [[0xff, 0xfe], [0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d], [0xed, 0xa0, 0x80], [0]];
  return [
    ...[...texts, ...deep, ...numbers].map((each) => Buffer.from(each)),
    ...bytes.map((each) => Buffer.from(each)),
  ];
};

/** Bodies whose form is not what a server takes, or is not what they say. */
function disguised(example: JsonObject): readonly Pick<Hostile, 'headers' | 'body'>[] {
  const body = Buffer.from(JSON.stringify(example));
  const zipped = gzipSync(body);
  const types = ['text/plain', 'application/scim+json; charset=utf-16', 'multipart/form-data; boundary=x', ';;;', ','];
  const encoded: [encoding: string, body: Buffer][] = [
    ['gzip', zipped.subarray(0, -7)],
    ['gzip', zipped.subarray(0, 4)],
    ['gzip', body],
    ['gzip', gzipSync(Buffer.alloc(16 * 1_048_576))],
    ['gzip', gzipSync(zipped)],
    ['deflate', deflateSync(body).subarray(0, 9)],
    ['deflate', zipped],
    ['br', body],
    ['gzip, gzip', zipped],
  ];
  return [
    ...types.map((type) => ({ headers: { 'Content-Type': type }, body })),
    ...encoded.map(([encoding, bytes]) => ({ headers: { ...json, 'Content-Encoding': encoding }, body: bytes })),
  ];
}

const json = { 'Content-Type': 'application/scim+json' } as const;

const parameters = [
  'filter',
  'sortBy',
  'sortOrder',
  'startIndex',
  'count',
  'cursor',
  'attributes',
  'excludedAttributes',
];
const values = [
  ...['', ' ', '0', '-1', '1e9', '9'.repeat(400), 'NaN', '__proto__', 'constructor.prototype', 'password', 'meta'],
  ...[
    'userName eq "',
    'userName eq "a" and',
    '('.repeat(4_000),
    'emails[type eq "work"',
    'id pr',
    'not (id pr)',
    'a.b.c',
  ],
  ...[
    '%00',
    '%ff',
    '%',
    '%c3%28',
    'emails.value,__proto__',
    ','.repeat(500),
    'members',
    'groups.value',
    '\u0000',
    '$where',
  ],
];

/** What stands behind `?`: as it is, so that a percent sign may be a bad one. */
const searches: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  fc
    .array(fc.tuple(fc.constantFrom(...parameters, '__proto__', ''), fc.constantFrom(...values)), { maxLength: 3 })
    .map((pairs) => pairs.map(([name, value]) => `${name}=${inUrl(value)}`).join('&')),
);

const inUrl = (text: string): string => encodeURI(text).replaceAll('%25', '%').replaceAll('#', '%23');

const conditions = ['', '*', 'W/', 'W/"', 'W/"1"', '"1"', 'W/"1", W/"2"', 'W/"__proto__"', 'x'.repeat(3_000)];

const headers: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc
    .tuple(fc.constantFrom('If-Match', 'If-None-Match', 'Idempotency-Key', 'Accept'), fc.constantFrom(...conditions))
    .map(([name, value]) => ({ [name]: value })),
);

/** Requests to a place where that body would be welcome. */
export function hostile(example: JsonObject): fc.Arbitrary<Hostile> {
  const bytes = fc.oneof(
    { weight: 6, arbitrary: spoilt(example).map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: jsonText.map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: fc.constantFrom(...rawBodies(example)) },
  );
  const plain = bytes.map((body) => ({ headers: json, body }));
  const forms = fc.oneof({ weight: 5, arbitrary: plain }, fc.constantFrom(...disguised(example)));
  return fc
    .tuple(searches, headers, forms)
    .map(([search, more, form]) => ({ search, headers: { ...form.headers, ...more }, body: form.body }));
}
