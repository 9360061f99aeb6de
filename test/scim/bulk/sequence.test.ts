import { expect } from 'chai';
import { inRequestOrder } from '../../../src/scim/bulk/sequence.ts';
import type { Chunks, Entry, Json } from '../../../src/scim/types.ts';

const done = (name: string, response: Json = { name }): Entry => ({ status: '200', bulkId: name, response });
const plain = (name: string): Entry => ({ status: '200', bulkId: name });
const length = JSON.stringify({ name: 'b' }).length;

describe('scim: the results of a Bulk in the order of the request', () => {
  it('are told as soon as all before them are there', () => {
    const sequence = inRequestOrder();
    expect(sequence.next([[1, done('b')]])).to.deep.equal([]);
    expect(
      sequence.next([
        [2, done('c')],
        [0, done('a')],
      ]),
    ).to.deep.equal([done('a'), done('b'), done('c')]);
    expect(sequence.next([[3, done('d')]])).to.deep.equal([done('d')]);
    expect(sequence.rest()).to.deep.equal([]);
  });

  it('are told in their order at the end, where some are never there', () => {
    const sequence = inRequestOrder();
    sequence.next([[3, done('d')]]);
    sequence.next([[1, done('b')]]);
    expect(sequence.rest()).to.deep.equal([done('b'), done('d')]);
  });

  it('wait without their resources where these would be too much to hold, and with them while there is room', () => {
    const sequence = inRequestOrder(2 * length);
    const refusal: Entry = { status: '400', response: { detail: 'x'.repeat(1_000) } };
    sequence.next([
      [1, done('b')],
      [2, done('c')],
      [3, done('d')],
      [4, refusal],
    ]);
    expect(sequence.next([[0, done('a', 'x'.repeat(1_000))]])).to.deep.equal([
      done('a', 'x'.repeat(1_000)),
      done('b'),
      done('c'),
      plain('d'),
      refusal,
    ]);
    sequence.next([[6, done('g')]]);
    expect(sequence.next([[5, done('f')]])).to.deep.equal([done('f'), done('g')]);
  });

  it('do not wait with a resource that is still coming', () => {
    async function* members(): Chunks<Json> {
      yield ['u1'];
    }
    const coming = { ...plain('b'), response: { members: members() } };
    const [held, direct] = [inRequestOrder(), inRequestOrder()];
    held.next([[1, coming]]);
    expect(held.next([[0, plain('a')]])).to.deep.equal([plain('a'), plain('b')]);
    expect(direct.next([[0, coming]])).to.deep.equal([coming]);
  });
});
