import type { Move } from '../domain/accounts.ts';
import type { Change } from '../domain/changes.ts';
import type { NewJob } from '../domain/jobs.ts';
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
  /** What is done to very many people afterwards. */
  readonly starts?: readonly NewJob[];
  readonly entry: Partial<Pick<Entry, 'credits' | 'events' | 'act'>>;
  /** Told when it is committed. */
  readonly settled?: (lenient: Leniency) => void;
}

/** The rules of the organization about resources of a type: what follows from a change of one. */
export interface Companion {
  created(caller: Caller, id: string, content: NewContent): Promise<Accompanied>;
  revised(caller: Caller, before: State, content: NewContent): Promise<Accompanied>;
  removed(caller: Caller, state: State): Promise<Pick<Accompanied, 'moves' | 'others' | 'starts'>>;
}

const alone = (content: NewContent): Promise<Accompanied> =>
  Promise.resolve({ content, moves: [], relies: [], others: [], entry: {} });

/** What follows for the content: changes of others, and so many parts of it that had to be left out. */
export const following = (content: NewContent, others: readonly Change[] = [], dropped = 0): Accompanied => ({
  content,
  moves: [],
  relies: [],
  others,
  entry: {},
  settled(lenient) {
    for (let left = dropped; left > 0; left -= 1) lenient.repairs('unknownGrants');
  },
});

/** What follows from one rule, and from another, which is asked with what the first made of the content. */
export async function inTurn(
  first: Accompanied,
  next: (content: NewContent) => Promise<Accompanied>,
): Promise<Accompanied> {
  const second = await next(first.content);
  return {
    content: second.content,
    moves: [...first.moves, ...second.moves],
    relies: [...first.relies, ...second.relies],
    others: [...first.others, ...second.others],
    entry: { ...first.entry, ...second.entry },
    settled(lenient) {
      first.settled?.(lenient);
      second.settled?.(lenient);
    },
  };
}

/** Nothing follows. */
export const noCompanion: Companion = {
  created: (_caller, _id, content) => alone(content),
  revised: (_caller, _before, content) => alone(content),
  removed: () => Promise.resolve({ moves: [], others: [] }),
};
