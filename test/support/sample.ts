import type { Schema } from '../../src/admin/api/schema.ts';

type Keywords = Readonly<Record<string, unknown>>;

/**
 * A value that a schema lets through, as far as that can be told from it; whatever text may be an id, is that id.
 *
 * @param members all that there are, or only those that must be there
 */
export function sampleOf(schema: Schema, id: string, members: 'all' | 'required'): unknown {
  const keywords: Keywords = schema;
  const [first] = choices(keywords, id);
  if (first !== undefined) return first;
  switch (keywords['type']) {
    case 'object':
      return objectOf(keywords, id, members);
    case 'array':
      return [sampleOf((keywords['items'] ?? {}) as Schema, id, members)];
    case 'integer':
    case 'number':
      return keywords['minimum'] ?? 1;
    case 'boolean':
      return true;
    case 'string':
      return textOf(keywords, id);
    default:
      return id;
  }
}

/** What a schema offers to choose from. */
function choices({ enum: values, anyOf }: Keywords, id: string): readonly unknown[] {
  if (Array.isArray(values)) return values as unknown[];
  if (!Array.isArray(anyOf)) return [];
  const [one] = anyOf as Schema[];
  return one ? [sampleOf(one, id, 'required')] : [];
}

function objectOf({ properties = {}, required = [] }: Keywords, id: string, members: 'all' | 'required'): object {
  const all = Object.entries(properties as Readonly<Record<string, Schema>>);
  const chosen = all.filter(([name]) => members === 'all' || (required as readonly string[]).includes(name));
  return Object.fromEntries(chosen.map(([name, schema]) => [name, sampleOf(schema, id, members)]));
}

function textOf({ format, pattern, examples, minLength = 0 }: Keywords, id: string): string {
  if (format === 'date-time') return '2026-11-24T00:00:00.000Z';
  const [example] = Array.isArray(examples) ? (examples as string[]) : [];
  if (pattern !== undefined || format !== undefined) return example ?? id;
  return id.padEnd(Number(minLength), 'x');
}
