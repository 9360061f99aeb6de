import type { Account } from './accounts.ts';
import type { Change } from './changes.ts';
import type { PeoplePorts } from './people.ts';
import type { States } from './ports.ts';
import type { TenantId } from './tenants.ts';

/** What decisions read that are committed as one. */
export interface Company {
  readonly ports: PeoplePorts;
  /** These are to be committed too: whoever is decided on next finds the accounts as they are after them. */
  join(changes: readonly Change[]): void;
}

/**
 * Reads for decisions on several people that stand or fall together, one decided after the other: what they all name is
 * read once, and of two who want the last seat the second finds it taken.
 */
export function company({ states, accounts }: PeoplePorts): Company {
  const some = new Map<string, ReturnType<States['some']>>();
  const standing = new Map<string, Account>();
  const moved = new Map<string, number>();

  async function read(tenant: TenantId, names: readonly string[]): Promise<ReadonlyMap<string, Account>> {
    const unknown = names.filter((name) => !standing.has(name));
    const found = unknown.length > 0 ? await accounts.read(tenant, unknown) : new Map<string, Account>();
    for (const name of unknown) standing.set(name, found.get(name) ?? { name, value: 0 });
    return new Map(names.map((name) => [name, now(name)]));
  }

  function now(name: string): Account {
    const account = standing.get(name) ?? { name, value: 0 };
    return { ...account, value: account.value + (moved.get(name) ?? 0) };
  }

  return {
    ports: {
      states: {
        readForMembers: states.readForMembers,
        groupsOf: states.groupsOf,
        some(tenant, named) {
          const key = JSON.stringify(named);
          const found = some.get(key) ?? states.some(tenant, named);
          some.set(key, found);
          return found;
        },
      },
      accounts: { read },
    },
    join(changes) {
      for (const { account, by } of changes.flatMap(({ moves = [] }) => moves))
        moved.set(account, (moved.get(account) ?? 0) + by);
    },
  };
}
