import { expect } from 'chai';
import fc from 'fast-check';
import type { Alteration, Creation, Operation } from '../../../src/scim/bulk/parse.ts';
import { referenceIn, referencesOf, resolved } from '../../../src/scim/bulk/references.ts';
import type { Json } from '../../../src/scim/types.ts';
import { testType } from '../../support/schemas.ts';

const type = testType('Group');
const post = (data: Json): Creation => ({ index: 0, type, query: {}, method: 'POST', bulkId: 'g', data });
const patch = (data: Json, id = '1'): Alteration => ({ index: 0, type, query: {}, method: 'PATCH', id, data });
const upper = <T extends Operation>(operation: T) => resolved(operation, (bulkId) => bulkId.toUpperCase());

describe('scim: references of a Bulk', () => {
  const table: [title: string, operation: Operation, bulkIds: string[], after: Json][] = [
    ['a value', post({ members: [{ value: 'bulkId:a' }] }), ['a'], { members: [{ value: 'A' }] }],
    [
      'values at any depth, each bulkId once',
      post({ a: { b: ['bulkId:x', 'bulkId:y', { c: 'bulkId:x' }] } }),
      ['x', 'y'],
      { a: { b: ['X', 'Y', { c: 'X' }] } },
    ],
    [
      'a text with a reference inside is none',
      post({ displayName: 'see bulkId:a' }),
      [],
      { displayName: 'see bulkId:a' },
    ],
    ['a key is none', post({ 'bulkId:a': true }), [], { 'bulkId:a': true }],
    ['other JSON stays', post({ a: null, b: 1, c: [true] }), [], { a: null, b: 1, c: [true] }],
    [
      "a filter in a PATCH's path",
      patch({ Operations: [{ op: 'remove', path: 'members[value eq "bulkId:a" or value eq "bulkId:b"]' }] }),
      ['a', 'b'],
      { Operations: [{ op: 'remove', path: 'members[value eq "A" or value eq "B"]' }] },
    ],
    [
      'a path in any letter case, a value beside it',
      patch({ Operations: [{ op: 'add', Path: 'members', value: [{ value: 'bulkId:a' }] }] }),
      ['a'],
      { Operations: [{ op: 'add', Path: 'members', value: [{ value: 'A' }] }] },
    ],
    [
      'a filter elsewhere is a text',
      post({ path: 'members[value eq "bulkId:a"]' }),
      [],
      { path: 'members[value eq "bulkId:a"]' },
    ],
  ];
  for (const [title, operation, bulkIds, after] of table) {
    it(`are found and replaced: ${title}`, () => {
      expect([...referencesOf(operation)]).to.deep.equal(bulkIds);
      expect(upper(operation).data).to.deep.equal(after);
    });
  }

  it("are found in an operation's path", () => {
    const operation = patch({ Operations: [] }, 'bulkId:x');
    expect([...referencesOf(operation)]).to.deep.equal(['x']);
    expect(upper(operation).id).to.equal('X');
    expect(referenceIn(operation.id)).to.equal('x');
    expect(referenceIn('1')).to.equal(undefined);
  });

  it('leave the operation as it was', () => {
    const operation = post({ members: [{ value: 'bulkId:a' }] });
    const before = structuredClone(operation.data);
    upper(operation);
    expect(operation.data).to.deep.equal(before);
  });

  it('are none any more once they are replaced, and what is none stays the same', () => {
    const texts = fc.oneof(fc.string(), fc.constantFrom('bulkId:a', 'bulkId:', 'bulkId:b c', 'x bulkId:a'));
    const values = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        texts,
        fc.constantFrom(null, true, 1.5),
        fc.array(tie('value')),
        fc.dictionary(fc.string(), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(values, (data) => {
        const after = resolved(post(data), () => 'id');
        expect([...referencesOf(after)]).to.deep.equal([]);
        if (referencesOf(post(data)).size === 0) expect(after.data).to.deep.equal(data);
      }),
    );
  });

  it('are looked for in time that grows with the text', () => {
    const path = '"bulkId:'.repeat(500_000);
    const before = performance.now();
    referencesOf(patch({ Operations: [{ op: 'remove', path }] }));
    expect(performance.now() - before).to.be.below(2_000);
  });
});
