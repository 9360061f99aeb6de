import { noBooks } from '../../src/domain/book.ts';
import { Stale, type Change, type Committed } from '../../src/domain/changes.ts';
import type { State } from '../../src/domain/states.ts';
import type { UnitOfWork } from '../../src/domain/ports.ts';
import type { Ports } from '../../src/provisioning/decide.ts';
import { memberOf } from '../support/changes.ts';

/** What the ports of provisioning were asked to commit, over states that a test sets. */
export interface Scripted {
  readonly ports: Ports & { readonly work: UnitOfWork };
  readonly states: Map<string, State>;
  /** Ids of members, by group. */
  readonly members: Map<string, readonly string[]>;
  readonly committed: Change[];
  readonly hashed: string[];
  /** So many commits are answered with `Stale` first. */
  stale: number;
  /** Milliseconds since 1970; each pause takes one. */
  time: number;
}

/** Ports over maps, which refuse commits as often as they are told to. */
export function scripted(...states: readonly State[]): Scripted {
  const script: Scripted = {
    states: new Map(states.map((state) => [state.id, state])),
    members: new Map(),
    committed: [],
    hashed: [],
    stale: 0,
    time: 0,
    get ports() {
      return portsOf(script);
    },
  };
  return script;
}

const unasked = (): never => {
  throw new Error('nothing asks for that here');
};

const outcomeOf = ({ creates, revises, members, removes }: Change): Committed => {
  const before = revises?.before ?? members?.group ?? removes?.state;
  return { version: creates ? 1 : (before?.version ?? 0) + 1, at: new Date(0) };
};

function portsOf(script: Scripted): Scripted['ports'] {
  const { states, members, committed } = script;
  const known = (ids: readonly string[]) =>
    ids.flatMap((id) => states.get(id) ?? []).map(({ id, kind }) => memberOf(id, kind));
  const find = (kind: string, id: string) => {
    const state = states.get(id);
    return Promise.resolve(state?.kind === kind ? state : undefined);
  };
  const commitAll = (changes: readonly Change[]): void => {
    committed.push(...changes);
    if (script.stale === 0) return;
    script.stale -= 1;
    throw new Stale('told to');
  };
  return {
    states: {
      read: (_, kind, id) => find(kind, id),
      readWithSecret: unasked,
      async readWithMemberships(_, kind, id) {
        const state = await find(kind, id);
        return state && { state, memberships: [{ group: 'g', name: 'Ops', how: 'direct' }] };
      },
      async readForMembers(_, id, ids) {
        const state = await find('Group', id);
        const held = new Set(members.get(id));
        return (
          state && {
            state,
            known: known(ids),
            present: new Set(ids.filter((each) => held.has(each))),
            given: new Map(),
          }
        );
      },
      known: (_, ids) => Promise.resolve(known(ids)),
      memberIds: (_, { id }, limit) => {
        const held = members.get(id) ?? [];
        return Promise.resolve(held.length > limit ? undefined : held);
      },
      groupsOf: () => Promise.resolve({ groups: [], edges: 0 }),
      some: () => Promise.resolve([]),
      givenMembers: () => Promise.resolve([]),
      nestingAbove: () => Promise.resolve({ above: [], version: 7 }),
    },
    accounts: { read: () => Promise.resolve(new Map()) },
    books: noBooks,
    directory: { query: unasked, readWithMembers: unasked, memberIds: () => Promise.resolve(['u1']) },
    work: {
      async commit(change): Promise<Committed> {
        commitAll([change]);
        return outcomeOf(change);
      },
      async commitAll(changes) {
        commitAll(changes);
        return changes.map(outcomeOf);
      },
    },
    hashPassword: (_, password) => {
      script.hashed.push(password);
      return Promise.resolve(`hash of ${password}`);
    },
    links: { issue: unasked, open: unasked, parse: unasked, same: unasked },
    newId: () => 'new',
    clock: () => script.time,
    pause: () => {
      script.time += 1;
      return Promise.resolve();
    },
  };
}
