import { leniency as freshLeniency } from '../dialects.ts';
import type { Leniency } from '../dialects.ts';
import type { Caller, JsonObject, MemberChanges, ResourceStore, Wanted, Written } from '../types.ts';
import { accepts } from '../version.ts';

/** A change as an operation states it: of the attributes, given what the dialect repairs, and of the members. */
export interface Change {
  readonly ifMatch: string | undefined;
  readonly attributes: (current: JsonObject, leniency: Leniency) => JsonObject;
  readonly members: MemberChanges | undefined;
  readonly wanted: Wanted;
}

/**
 * Changes a resource. However often the store decides anew, each repair is counted once.
 *
 * @throws ScimError 404, 412 and whatever the change throws
 */
export async function revise(
  store: ResourceStore,
  caller: Caller,
  id: string,
  change: Change,
  leniency: Leniency,
): Promise<Written> {
  let tally = freshLeniency(leniency.dialect);
  const decide = (current: { readonly attributes: object }): JsonObject => {
    tally = freshLeniency(leniency.dialect);
    // Without members and groups there is nothing in a stored resource that is still to come.
    return change.attributes(current.attributes as JsonObject, tally);
  };
  const { ifMatch, members, wanted } = change;
  try {
    const revision = { accepts: accepts(ifMatch), decide, wanted, ...(members && { members }) };
    return await store.revise(caller, id, revision, leniency);
  } finally {
    for (const [quirk, times] of tally.repaired) {
      for (let time = 0; time < times; time++) leniency.repairs(quirk);
    }
  }
}
