import type { AttributePath } from '../schema/types.ts';

export type Comparator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

export type Scalar = string | number | boolean | null;

/**
 * A filter whose attribute names are resolved and whose operators suit their types (RFC 7644 §3.4.2.2).
 * Inside `where` of a `has`, paths are relative to the complex value: their keys begin at the sub-attribute.
 */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly op: 'not'; readonly filter: Filter }
  | { readonly op: 'has'; readonly path: AttributePath; readonly where: Filter }
  | { readonly op: 'pr'; readonly path: AttributePath }
  | { readonly op: Comparator; readonly path: AttributePath; readonly value: Scalar };
