import { isDeepStrictEqual } from 'node:util';
import type { Leniency } from '../dialects.ts';
import { invalidFilter, invalidValue, mutability, noTarget, payloadTooLarge } from '../errors.ts';
import type { Filter } from '../filter/ast.ts';
import { matches } from '../filter/matches.ts';
import { limits } from '../limits.ts';
import type { Attribute, ResourceType } from '../schema/types.ts';
import { requireComplete } from '../schema/validate.ts';
import type { Json, JsonObject } from '../types.ts';
import { onePrimary, replaced, union, without } from './lists.ts';
import type { Changed } from './lists.ts';
import { label, named } from './parse.ts';
import type { Operation } from './parse.ts';
import { asList, assign, merged, own, requireMutable, whole } from './merge.ts';
import type { Target } from './target.ts';
import { isObject } from './values.ts';

/**
 * The resource after the operations, applied in order (RFC 7644 §3.5.2). The original is not touched: an operation that
 * cannot be applied throws, and nothing has happened. Where nothing changes, the result is the original itself.
 *
 * @param id The resource's id, which an operation may name but not change.
 * @throws ScimError 400 `mutability`, `noTarget`, `invalidValue`, `invalidFilter`; 413
 */
export function applyPatch(
  type: ResourceType,
  resource: JsonObject,
  operations: readonly Operation[],
  leniency: Leniency,
  id: string,
): JsonObject {
  let compared = 0;
  const spend = (comparisons: number): void => {
    compared += comparisons;
    if (compared > limits.patchComparisons)
      throw payloadTooLarge('The operations of this PATCH compare too many values');
  };
  const next = operations.reduce(
    (current, operation) => applied(current, operation, { leniency, id, spend }),
    resource,
  );
  if (isDeepStrictEqual(next, resource)) return resource;
  requireComplete(type, next);
  return next;
}

interface Bounds {
  readonly leniency: Leniency;
  readonly id: string;
  /** Accounts for comparisons before they are made. */
  readonly spend: (comparisons: number) => void;
}

function applied(resource: JsonObject, operation: Operation, { leniency, id, spend }: Bounds): JsonObject {
  const { target, op, value } = operation;
  const { keys, attribute } = target.path;
  if (named(target, 'id')) {
    if (op !== 'remove' && value === id) return resource;
    throw mutability('The `id` of a resource cannot be changed');
  }
  const change = (current: Json | undefined): Json | undefined => {
    spend(comparisons(operation, current));
    const next = changed(current, operation, leniency);
    if (next === undefined) requireOptional(attribute, operation);
    requireMutable(attribute, current, next);
    return next;
  };
  return changeAt(resource, keys, change);
}

/** How many values of a list an operation compares at most. */
function comparisons({ target, value }: Operation, current: Json | undefined): number {
  if (target.where) return terms(target.where) * asList(current).length;
  if (target.path.attribute.multiValued) return asList(value).length * asList(current).length;
  if (!isObject(value) || !isObject(current)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, json]) => sum + asList(json).length * asList(own(current, key)).length,
    0,
  );
}

function terms(filter: Filter): number {
  if (filter.op === 'and' || filter.op === 'or') return filter.filters.reduce((sum, each) => sum + terms(each), 0);
  return filter.op === 'not' ? terms(filter.filter) : 1;
}

/** The object with the value at the keys changed. What is left without any value is unassigned. */
function changeAt(
  object: JsonObject,
  [key = '', ...deeper]: readonly string[],
  change: (current: Json | undefined) => Json | undefined,
): JsonObject {
  const current = own(object, key);
  const next = deeper.length === 0 ? change(current) : changeBelow(current, deeper, change);
  return next === current ? object : assign(object, key, next);
}

function changeBelow(
  current: Json | undefined,
  keys: readonly string[],
  change: (current: Json | undefined) => Json | undefined,
): Json | undefined {
  const next = changeAt(isObject(current) ? current : {}, keys, change);
  return Object.keys(next).length > 0 ? next : undefined;
}

