import type { Json, JsonObject } from '../types.ts';
import { instant } from './instant.ts';
import { wholeResource } from './path.ts';
import type { Attribute, ResourceType } from './types.ts';

/** A value as filters compare it. */
export type Folded = string | number | boolean | Date | Folded[] | { [key: string]: Folded };

/** The searchable twin of a resource's attributes. */
export type FoldedObject = { [key: string]: Folded };

/**
 * The twin of a resource's attributes that filters and sorting look at: text that ignores case is folded, a dateTime is
 * an instant, and what cannot be searched is left out: what is never returned, binary values, and `$ref`, which depends
 * on where the resource is served.
 */
export function fold(type: ResourceType, attributes: JsonObject): FoldedObject {
  return foldObject(wholeResource(type), attributes);
}

/**
 * The text by which two strings are the same where letter case does not count. Idempotent.
 *
 * Wide and narrow forms are plain letters, as PRECIS wants of user names (RFC 7613 §3.2.2). Then, by the means that
 * JavaScript has, Unicode's full case folding (CaseFolding.txt, C + F) over NFD, composed again to NFC: lower, upper and
 * lower again makes `ẞ`, `ß` and `ss`, `ſ` and `s`, `K` and `k` one. Two letters need care. Lower-casing makes a sigma
 * final where a word ends, so that a prefix of a word would not be found in it: every sigma becomes `σ`. Upper-casing
 * makes `ı` an `I`, but `ı` and `i` are two letters, and so are the names written with them: `ı` stays.
 */
export function foldCase(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  const plain = text.replace(wideOrNarrow, (letter) => letter.normalize('NFKC'));
  const decomposed = isStreamSafe(plain) ? plain.normalize('NFD') : plain;
  const folded = decomposed.split('ı').map(foldLetters).join('ı');
  return isStreamSafe(folded) ? folded.normalize('NFC') : folded;
}

/** Fullwidth and halfwidth letters, as Japanese keyboards type them: the same as plain ones (RFC 7613 §3.2.2). */
const wideOrNarrow = /[\u3000\uff01-\uff9f\uffe0-\uffe2\uffe4-\uffe6]/g;

/** Whether a text is ASCII, as nearly every name is. */
// eslint-disable-next-line no-control-regex -- ASCII, all of it
export const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/**
 * Whether no character carries more than 30 combining marks, as in UAX #15's stream-safe text. Putting marks in order
 * costs the square of their number: text that is not so is refused as a value, and compared without being normalized.
 */
export const isStreamSafe = (text: string): boolean => !/\p{M}{31}/u.test(text);

/** An attribute's name as a key of a MongoDB document: a dot would separate fields, and URNs have dots (`2.0`). */
export const fieldKey = (key: string): string => key.replaceAll('.', '\uFF0E');

const foldLetters = (text: string): string => text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');

function foldObject(attribute: Attribute, object: JsonObject): FoldedObject {
  const folded: FoldedObject = {};
  for (const sub of attribute.subAttributes) {
    const value = isSearchable(sub) && Object.hasOwn(object, sub.name) ? object[sub.name] : undefined;
    const twin = value === undefined ? undefined : foldValue(sub, value);
    if (twin !== undefined) folded[fieldKey(sub.name)] = twin;
  }
  return folded;
}

const isSearchable = ({ name, type, returned, mutability }: Attribute): boolean =>
  returned !== 'never' && mutability !== 'writeOnly' && type !== 'binary' && name !== '$ref';

function foldValue(attribute: Attribute, value: Json): Folded | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value))
    return value.map((element) => foldValue(attribute, element)).filter((twin) => twin !== undefined);
  if (typeof value === 'object') return foldObject(attribute, value);
  if (typeof value !== 'string') return value;
  if (attribute.type === 'dateTime') return instant(value);
  return attribute.caseExact ? value : foldCase(value);
}
