/** Keywords of JSON Schema 2020-12, as ajv and OpenAPI 3.1 both read them. */
interface Keywords {
  readonly [keyword: string]: unknown;
}

declare const described: unique symbol;

/** A JSON Schema that knows the type of what it lets through. */
export type Schema<T = unknown> = Keywords & { readonly [described]?: T };

/** The type of what a schema lets through. */
export type Of<S> = S extends { readonly [described]?: infer T } ? T : never;

/** Schemas by the name of a member. */
export type Members = Readonly<Record<string, Schema>>;

/** The type of an object whose members these are, each of them there. */
export type OfAll<R extends Members> = { readonly [K in keyof R]: Of<R[K]> };

/** The type of an object that may have these members. */
export type OfSome<O extends Members | undefined> = O extends Members
  ? { readonly [K in keyof O]?: Of<O[K]> }
  : unknown;

/** The longest text that a request may hold where its schema does not say otherwise, in characters. */
const longestText = 1_000;

export const text = (more: Keywords = {}): Schema<string> => ({ type: 'string', maxLength: longestText, ...more });

/** A text with something in it. */
export const word = (more: Keywords = {}): Schema<string> => text({ minLength: 1, ...more });

/** An id of ours. */
export const id = (more: Keywords = {}): Schema<string> => word({ maxLength: 64, ...more });

/** An instant in ISO 8601, with its offset (RFC 3339). */
export const instant = (more: Keywords = {}): Schema<string> => ({
  type: 'string',
  format: 'date-time',
  examples: ['2026-11-23T14:30:00.000Z'],
  ...more,
});

export const integer = (more: Keywords = {}): Schema<number> => ({ type: 'integer', ...more });

export const flag = (more: Keywords = {}): Schema<boolean> => ({ type: 'boolean', ...more });

/** One of a few words. */
export const choice = <const V extends string>(values: readonly V[], more: Keywords = {}): Schema<V> => ({
  type: 'string',
  enum: values,
  ...more,
});

export const list = <S extends Schema>(items: S, more: Keywords = {}): Schema<readonly Of<S>[]> => ({
  type: 'array',
  items,
  ...more,
});

/** An object with these members, some of which may be missing, and no others. */
export const object = <const R extends Members, const O extends Members | undefined = undefined>(
  required: R,
  optional?: O,
  more: Keywords = {},
): Schema<OfAll<R> & OfSome<O>> => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
  ...more,
});

/** An object whose members have names of the client's own. */
export const map = <S extends Schema>(values: S, more: Keywords = {}): Schema<Readonly<Record<string, Of<S>>>> => ({
  type: 'object',
  additionalProperties: values,
  ...more,
});

/** That, or `null`: where a member can be taken away by saying so. */
export const nullable = <S extends Schema>(schema: S): Schema<Of<S> | null> => ({ anyOf: [schema, { type: 'null' }] });

/** Any JSON. */
export const anything = (more: Keywords = {}): Schema => more;

/** A schema that the document of the API shows once, under that name. */
export const named = <S extends Schema>(name: string, schema: S): S => ({ ...schema, title: name });

/** The most that a page of a list holds, and what it holds where nobody asks. */
export const pageSize = { most: 1_000, default: 100 } as const;

/** How every list is asked: as `filter`, `sort`, `limit` and `cursor` of its query. */
export const listQuery = {
  filter: text({
    maxLength: 4_096,
    description: 'Which ones, as a filter of SCIM (RFC 7644 §3.4.2.2)',
    examples: ['status eq "prepared"'],
  }),
  sort: text({
    maxLength: 256,
    pattern: '^-?[^-\\s]\\S*$',
    description: 'The attribute by which they are put in order; with a `-` before it, the other way round',
    examples: ['-meta.created'],
  }),
  limit: integer({
    minimum: 1,
    maximum: pageSize.most,
    default: pageSize.default,
    description: 'At most so many on the page',
  }),
  cursor: text({
    maxLength: 16_384,
    description: 'What the page before said as `nextCursor`; none for the first page',
  }),
} as const;

/** A page of a list. */
export const pageOf = <S extends Schema>(item: S) =>
  object(
    { items: list(item) },
    {
      nextCursor: text({ maxLength: 16_384, description: 'Asks for the next page; missing on the last one' }),
      total: integer({ minimum: 0, description: 'How many match on all pages; missing where counting costs too much' }),
    },
  );
