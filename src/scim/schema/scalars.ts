import type { Leniency } from '../dialects.ts';
import { invalidValue } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Json } from '../types.ts';
import { isAscii, isStreamSafe } from './fold.ts';
import { instant } from './instant.ts';
import type { Attribute } from './types.ts';

type Scalar = string | number | boolean;

type SimpleType = Exclude<Attribute['type'], 'complex'>;

/** How a value of each type is read; undefined where it is none (RFC 7643 §2.3). */
interface Reader {
  readonly is: string;
  readonly read: (value: Json, attribute: Attribute) => Scalar | undefined;
  /** What a string says, where a boolean or a number is due. */
  readonly fromText?: (text: string) => Scalar | undefined;
}

const textThat =
  (fits: (text: string, attribute: Attribute) => boolean): Reader['read'] =>
  (value, attribute) =>
    typeof value === 'string' && fits(value, attribute) ? value : undefined;

const numberThat =
  (fits: (number: number) => boolean): Reader['read'] =>
  (value) =>
    typeof value === 'number' && fits(value) ? value : undefined;

/** Base64 or its URL-safe form; padding may be missing (RFC 7643 §2.3.6). */
const isBase64 = (text: string): boolean =>
  /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) && text.replace(/={1,2}$/, '').length % 4 !== 1;

/** An absolute or relative URI; an external one is addressed by HTTP (RFC 7643 §2.3.7, §7). */
function isReference(text: string, { referenceTypes }: Attribute): boolean {
  const base = 'https://relative.invalid/';
  if (!URL.canParse(text, base)) return false;
  return !referenceTypes?.includes('external') || /^https?:$/.test(new URL(text, base).protocol);
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

const readers: Readonly<Record<SimpleType, Reader>> = {
  string: { is: 'a string', read: textThat(() => true) },
  boolean: {
    is: 'a boolean',
    read: (value) => (typeof value === 'boolean' ? value : undefined),
    fromText: (text) => booleans.get(text.toLowerCase()),
  },
  integer: {
    is: 'an integer',
    read: numberThat(Number.isSafeInteger),
    fromText: (text) => (/^[+-]?\d{1,16}$/.test(text) ? Number(text) : undefined),
  },
  decimal: {
    is: 'a number',
    read: numberThat(Number.isFinite),
    fromText: (text) => (/^[+-]?\d{1,64}(?:\.\d{1,64})?(?:e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : undefined),
  },
  dateTime: { is: 'a dateTime like 2011-08-01T18:29:49Z', read: textThat((text) => instant(text) !== undefined) },
  binary: { is: 'base64', read: textThat(isBase64) },
  reference: { is: 'a URI', read: textThat(isReference) },
};

/**
 * The value of a simple attribute, in its JSON type (RFC 7643 §2.3).
 *
 * @throws invalidValue where it is of another type, or too long.
 */
export function readScalar(
  type: SimpleType,
  attribute: Attribute,
  value: Json,
  leniency: Leniency,
  where: string,
): Scalar {
  if (typeof value === 'string') requireText(value, attribute, where);
  const { is, read, fromText } = readers[type];
  const own = read(value, attribute);
  if (own !== undefined) return own;
  const said = typeof value === 'string' ? fromText?.(value.trim()) : undefined;
  const meant = said === undefined ? undefined : read(said, attribute);
  if (meant === undefined || !leniency.repairs('stringScalars')) throw invalidValue(`'${where}' must be ${is}`);
  return meant;
}

function requireText(text: string, { uniqueness }: Attribute, where: string): void {
  if (text.length > limits.stringLength) {
    throw invalidValue(`'${where}' may be at most ${String(limits.stringLength)} characters long`);
  }
  // Two names that look alike are not told apart by people (RFC 7644 §5, RFC 8264 §9.11).
  if (uniqueness === 'server' && /\p{Cc}/u.test(text)) throw invalidValue(`'${where}' may hold no control characters`);
  if (isAscii(text)) return;
  // Half a surrogate pair would be stored as another character than was sent.
  if (/\p{Surrogate}/u.test(text)) throw invalidValue(`'${where}' must be well-formed Unicode`);
  if (!isStreamSafe(text)) throw invalidValue(`'${where}' has more than 30 combining marks in a row`);
}
