import type { Leniency } from '../dialects.ts';
import { invalidPath, invalidSyntax } from '../errors.ts';
import type { Filter } from '../filter/ast.ts';
import { quoted } from '../filter/guard.ts';
import { parseValueFilter } from '../filter/parse.ts';
import { limits } from '../limits.ts';
import { isDotted, pathInExtensions, resolvePath, resolveSub } from '../schema/path.ts';
import type { Attribute, AttributePath, ResourceType } from '../schema/types.ts';

/** What a PATCH operation works on (RFC 7644 §3.5.2, figure 7). */
export interface Target {
  /** An attribute of the resource or of an extension, or a whole extension; never a sub-attribute. */
  readonly path: AttributePath;
  /** Chooses values of a multi-valued attribute; without it all are meant. */
  readonly where?: Filter;
  /** The sub-attribute meant, of the complex value or of each chosen one. */
  readonly sub?: Attribute;
}

/** A path cut at its brackets, not yet looked up. */
interface Parts {
  readonly name: string;
  readonly filter?: string;
  readonly sub?: string;
}

// Linear: neither a URN's last colon nor a dot can be reached in two ways that a name then reads on from.
const attributeName = /^(?:urn:[^\s[\]"\\/]+[:.])?\$?[a-z][\w$-]*(?:\.\$?[a-z][\w$-]*)?$/i;
const subAttribute = /^\.(\$?[a-z][\w$-]*)$/i;

/** Whether a text could be the name of an attribute, known or not (RFC 7644 §3.10). */
export const isName = (text: string): boolean => text.length <= limits.stringLength && attributeName.test(text);

/**
 * The target a path names, or undefined where it names no attribute of the type and the dialect drops such an operation
 * (RFC 7644 §3.5.2, figure 7).
 *
 * @throws ScimError 400 `invalidPath` where the text is no path, or, in strict, names no attribute (`invalidSyntax` where
 * the interoperability profile is kept); 400 `invalidFilter`
 */
export function target(type: ResourceType, text: string, leniency: Leniency): Target | undefined {
  if (text.length > limits.stringLength) {
    throw invalidPath(`A path may be at most ${limits.stringLength} characters long`);
  }
  const parts = split(text);
  const direct = parts && resolvePath(type, parts.name);
  if (direct && !isDotted(type, parts.name)) return chosen(direct, parts, leniency);

  const plain = split(repaired(text));
  const path = plain && resolvePath(type, plain.name);
  if (path && leniency.repairs('pathForms')) return chosen(path, plain, leniency);

  const extended = plain && pathInExtensions(type, plain.name);
  if (extended && leniency.repairs('extensionPaths')) return chosen(extended, plain, leniency);

  if (!plain) throw invalidPath(`${quoted(text)} is not a path`);
  return unknown(text, leniency);
}

/** Without the slash and the percent-encoding that some clients put into paths. */
function repaired(text: string): string {
  const path = text.startsWith('/') ? text.slice(1) : text;
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a percent sign that encodes nothing
  }
}

/** Cuts a path at its first opening and last closing bracket: a filter's strings may hold brackets. */
function split(text: string): Parts | undefined {
  const open = text.indexOf('[');
  if (open === -1) return isName(text) ? { name: text } : undefined;

  const name = text.slice(0, open);
  const close = text.lastIndexOf(']');
  if (close < open || !isName(name)) return undefined;

  const filter = text.slice(open + 1, close);
  const rest = text.slice(close + 1);
  if (rest === '') return { name, filter };
  const sub = subAttribute.exec(rest)?.[1];
  return sub === undefined ? undefined : { name, filter, sub };
}

function chosen(path: AttributePath, { name, filter, sub }: Parts, leniency: Leniency): Target | undefined {
  if (filter === undefined) return whole(path);
  const { multiValued, type } = path.attribute;
  if (!multiValued || type !== 'complex') {
    throw invalidPath(`${quoted(name)} has no values that a filter could choose from`);
  }
  const where = parseValueFilter(path.attribute, filter, leniency);
  if (sub === undefined && leniency.demands('leafPaths')) {
    throw invalidPath(`${quoted(name)} with a filter must name a sub-attribute behind it`);
  }
  if (sub === undefined) return { path, where };
  const found = resolveSub(path.attribute, sub);
  return found ? { path, where, sub: found } : unknown(`${name}[…].${sub}`, leniency);
}

/** A path to a sub-attribute is one to its attribute, so that the complex value is always changed as a whole. */
function whole({ keys, attribute, parent }: AttributePath): Target {
  if (!parent) return { path: { keys, attribute } };
  return { path: { keys: keys.slice(0, -1), attribute: parent }, sub: attribute };
}

function unknown(text: string, leniency: Leniency): Target | undefined {
  if (leniency.repairs('unknownPaths')) return undefined;
  const refused = leniency.demands('unknownPaths') ? invalidSyntax : invalidPath;
  throw refused(`${quoted(text)} names no attribute`);
}
