import type { Change, Committed } from '../domain/changes.ts';
import { firstOf } from '../domain/committing.ts';
import { DomainError } from '../domain/errors.ts';
import type { States } from '../domain/ports.ts';
import { mayBeMember, type Member } from '../domain/states.ts';
import type { Joint } from '../scim/ports.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Ports } from './decide.ts';
import { storesOf } from './stores.ts';

/** Calls at that instant (milliseconds since 1970), unless it is told not to: that is what it returns. */
export type Alarm = (at: number, ring: () => void) => () => void;

/** What operations that are committed together need of the rest. */
export interface JointPorts extends Ports {
  readonly alarm: Alarm;
}

/** An operation's changes, which wait for those that they stand or fall with. */
interface Waiting {
  readonly changes: readonly Change[];
  readonly deadline: number;
  readonly resolve: (committed: readonly Committed[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Stores whose changes are committed as one, once each operation has decided. Where something changed meanwhile each
 * decides anew, and they meet again. Whoever is refused, or still waits at its deadline, takes the others with it:
 * nobody waits for ever.
 *
 * Nothing is checked for rings of groups here: an edge of a new group can close none but with other new ones, and the
 * protocol refuses groups that are to be inside each other before they get here.
 *
 * @param pending what the operations are to create: each of them may refer to it
 * @param size how many operations there are
 */
export function joint(ports: JointPorts, pending: ReadonlyMap<string, ResourceType>, size: number): Joint {
  const waiting = new Set<Waiting>();
  let failure: Error | undefined;

  async function commitAll(): Promise<void> {
    const all = [...waiting];
    waiting.clear();
    const changes = all.flatMap((each) => each.changes);
    try {
      const committed = await ports.work.commitAll(changes, Math.min(...all.map(({ deadline }) => deadline)));
      let at = 0;
      for (const each of all) each.resolve(committed.slice(at, (at += each.changes.length)));
    } catch (error) {
      for (const { reject } of all) reject(error as Error);
    }
  }

  function fail(error: Error): void {
    failure ??= error;
    for (const { reject } of waiting) reject(failure);
    waiting.clear();
  }

  const commitTogether = (changes: readonly Change[], deadline: number): Promise<readonly Committed[]> =>
    new Promise((resolve, reject) => {
      if (failure) {
        reject(failure);
        return;
      }
      const disarm = ports.alarm(deadline, () => {
        if (waiting.has(entry)) fail(new DomainError({ rule: 'busy' }));
      });
      const entry: Waiting = {
        changes,
        deadline,
        resolve(committed) {
          disarm();
          resolve(committed);
        },
        reject(error) {
          disarm();
          reject(error);
        },
      };
      waiting.add(entry);
      if (waiting.size === size) void commitAll();
    });

  return {
    stores: storesOf({
      ...ports,
      states: withPending(ports.states, pending),
      work: {
        commit: (change, deadline) => firstOf(commitTogether([change], deadline)),
        commitAll: commitTogether,
      },
    }),
    fail,
  };
}

/** States where those who are to be count as those who are, for whoever wants them in a group. */
function withPending(states: States, pending: ReadonlyMap<string, ResourceType>): States {
  const withThem = (ids: readonly string[], known: readonly Member[]): Member[] => {
    const there = new Set(known.map(({ id }) => id));
    const coming = ids.flatMap((id): Member[] => {
      const type = pending.get(id);
      return type && mayBeMember(type.name) && !there.has(id) ? [{ id, kind: type.name }] : [];
    });
    return [...known, ...coming];
  };
  return {
    ...states,
    known: async (tenant, ids) => withThem(ids, await states.known(tenant, ids)),
    async readForMembers(tenant, group, ids) {
      const found = await states.readForMembers(tenant, group, ids);
      return found && { ...found, known: withThem(ids, found.known) };
    },
  };
}
