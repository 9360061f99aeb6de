import type { Leniency } from '../dialects.ts';
import { invalidFilter, invalidValue, mutability, payloadTooLarge } from '../errors.ts';
import type { Filter } from '../filter/ast.ts';
import { limits } from '../limits.ts';
import type { Attribute, ResourceType } from '../schema/types.ts';
import type { Json, MemberChanges } from '../types.ts';
import { asList, own } from './merge.ts';
import { label, named } from './parse.ts';
import type { Operation } from './parse.ts';
import { isObject } from './values.ts';

/** The operations of a PATCH, those on members apart. */
export interface Split {
  readonly attributes: readonly Operation[];
  readonly members: readonly Operation[];
}

/** The ids of a group's members by their type (`User`, `Group`), as far as filters ask for them. */
export type IdsByType = ReadonlyMap<string, readonly string[]>;

/** The attribute of a type that holds members, which are edges and never part of the resource. */
export const membersOf = (type: ResourceType): Attribute | undefined =>
  type.attributes.find(({ name, multiValued }) => name === 'members' && multiValued);

/** Tells the operations on members from the others. */
export function split(type: ResourceType, operations: readonly Operation[]): Split {
  const isMembers = ({ target }: Operation): boolean => membersOf(type) !== undefined && named(target, 'members');
  return {
    attributes: operations.filter((operation) => !isMembers(operation)),
    members: operations.filter(isMembers),
  };
}

/**
 * The types of member that the filters of the operations ask for: whose members they are has to be read beforehand.
 *
 * @throws ScimError 400 `invalidFilter` where a filter asks for anything but `value` and `type`
 */
export function typesAsked(operations: readonly Operation[]): ReadonlySet<string> {
  const asked = new Set<string>();
  const collect = (filter: Filter): void => {
    const comparison = membersFilter(filter);
    if (comparison.op !== 'eq') comparison.filters.forEach(collect);
    else if (comparison.by === 'type') asked.add(comparison.text);
  };
  for (const { target } of operations) if (target.where) collect(target.where);
  return asked;
}

/**
 * What the operations on members come to, in their order, without knowing who the members are (RFC 7644 §3.5.2);
 * undefined where they say nothing of members.
 *
 * @throws ScimError 400 `mutability`, `invalidFilter`, `invalidValue`; 413 with more member values than one PATCH may have
 */
export function memberChanges(
  operations: readonly Operation[],
  idsByType: IdsByType,
  leniency: Leniency,
): MemberChanges | undefined {
  const state: State = { reset: false, add: new Set(), remove: new Set(), named: 0 };
  let isSaid = false;
  for (const operation of operations) {
    const { sub, where } = operation.target;
    if (sub) refuseSub(operation, leniency);
    else if (where) changeChosen(state, operation, chosen(where, idsByType), leniency);
    else changeAll(state, operation);
    isSaid ||= !sub;
  }
  const { reset, add, remove } = state;
  return isSaid ? { reset, add: [...add], remove: [...remove] } : undefined;
}

/**
 * The ids that a list of members names, each once.
 *
 * @throws ScimError 400 `invalidValue` where one has no `value`
 */
export function memberIds(members: Json | undefined): readonly string[] {
  const ids = asList(members).map((member) => {
    const id = isObject(member) ? own(member, 'value') : undefined;
    if (typeof id === 'string' && id !== '') return id;
    throw invalidValue('Each of `members` needs a `value`');
  });
  return [...new Set(ids)];
}

interface State {
  reset: boolean;
  readonly add: Set<string>;
  readonly remove: Set<string>;
  /** How many ids the operations named so far. */
  named: number;
}

function changeAll(state: State, { op, value }: Operation): void {
  if (op === 'replace' || (op === 'remove' && value === undefined)) {
    state.reset = true;
    state.add.clear();
    state.remove.clear();
  }
  if (op === 'remove') take(state, memberIds(value));
  else put(state, memberIds(value));
}

/**
 * `add` and `replace` on a filter: who is chosen becomes a member, as elsewhere a value that a filter describes is made
 * where it is missing.
 */
function changeChosen(state: State, { op, value }: Operation, ids: readonly string[], leniency: Leniency): void {
  if (op === 'remove' || value === undefined) {
    take(state, ids);
    return;
  }
  const id = isObject(value) ? (own(value, 'value') ?? ids[0]) : undefined;
  if (typeof id !== 'string' || !ids.includes(id) || !leniency.repairs('missingTargets')) {
    throw mutability('Members are added to `members` and removed from it; one cannot become another');
  }
  put(state, ids);
}

function put(state: State, ids: readonly string[]): void {
  count(state, ids);
  for (const id of ids) {
    state.add.add(id);
    state.remove.delete(id);
  }
}

function take(state: State, ids: readonly string[]): void {
  count(state, ids);
  for (const id of ids) {
    state.add.delete(id);
    if (!state.reset) state.remove.add(id);
  }
}

function count(state: State, ids: readonly string[]): void {
  state.named += ids.length;
  if (state.named > limits.patchMembers) {
    throw payloadTooLarge(`A PATCH may name at most ${limits.patchMembers} members`);
  }
}

/** A member is in a group or not: of itself there is nothing to change. */
function refuseSub({ target }: Operation, leniency: Leniency): void {
  const derived = target.sub?.mutability === 'readOnly' || target.sub?.name === '$ref';
  if (!derived || !leniency.repairs('memberDetails')) throw mutability(`'${label(target)}' cannot be changed`);
}

/** The ids that a filter on members chooses, whether or not they are members. */
function chosen(where: Filter, idsByType: IdsByType): readonly string[] {
  const filter = membersFilter(where);
  if (filter.op === 'eq') return filter.by === 'value' ? [filter.text] : (idsByType.get(filter.text) ?? []);
  const [first = [], ...others] = filter.filters.map((each) => chosen(each, idsByType));
  if (filter.op === 'or') return [...new Set([first, ...others].flat())];
  return others.reduce((ids, more) => intersection(ids, new Set(more)), first);
}

const intersection = (ids: readonly string[], others: ReadonlySet<string>): readonly string[] =>
  ids.filter((id) => others.has(id));

/** The filters that choose members without reading them one by one. */
type MembersFilter =
  | { readonly op: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly op: 'eq'; readonly by: 'value' | 'type'; readonly text: string };

function membersFilter(filter: Filter): MembersFilter {
  if (filter.op === 'and' || filter.op === 'or') return filter;
  if (filter.op === 'eq' && typeof filter.value === 'string') {
    const [by] = filter.path.keys;
    if (by === 'value') return { op: 'eq', by, text: filter.value };
    if (by === 'type') return { op: 'eq', by, text: canonical(filter.path.attribute, filter.value) };
  }
  throw invalidFilter('Members are chosen by `value eq` and `type eq`, joined by `and` and `or`');
}

const canonical = ({ canonicalValues = [] }: Attribute, text: string): string =>
  canonicalValues.find((value) => value.toLowerCase() === text.toLowerCase()) ?? text;