function requireOptional(attribute: Attribute, { op, target }: Operation): void {
  if (!attribute.required) return;
  const detail = `'${label(target)}' is required`;
  throw op === 'remove' ? mutability(detail) : invalidValue(detail);
}

function changed(current: Json | undefined, operation: Operation, leniency: Leniency): Json | undefined {
  const { op, value } = operation;
  const { attribute } = operation.target.path;
  if (attribute.multiValued) {
    const list = onePrimary(changedList(asList(current), operation, leniency), leniency);
    return list.length > 0 ? [...list] : undefined;
  }
  const patch = patchOf(operation, leniency);
  return patch ? merged(attribute, current, patch, op, leniency) : op === 'remove' ? undefined : value;
}

/** What the operation says of sub-attributes; undefined where it says the whole value, or none. */
function patchOf({ op, target, value }: Operation, leniency: Leniency): JsonObject | undefined {
  if (op === 'remove') return target.sub && { [target.sub.name]: null };
  if (!isObject(value)) return undefined;
  const isWhole = op === 'replace' && !target.sub && leniency.demands('wholeReplace');
  return isWhole ? whole(target.path.attribute, value) : value;
}

function changedList(list: readonly Json[], operation: Operation, leniency: Leniency): Changed {
  const { op, target, value } = operation;
  const { where, sub, path } = target;
  if (where || sub) return changedChosen(list, operation, leniency);
  if (op === 'add') return union(path.attribute, list, asList(value));
  if (op === 'replace') return replaced(asList(value));
  return untouched(value === undefined ? [] : without(path.attribute, list, asList(value)));
}

/** Changes every value that the filter chooses, all of them where there is none (RFC 7644 §3.5.2.2, §3.5.2.3). */
function changedChosen(list: readonly Json[], operation: Operation, leniency: Leniency): Changed {
  const { op, target } = operation;
  const { where, path } = target;
  const isChosen = (element: Json): boolean => isObject(element) && (!where || matches(where, element));
  const chosen = list.filter(isChosen).length;
  if (where && chosen > 1 && leniency.demands('oneMatch')) {
    throw invalidFilter(`The filter of a path must match one value of '${path.attribute.name}', not ${chosen}`);
  }
  const patch = patchOf(operation, leniency);
  if (op !== 'remove' && chosen === 0) return created(list, target, patch, leniency);

  const primaries = new Set<Json>();
  const next = list.flatMap((element) => {
    if (!isChosen(element)) return [element];
    const result = patch && merged(path.attribute, element, patch, op, leniency);
    if (result && patch['primary'] === true) primaries.add(result);
    return result ? [result] : [];
  });
  return { list: next, primaries };
}

/**
 * Makes the value that a filter describes and nothing matches, as Entra expects (quirk `missingTargets`).
 *
 * @throws ScimError 400 `noTarget` where the dialect does not, or the filter says more than what equals what
 */
function created(
  list: readonly Json[],
  { path, where }: Target,
  patch: JsonObject | undefined,
  leniency: Leniency,
): Changed {
  const { attribute } = path;
  const assigns = patch && Object.values(patch).some((json) => json !== null);
  if (!assigns && leniency.repairs('missingTargets')) return untouched(list); // to unassign what is not there is done

  const described = where ? equalTerms(where) : {};
  const isMeant = described && (!where || matches(where, described));
  if (!assigns || !isMeant || !leniency.repairs('missingTargets')) {
    throw noTarget(`The path chooses no value of '${attribute.name}'`);
  }
  const element = merged(attribute, described, patch, 'add', leniency);
  return element ? union(attribute, list, [element]) : untouched(list);
}

/** What a filter says of the value it means, where it only says what equals what. */
function equalTerms(filter: Filter): JsonObject | undefined {
  if (filter.op === 'and') {
    return filter.filters.map(equalTerms).reduce((all, more) => all && more && { ...all, ...more }, {});
  }
  const [name] = filter.op === 'eq' ? filter.path.keys : [];
  return filter.op === 'eq' && name !== undefined ? { [name]: filter.value } : undefined;
}

const untouched = (list: readonly Json[]): Changed => ({ list, primaries: new Set() });
