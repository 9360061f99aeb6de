import type { Leniency } from './dialects.ts';
import type { ScimError } from './errors.ts';
import type { Handled } from './types.ts';

/** A refusal as an answer like any other (RFC 7644 §3.12). */
export function refused(refusal: ScimError, { repaired }: Pick<Leniency, 'repaired'>): Handled {
  const { status, headers } = refusal;
  return { status, headers, body: refusal.toJSON(), repaired, refusal };
}
