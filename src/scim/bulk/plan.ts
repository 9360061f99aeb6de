import { membersOf } from '../patch/delta.ts';
import { member } from '../messages.ts';
import { isObject } from '../patch/values.ts';
import { foldCase } from '../schema/fold.ts';
import { inOrder, isRing } from './graph.ts';
import type { Needs } from './graph.ts';
import type { Creation, Malformed, Operation } from './parse.ts';
import { referencesOf } from './references.ts';

/** An operation with the bulkIds that it refers to. */
export interface Linked {
  readonly operation: Operation | Malformed;
  readonly references: ReadonlySet<string>;
}

/** What is run as one. */
export type Step =
  | ({ readonly kind: 'one' } & Linked)
  /** Resources that refer to each other, or one that refers to itself: made at one instant, or none of them. */
  | { readonly kind: 'ring'; readonly links: readonly Linked[] }
  /** A ring in which groups would be inside themselves. */
  | { readonly kind: 'nested'; readonly links: readonly Linked[] };

/**
 * The operations of a Bulk in the order in which they are run: one that refers forward waits for what it refers to; all
 * others keep their order, and always those on one resource (RFC 7644 §3.7.1).
 */
export function plan(operations: readonly (Operation | Malformed)[]): readonly Step[] {
  const links = operations.map((operation): Linked => {
    return { operation, references: 'refusal' in operation ? new Set() : referencesOf(operation) };
  });
  const needs = needsOf(links);
  return inOrder(needs).flatMap((component): Step[] => {
    const inside = component.flatMap((index) => links[index] ?? []);
    if (!isRing(component, needs)) return inside.map((link) => ({ kind: 'one', ...link }));
    return [{ kind: hasGroupsInside(inside) ? 'nested' : 'ring', links: inside }];
  });
}

/**
 * How many of the steps from `at` on may be run at once, since nobody could tell in which order they ran: of one method,
 * on resources of their own, that neither refer to each other nor want one name.
 */
export function abreast(steps: readonly Step[], at: number, most: number): number {
  const taken = new Set<string>();
  let method: Operation['method'] | undefined;
  let count = 0;
  for (const step of steps.slice(at, at + most)) {
    const claims = claimsOf(step);
    if (!claims || claims.method !== (method ??= claims.method) || [...taken].some(claims.minds)) break;
    for (const own of claims.own) taken.add(own);
    count += 1;
  }
  return Math.max(1, count);
}

/** What an operation has for itself, and what it minds that others have. */
interface Claims {
  readonly method: Operation['method'];
  readonly own: readonly string[];
  readonly minds: (claim: string) => boolean;
}

/**
 * The claims of a step: a new resource has its name and its bulkId, another its id. Undefined where it may free a name, or
 * where the removal of another may change the version that it asks for.
 */
function claimsOf(step: Step): Claims | undefined {
  if (step.kind !== 'one' || 'refusal' in step.operation) return undefined;
  const { operation, references } = step;
  const { method } = operation;
  const having = (...own: readonly string[]): Claims => ({
    method,
    own,
    minds: (claim) => own.includes(claim) || references.has(claim),
  });
  switch (method) {
    case 'POST':
      return having(nameOf(operation), operation.bulkId);
    case 'DELETE':
      // Who is removed leaves groups, which have other versions since.
      return operation.version === undefined ? having(operation.id) : undefined;
    case 'PATCH': {
      const says = JSON.stringify(operation.data ?? null);
      if (mayRename(operation, says)) return undefined;
      const claims = having(operation.id);
      return { ...claims, minds: (claim) => claims.minds(claim) || says.includes(claim) };
    }
    case 'PUT':
      return undefined;
    default:
      return method satisfies never;
  }
}

/** Whether a PATCH that says this may give its resource another name. A percent sign may be a letter of a name. */
function mayRename({ type }: Operation, says: string): boolean {
  return says.includes('%') || says.toLowerCase().includes(type.nameAttribute.name.toLowerCase());
}

function needsOf(links: readonly Linked[]): Needs {
  const byBulkId = indexes(links);
  const lastOn = new Map<string, number>();
  return links.map(({ operation, references }, index) => {
    const needed = [...references].map((bulkId) => byBulkId.get(bulkId));
    if ('id' in operation) {
      const resource = `${operation.type.id}/${operation.id}`;
      needed.push(lastOn.get(resource));
      lastOn.set(resource, index);
    }
    return new Set(needed.filter((node) => node !== undefined));
  });
}

/** Where each `bulkId` is: only what is created can be referred to, so nothing else is in a ring. */
const indexes = (links: readonly Linked[]): ReadonlyMap<string | undefined, number> =>
  new Map(links.flatMap(({ operation: { method, bulkId } }, index) => (method === 'POST' ? [[bulkId, index]] : [])));

function hasGroupsInside(links: readonly Linked[]): boolean {
  const groups = links.filter(({ operation }) => 'type' in operation && membersOf(operation.type));
  const needs = needsOf(groups);
  return inOrder(needs).some((component) => isRing(component, needs));
}

/** What nobody else may be called: two operations that want one name are run in their order. */
function nameOf({ type, data }: Creation): string {
  const name = isObject(data) ? member(data, type.nameAttribute.name) : undefined;
  return `${type.id} ${typeof name === 'string' ? foldCase(name) : ''}`;
}
