import { expect } from 'chai';
import fc from 'fast-check';
import { inOrder, isRing } from '../../../src/scim/bulk/graph.ts';
import type { Needs } from '../../../src/scim/bulk/graph.ts';

const needs = (...lists: number[][]): Needs => lists.map((list) => new Set(list));

/** Some needs among up to 12 nodes. */
const graphs = fc
  .integer({ min: 0, max: 12 })
  .chain((count) =>
    fc.array(fc.uniqueArray(fc.nat(Math.max(0, count - 1)), { maxLength: 3 }), { minLength: count, maxLength: count }),
  )
  .map((lists) => needs(...lists));

/** What a node needs, and what that needs, and so on: by repeated looking, the slow and plain way. */
function reached(graph: Needs, from: number): ReadonlySet<number> {
  const found = new Set(graph[from]);
  for (const node of found) for (const other of graph[node] ?? []) found.add(other);
  return found;
}

describe('scim: the order of operations that refer to each other', () => {
  const table: [title: string, graph: Needs, order: number[][]][] = [
    ['nothing', needs(), []],
    ['independent ones keep their order', needs([], [], []), [[0], [1], [2]]],
    ['one that refers backward stays', needs([], [0], []), [[0], [1], [2]]],
    ['one that refers forward waits, and no other', needs([2], [], [], []), [[1], [2], [0], [3]]],
    ['a chain is turned round', needs([1], [2], []), [[2], [1], [0]]],
    ['a ring comes together', needs([1], [0], []), [[0, 1], [2]]],
    ['what a ring needs comes before it', needs([1], [0, 3], [1], []), [[3], [0, 1], [2]]],
    [
      'two rings with a bridge',
      needs([1, 2], [0], [3], [2]),
      [
        [2, 3],
        [0, 1],
      ],
    ],
    ['a node that needs itself is by itself', needs([0], []), [[0], [1]]],
  ];
  for (const [title, graph, order] of table) {
    it(title, () => {
      expect(inOrder(graph)).to.deep.equal(order);
    });
  }

  it('has each node once, after all that it needs unless that needs it too', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const order = inOrder(graph);
        expect(order.flat().sort((a, b) => a - b)).to.deep.equal([...graph.keys()]);
        const placeOf = new Map(order.flatMap((nodes, place) => nodes.map((node) => [node, place] as const)));
        for (const [node, needed] of graph.entries()) {
          for (const other of needed) {
            expect(placeOf.get(other)).to.be.at.most(placeOf.get(node) ?? -1);
          }
        }
      }),
    );
  });

  it('puts together those that need each other, and only those', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const order = inOrder(graph);
        for (const nodes of order) {
          for (const a of nodes) {
            const mutual = [...graph.keys()].filter(
              (b) => b === a || (reached(graph, a).has(b) && reached(graph, b).has(a)),
            );
            expect(mutual).to.deep.equal(nodes);
          }
        }
      }),
    );
  });

  it('moves nothing ahead of a smaller number that could go before it', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const order = inOrder(graph);
        const done = new Set<number>();
        for (const [place, nodes] of order.entries()) {
          const free = order.slice(place).filter((others) => {
            return others.every((node) => [...(graph[node] ?? [])].every((n) => done.has(n) || others.includes(n)));
          });
          expect(nodes[0]).to.equal(Math.min(...free.map(([first = Infinity]) => first)));
          for (const node of nodes) done.add(node);
        }
      }),
    );
  });

  it('tells a ring from a node that stands alone', () => {
    expect(isRing([0], needs([]))).to.equal(false);
    expect(isRing([0], needs([0]))).to.equal(true);
    expect(isRing([0, 1], needs([1], [0]))).to.equal(true);
  });

  it('orders a thousand in which each needs all before it', () => {
    const all = Array.from({ length: 1_000 }, (_, node) => Array.from({ length: node }, (_each, other) => other));
    const order = inOrder(needs(...all));
    expect(order.flat()).to.deep.equal([...all.keys()]);
  });
});
