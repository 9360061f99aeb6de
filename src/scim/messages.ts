import type { Leniency } from './dialects.ts';
import { invalidSyntax } from './errors.ts';
import type { Json, JsonObject } from './types.ts';

/** A message's own member, whatever its letter case. */
export function member(object: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const key = Object.keys(object).find((other) => isText(other, name));
  return key === undefined ? undefined : object[key];
}

/**
 * Demands that the `schemas` of a message name it (RFC 7644 §3.1), whatever the letter case.
 *
 * @throws ScimError 400 `invalidSyntax` where they do not, and the dialect does not assume it
 */
export function requireSchema(schemas: Json | undefined, urn: string, leniency: Leniency): void {
  const isNamed = Array.isArray(schemas) && schemas.some((each) => isText(each, urn));
  if (!isNamed && !leniency.repairs('unknownSchemas')) throw invalidSyntax(`\`schemas\` must name ${urn}`);
}

/** Whether a value is that text, whatever its letter case. */
export const isText = (json: Json, text: string): boolean =>
  typeof json === 'string' && json.toLowerCase() === text.toLowerCase();
