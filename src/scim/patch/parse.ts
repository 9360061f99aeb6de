import type { Leniency } from '../dialects.ts';
import { invalidPath, invalidSyntax, invalidValue, mutability, noTarget, payloadTooLarge } from '../errors.ts';
import { limits } from '../limits.ts';
import { isText, member, requireSchema } from '../messages.ts';
import { resolvePath } from '../schema/path.ts';
import type { ResourceType } from '../schema/types.ts';
import type { Json, JsonObject } from '../types.ts';
import { urns } from '../urns.ts';
import { isName, target } from './target.ts';
import type { Target } from './target.ts';
import { given, isObject, namedValues } from './values.ts';

/** One step of a PATCH, checked against the schema (RFC 7644 §3.5.2). */
export interface Operation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly target: Target;
  /**
   * In the schema's types and names. Undefined: nothing is assigned, or, of a `remove`, no values are named.
   * A null within a complex value unassigns that sub-attribute.
   */
  readonly value: Json | undefined;
}

/**
 * The operations of a PatchOp message, resolved against the schema: a value without a path becomes one operation for
 * each attribute it names, what the dialect drops is gone (RFC 7644 §3.5.2).
 *
 * @throws ScimError 400 `invalidSyntax`, `invalidPath`, `invalidFilter`, `invalidValue`, `mutability`, `noTarget`; 413
 */
export function parsePatch(type: ResourceType, body: Json | undefined, leniency: Leniency): readonly Operation[] {
  if (!isObject(body)) throw invalidSyntax('A PATCH needs a body: an object with `schemas` and `Operations`');
  requireSchema(member(body, 'schemas'), urns.patch, leniency);

  const operations = listed(member(body, 'Operations'), leniency);
  requireFew(operations.length);
  const parsed = operations.flatMap((operation, index) => {
    if (!isObject(operation)) throw invalidSyntax(`Operations[${index}] is not an object`);
    return parseOperation(type, operation, leniency);
  });
  requireFew(parsed.length);
  return parsed;
}

function requireFew(count: number): void {
  if (count > limits.patchOperations) {
    throw payloadTooLarge(`A PATCH may have at most ${limits.patchOperations} operations`);
  }
}

function listed(operations: Json | undefined, leniency: Leniency): readonly Json[] {
  if (isObject(operations) && leniency.repairs('singleForMany')) return [operations];
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalidSyntax('`Operations` must be an array of one or more operations');
  }
  return operations;
}

function parseOperation(type: ResourceType, operation: JsonObject, leniency: Leniency): readonly Operation[] {
  const op = verb(member(operation, 'op'));
  const path = member(operation, 'path') ?? undefined;
  const value = member(operation, 'value');

  if (path === undefined || (path === '' && leniency.repairs('emptyStrings'))) {
    return withoutPath(type, op, value, leniency);
  }
  if (typeof path !== 'string') throw invalidPath('The `path` of an operation must be a string');
  const to = target(type, path, leniency);
  if (!to || named(to, 'schemas')) return [];
  // Whether an id is the resource's own, and what may be said of a member, is known later.
  if (isReadOnly(to) && !named(to, 'id') && !named(to, 'members')) throw mutability(`'${label(to)}' is read-only`);
  return [assigned(op, to, value, leniency)];
}

function verb(op: Json | undefined): Operation['op'] {
  const name = typeof op === 'string' ? op.toLowerCase() : undefined;
  if (name === 'add' || name === 'replace' || name === 'remove') return name;
  throw invalidSyntax('The `op` of an operation must be `add`, `remove` or `replace`');
}

/** One operation for each attribute that a value without path names; read-only ones are ignored, as in any body. */
function withoutPath(
  type: ResourceType,
  op: Operation['op'],
  value: Json | undefined,
  leniency: Leniency,
): readonly Operation[] {
  if (leniency.demands('everyPath')) throw invalidSyntax('Every operation needs a `path`');
  if (op === 'remove') throw noTarget('A `remove` needs a `path`');
  if (!isObject(value))
    throw invalidValue(`Without a \`path\`, the \`value\` of '${op}' must be an object of attributes`);
  return Object.entries(value).flatMap(([key, json]) => {
    if (isText(key, type.schema.id) && isObject(json) && leniency.repairs('dottedKeys')) {
      return withoutPath(type, op, json, leniency);
    }
    const to = keyed(type, key, leniency);
    const ignored = !to || named(to, 'schemas') || (isReadOnly(to) && !(named(to, 'id') && json));
    return ignored ? [] : [assigned(op, to, json, leniency)];
  });
}

/** The target of a key: an attribute or an extension, or a path where clients put paths into keys. */
function keyed(type: ResourceType, key: string, leniency: Leniency): Target | undefined {
  const path = resolvePath(type, key);
  if (path?.keys.length === 1) return { path };
  // A key that is no path is an attribute that no schema has.
  if (!isName(key) && !key.includes('[')) {
    if (!leniency.repairs('unknownPaths')) throw invalidPath('A key of `value` names no attribute');
    return undefined;
  }
  const to = target(type, key, leniency);
  const plain = /^[^.:[]+$/.test(key);
  if (to && !plain && !leniency.repairs('dottedKeys')) {
    throw invalidPath('Keys of a `value` without `path` must be names of attributes or URNs of extensions');
  }
  return to;
}

function assigned(op: Operation['op'], to: Target, value: Json | undefined, leniency: Leniency): Operation {
  if (op === 'remove') return { op, target: to, value: namedValues(to, value, leniency, label(to)) };
  if (value === undefined) throw invalidValue(`'${op}' of '${label(to)}' needs a \`value\``);
  return { op, target: to, value: given(to, value, leniency, label(to)) };
}

/** How messages name a target. */
export function label({ path, where, sub }: Target): string {
  const [first = '', ...rest] = path.keys;
  const name = rest.length > 0 ? `${first}:${rest.join('.')}` : first;
  return `${name}${where ? '[…]' : ''}${sub ? `.${sub.name}` : ''}`;
}

/** Whether the target is that common attribute. */
export const named = ({ path }: Target, name: string): boolean => path.keys.length === 1 && path.keys[0] === name;

const isReadOnly = ({ path, sub }: Target): boolean =>
  path.attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly';
