import type { Move } from '../domain/accounts.ts';
import type { Change } from '../domain/changes.ts';
import type { Entry } from '../domain/journal.ts';
import type { NewContent, State } from '../domain/states.ts';
import type { Leniency } from '../scim/dialects.ts';
import type { Caller } from '../scim/types.ts';

/** What a change of a resource takes along. */
export interface Accompanied {
  readonly content: NewContent;
  readonly moves: readonly Move[];
  readonly relies: readonly string[];
  /** Changes of other resources, which stand or fall with it. */
  readonly others: readonly Change[];
  readonly entry: Partial<Pick<Entry, 'credits' | 'events' | 'act'>>;
  /** Told when it is committed. */
  readonly settled?: (lenient: Leniency) => void;
}

/** The rules of the organization about resources of a type: what follows from a change of one. */
export interface Companion {
  created(caller: Caller, id: string, content: NewContent): Promise<Accompanied>;
  revised(caller: Caller, before: State, content: NewContent): Promise<Accompanied>;
  removed(caller: Caller, state: State): Promise<Pick<Accompanied, 'moves' | 'others'>>;
}

const alone = (content: NewContent): Promise<Accompanied> =>
  Promise.resolve({ content, moves: [], relies: [], others: [], entry: {} });

/** Nothing follows. */
export const noCompanion: Companion = {
  created: (_caller, _id, content) => alone(content),
  revised: (_caller, _before, content) => alone(content),
  removed: () => Promise.resolve({ moves: [], others: [] }),
};
