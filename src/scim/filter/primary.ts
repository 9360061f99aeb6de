import type { AttributePath } from '../schema/types.ts';
import type { Filter } from './ast.ts';

/**
 * A value of a multi-valued attribute that does not say `primary` is not primary (RFC 7643 §2.4): what asks for false
 * asks for what is not true. Any other comparison is as it was.
 */
export function assumingNotPrimary(comparison: Filter): Filter {
  if ((comparison.op !== 'eq' && comparison.op !== 'ne') || comparison.value !== false) return comparison;
  const { op, path } = comparison;
  if (path.attribute.name !== 'primary' || !path.parent?.multiValued) return comparison;
  const container = path.keys.slice(0, -1);
  // Within brackets a path begins at the value.
  if (container.length === 0) return { op: op === 'eq' ? 'ne' : 'eq', path, value: true };
  const notPrimary: Filter = { op: 'ne', path: { ...path, keys: ['primary'] }, value: true };
  const some: Filter = { op: 'has', path: containing(path.parent, container), where: notPrimary };
  return op === 'eq' ? some : { op: 'not', filter: some };
}

const containing = (attribute: AttributePath['attribute'], keys: readonly string[]): AttributePath => ({
  keys,
  attribute,
});
