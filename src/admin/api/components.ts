import { isDeepStrictEqual } from 'node:util';
import type { Schema } from './schema.ts';

type Part = Readonly<Record<string, unknown>>;

/** Schemas with names of their own, each shown once. */
export interface Components {
  /**
   * The schema as the document shows it there: where it, or a part of it, has a name, a reference.
   *
   * @throws Error where two different schemas have one name
   */
  refer(schema: Schema): unknown;
  schemas(): Part;
}

/** Gathers the named schemas of a document. */
export function components(): Components {
  const known = new Map<string, unknown>();

  const parts = (schema: Part): Part =>
    Object.fromEntries(
      Object.entries(schema)
        .filter(([keyword]) => keyword !== 'title')
        .map(([keyword, value]) => [keyword, holdsSchemas.has(keyword) ? below(keyword, value) : value]),
    );

  const below = (keyword: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each) => refer(each as Schema));
    if (keyword !== 'properties') return isPart(value) ? refer(value) : value;
    return Object.fromEntries(Object.entries(value as Part).map(([name, each]) => [name, refer(each as Schema)]));
  };

  function refer(schema: Schema): unknown {
    const { title } = schema;
    const shown = parts(schema);
    if (typeof title !== 'string') return shown;
    const there = known.get(title);
    if (there !== undefined && !isDeepStrictEqual(there, shown)) throw new Error(`Two schemas are named ${title}`);
    known.set(title, shown);
    return { $ref: `#/components/schemas/${title}` };
  }

  return { refer, schemas: () => Object.fromEntries(known) };
}

/** Keywords whose value is schemas: of the others one may look like a schema, an example above all. */
const holdsSchemas = new Set(['properties', 'items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf']);

const isPart = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
