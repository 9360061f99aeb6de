import type { Leniency } from '../dialects.ts';
import { limits } from '../limits.ts';
import type { Json, JsonObject } from '../types.ts';
import type { Attribute } from './types.ts';

/** The attributes of users that Entra packs. */
const packable: ReadonlySet<string> = new Set(['roles', 'entitlements']);

/**
 * A role or an entitlement, unpacked where its `value` is an object as JSON in a string: its `value`, and its
 * `displayName` as `display`. What is said beside it stays as it is said (quirk `packedValues`).
 */
export function unpacked(attribute: Attribute, given: JsonObject, leniency: Leniency): JsonObject {
  if (!packable.has(attribute.name)) return given;
  const [key = 'value', text] = Object.entries(given).find(([name]) => name.toLowerCase() === 'value') ?? [];
  const inside = typeof text === 'string' ? objectIn(text) : undefined;
  const value = inside?.['value'];
  if (!inside || typeof value !== 'string' || !leniency.repairs('packedValues')) return given;
  const display = inside['displayName'];
  return { ...(typeof display === 'string' && !says(given, 'display') && { display }), ...given, [key]: value };
}

/** Whether an attribute is named, in any letter case. */
const says = (given: JsonObject, name: string): boolean =>
  Object.keys(given).some((each) => each.toLowerCase() === name);

/** The object that a text is the JSON of. */
function objectIn(text: string): JsonObject | undefined {
  if (!/^\s*\{/.test(text) || text.length > limits.stringLength) return undefined;
  try {
    return JSON.parse(text) as Json as JsonObject;
  } catch {
    return undefined;
  }
}
