import type { Leniency } from '../dialects.ts';
import type { Caller, JsonObject, MemberChanges, ResourceStore, Stored, Wanted, Written } from '../types.ts';
import { accepts } from '../version.ts';

/** A change as an operation states it: of the attributes, given what the dialect repairs, and of the members. */
export interface Change {
  readonly ifMatch: string | undefined;
  readonly attributes: (current: JsonObject, leniency: Leniency) => JsonObject;
  readonly members: MemberChanges | undefined;
  readonly wanted: Wanted;
}

/** A resource after a change that was asked for, and the version that it had before. */
export interface Revised extends Written {
  readonly before: number;
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
): Promise<Revised> {
  let before = 0;
  let tally = leniency.afresh();
  const decide = (current: Stored): JsonObject => {
    before = current.version;
    tally = leniency.afresh();
    // Without members and groups there is nothing in a stored resource that is still to come.
    return change.attributes(current.attributes as JsonObject, tally);
  };
  const { ifMatch, members, wanted } = change;
  try {
    const revision = { accepts: accepts(ifMatch), decide, wanted, ...(members && { members }) };
    const written = await store.revise(caller, id, revision, leniency);
    return { ...written, before };
  } finally {
    for (const [quirk, times] of tally.repaired) {
      for (let time = 0; time < times; time++) leniency.repairs(quirk);
    }
  }
}
