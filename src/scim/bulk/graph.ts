/** What each node needs: nodes are their indexes. */
export type Needs = readonly ReadonlySet<number>[];

/**
 * The nodes so that each comes after all that it needs, and otherwise as early as its number lets it. Nodes that need
 * each other come together, in ascending order.
 */
export function inOrder(needs: Needs): readonly (readonly number[])[] {
  const components = connected(needs);
  const { waiting, dependents } = between(components, needs);
  const first = (index: number): number => components[index]?.[0] ?? 0;
  const ready = [...components.keys()].filter((index) => waiting[index] === 0);
  const ordered: (readonly number[])[] = [];
  while (ready.length > 0) {
    const next = ready.reduce((least, index) => (first(index) < first(least) ? index : least));
    ready.splice(ready.indexOf(next), 1);
    ordered.push(components[next] ?? []);
    for (const index of dependents[next] ?? []) {
      const left = (waiting[index] ?? 0) - 1;
      waiting[index] = left;
      if (left === 0) ready.push(index);
    }
  }
  return ordered;
}

/** For each component, how many others it needs, and which others need it. */
function between(components: readonly (readonly number[])[], needs: Needs) {
  const componentOf = new Map(components.flatMap((nodes, index) => nodes.map((node) => [node, index])));
  const dependents = components.map((): number[] => []);
  const waiting = components.map((nodes, index) => {
    const needed = new Set(nodes.flatMap((node) => [...(needs[node] ?? [])].map((other) => componentOf.get(other))));
    needed.delete(index);
    for (const other of needed) if (other !== undefined) dependents[other]?.push(index);
    return needed.size;
  });
  return { waiting, dependents };
}

/** Whether the nodes of a component need each other, or its only one itself. */
export const isRing = (component: readonly number[], needs: Needs): boolean =>
  component.some((node) => needs[node]?.has(node) === true) || component.length > 1;

/** The strongly connected components (Tarjan), each in ascending order. */
function connected(needs: Needs): readonly (readonly number[])[] {
  const found: number[][] = [];
  const numbers = new Map<number, number>();
  const path: number[] = [];
  const onPath = new Set<number>();

  /** The least number that can be reached from a node along the path. */
  function visit(node: number): number {
    const number = numbers.size;
    numbers.set(node, number);
    path.push(node);
    onPath.add(node);
    let least = number;
    for (const other of needs[node] ?? []) {
      if (!numbers.has(other)) least = Math.min(least, visit(other));
      else if (onPath.has(other)) least = Math.min(least, numbers.get(other) ?? number);
    }
    if (least === number) {
      const component = path.splice(path.lastIndexOf(node));
      for (const each of component) onPath.delete(each);
      found.push(component.sort((a, b) => a - b));
    }
    return least;
  }

  for (const node of needs.keys()) if (!numbers.has(node)) visit(node);
  return found;
}
