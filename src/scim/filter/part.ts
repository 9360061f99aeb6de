import { resolvePath } from '../schema/path.ts';
import type { AttributePath, ResourceType } from '../schema/types.ts';
import type { Filter } from './ast.ts';
import { matches } from './matches.ts';

/**
 * What a filter over resources of several types asks of those of one type: true or false where it says the same of each
 * of them, because it asks for their type, or for attributes that they do not have (RFC 7644 §3.4.2.1).
 */
export function partOf(type: ResourceType, filter: Filter): Filter | boolean {
  switch (filter.op) {
    case 'and':
      return joined('and', parts(type, filter.filters));
    case 'or':
      return joined('or', parts(type, filter.filters));
    case 'not': {
      const part = partOf(type, filter.filter);
      return typeof part === 'boolean' ? !part : { op: 'not', filter: part };
    }
    default:
      if (has(type, filter.path)) return isOfType(filter.path) ? matches(filter, ofType(type)) : filter;
      // What has no value equals nothing: the same for every resource.
      return matches(filter, {});
  }
}

const parts = (type: ResourceType, filters: readonly Filter[]) => filters.map((each) => partOf(type, each));

/** Without the parts that are always so; decided where one part decides it. */
function joined(op: 'and' | 'or', parts: readonly (Filter | boolean)[]): Filter | boolean {
  const decisive = op === 'or';
  if (parts.includes(decisive)) return decisive;
  const open = parts.filter((part) => typeof part !== 'boolean');
  const [only] = open;
  if (!only) return !decisive;
  return open.length === 1 ? only : { op, filters: open };
}

/** Whether the path is one of the type's own. */
function has(type: ResourceType, { keys }: AttributePath): boolean {
  const [first = '', ...rest] = keys;
  const separator = first.includes(':') ? ':' : '.';
  return resolvePath(type, rest.length > 0 ? `${first}${separator}${rest.join('.')}` : first) !== undefined;
}

const isOfType = ({ keys }: AttributePath): boolean => keys.join('.') === 'meta.resourceType';

const ofType = ({ name }: ResourceType) => ({ meta: { resourceType: name } });
