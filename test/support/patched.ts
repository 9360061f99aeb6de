import { leniency } from '../../src/scim/dialects.ts';
import type { DialectName, Leniency } from '../../src/scim/dialects.ts';
import { ScimError } from '../../src/scim/errors.ts';
import { applyPatch } from '../../src/scim/patch/apply.ts';
import { parsePatch } from '../../src/scim/patch/parse.ts';
import type { Json, JsonObject } from '../../src/scim/types.ts';
import { testType } from './schemas.ts';

/** A PatchOp message of these operations. */
export const patchOp = (...operations: Json[]): JsonObject => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

/** The id of the resource that `patched` changes. */
export const id = '6650b1f2c3d4e5f6a7b8c9d0';

/** A user after the operations, the message read from its text as a server does. */
export function patched(
  user: JsonObject,
  operations: readonly Json[],
  tally: Leniency = leniency('lenient'),
): JsonObject {
  const body = JSON.parse(JSON.stringify(patchOp(...operations))) as Json;
  return applyPatch(testType('User'), user, parsePatch(testType('User'), body, tally), tally, id);
}

/** As what a user's change is refused, `400 invalidPath`; `accepted` where it is not. */
export function refusal(user: JsonObject, operations: readonly Json[], dialect: DialectName = 'lenient'): string {
  return refusalOf(() => patched(user, operations, leniency(dialect)));
}

/** As what something is refused, `400 invalidPath`; `accepted` where it is not. */
export function refusalOf(run: () => unknown): string {
  try {
    run();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return [error.status, ...(error.scimType ? [error.scimType] : [])].join(' ');
  }
}
