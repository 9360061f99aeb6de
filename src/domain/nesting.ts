import { DomainError } from './errors.ts';

/** A membership between groups: `inner` is a member of `outer`. */
export interface Nesting {
  readonly outer: string;
  readonly inner: string;
}

/**
 * Groups may hold groups, but none may hold itself, by whatever way.
 *
 * @param above the edges that lead upwards from `group`, all of them
 * @throws DomainError `group-inside-itself`
 */
export function requireNoCycle(group: string, joining: readonly string[], above: readonly Nesting[]): void {
  const holders = new Set([group, ...ancestors(group, above).keys()]);
  const member = joining.find((id) => holders.has(id));
  if (member !== undefined) throw new DomainError({ rule: 'group-inside-itself', group, member });
}

/** The groups that somebody is in, each with whether directly, given the edges that lead upwards from there. */
export function ancestors(from: string, above: readonly Nesting[]): Map<string, 'direct' | 'indirect'> {
  const outer = new Map<string, string[]>();
  for (const edge of above) {
    const holders = outer.get(edge.inner);
    if (holders) holders.push(edge.outer);
    else outer.set(edge.inner, [edge.outer]);
  }
  const found = new Map<string, 'direct' | 'indirect'>((outer.get(from) ?? []).map((group) => [group, 'direct']));
  const waiting = [...found.keys()];
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop())
    for (const next of outer.get(group) ?? [])
      if (!found.has(next)) {
        found.set(next, 'indirect');
        waiting.push(next);
      }
  return found;
}
