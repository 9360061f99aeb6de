import { expect } from 'chai';
import { parseBulk } from '../../../src/scim/bulk/parse.ts';
import { abreast, plan } from '../../../src/scim/bulk/plan.ts';
import { leniency } from '../../../src/scim/dialects.ts';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { testRegistry } from '../../support/schemas.ts';

const user = (bulkId: string, data: JsonObject = {}): JsonObject => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName: bulkId, ...data },
});
const group = (bulkId: string, ...members: string[]): JsonObject => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { displayName: bulkId, members: members.map((value) => ({ value })) },
});
const remove = (path: string): JsonObject => ({ method: 'DELETE', path });
const patched = (id: string, path: string, value = 'x'): JsonObject => ({
  method: 'PATCH',
  path: `/Users/${id}`,
  data: { Operations: [{ op: 'replace', path, value }] },
});
const retitled = (id: string) => patched(id, 'title');
const renamed = (id: string) => patched(id, 'USERNAME');
const replaced = (id: string): JsonObject => ({ method: 'PUT', path: `/Users/${id}`, data: { userName: id } });
const managed = (bulkId: string, by: string) => user(bulkId, { manager: { value: `bulkId:${by}` } });

function steps(...operations: Json[]) {
  return plan(parseBulk({ Operations: operations }, testRegistry(), leniency('lenient', new Set())).operations);
}

/** The steps as their kind and the indexes of their operations. */
const shown = (...operations: Json[]) =>
  steps(...operations).map((step) => {
    const links = step.kind === 'one' ? [step] : step.links;
    return `${step.kind} ${links.map(({ operation }) => operation.index).join()}`;
  });

describe('scim: the plan of a Bulk', () => {
  it('keeps the order where nothing refers to anything', () => {
    expect(shown(user('a'), remove('/Users/1'), group('g', '1'))).to.deep.equal(['one 0', 'one 1', 'one 2']);
  });

  it('lets an operation wait for what it refers to, forward', () => {
    expect(shown(group('g', 'bulkId:b', 'bulkId:a'), user('a'), remove('/Users/1'), user('b'))).to.deep.equal([
      'one 1',
      'one 2',
      'one 3',
      'one 0',
    ]);
  });

  it('keeps the order of operations on one resource', () => {
    const put = { method: 'PUT', path: '/Users/1', data: { manager: { value: 'bulkId:a' } } };
    expect(shown(put, remove('/Users/1'), remove('/Users/2'), user('a'))).to.deep.equal([
      'one 2',
      'one 3',
      'one 0',
      'one 1',
    ]);
    const patch = { method: 'PATCH', path: '/Users/bulkId:a', data: { Operations: [] } };
    expect(shown(patch, remove('Users/bulkId%3Aa'), user('a'))).to.deep.equal(['one 2', 'one 0', 'one 1']);
  });

  it('makes one step of those who manage each other, and of one who manages himself', () => {
    expect(shown(managed('a', 'b'), managed('b', 'a'), managed('c', 'c'), managed('d', 'a'))).to.deep.equal([
      'ring 0,1',
      'ring 2',
      'one 3',
    ]);
  });

  it('tells groups that would be inside themselves', () => {
    expect(shown(group('g', 'bulkId:g'))).to.deep.equal(['nested 0']);
    expect(shown(group('g', 'bulkId:h'), group('h', 'bulkId:g'), user('a'))).to.deep.equal(['nested 0,1', 'one 2']);
  });

  it('does not take a ring through a user for groups inside themselves', () => {
    expect(shown(group('g', 'bulkId:a'), managed('a', 'g'))).to.deep.equal(['ring 0,1']);
  });

  it('does not mind references to nothing, to what is malformed, and to what creates nothing', () => {
    const malformed = { method: 'POST', path: '/Nowhere', bulkId: 'x', data: {} };
    const put = { method: 'PUT', path: '/Users/1', bulkId: 'y', data: {} };
    expect(shown(managed('a', 'nobody'), managed('b', 'x'), malformed, managed('c', 'y'), put)).to.deep.equal([
      'one 0',
      'one 2',
      'one 1',
      'one 3',
      'one 4',
    ]);
  });

  const table: [title: string, operations: Json[], most: number, count: number][] = [
    ['POSTs that have nothing to do with each other', [user('a'), user('b'), group('g', '1')], 16, 3],
    ['no more than may be', [user('a'), user('b'), user('c')], 2, 2],
    ['none behind another method', [user('a'), remove('/Users/1'), user('b')], 16, 1],
    ['removals of several', [remove('/Users/1'), remove('/Users/2'), user('a')], 16, 2],
    [
      'no removal at a version, which another removal may change',
      [remove('/Users/1'), { ...remove('/Groups/2'), version: 'W/"1"' }, remove('/Users/3')],
      16,
      1,
    ],
    ['none of one resource', [remove('/Users/1'), remove('/Users/1')], 16, 1],
    ['PATCHes that rename nobody', [retitled('1'), retitled('2'), retitled('3')], 16, 3],
    ['none that renames', [retitled('1'), renamed('2'), retitled('3')], 16, 1],
    ['none that may rename', [patched('1', 'user%4Eame'), retitled('2')], 16, 1],
    ['none that names another of them', [retitled('1'), patched('2', 'title', 'of 1')], 16, 1],
    ['none that replaces', [replaced('1'), replaced('2')], 16, 1],
    ['none that refers to one of them', [user('a'), managed('b', 'a'), user('c')], 16, 1],
    [
      'none with the same name, whatever its letter case',
      [user('a'), user('b', { USERNAME: 'A', userName: 'A' })],
      16,
      1,
    ],
    ['a group and a user of one name', [user('a'), group('b'), group('x', 'a')], 16, 3],
    ['a ring by itself', [managed('a', 'b'), managed('b', 'a'), user('c')], 16, 1],
    ['what is malformed by itself', ['x', user('a')], 16, 1],
  ];
  for (const [title, operations, most, count] of table) {
    it(`runs at once: ${title}`, () => {
      expect(abreast(steps(...operations), 0, most)).to.equal(count);
    });
  }
});
