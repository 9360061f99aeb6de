import type { Account } from './accounts.ts';
import type { Connection } from './connections.ts';
import type { Settings } from './settings.ts';
import type { Token } from './tokens.ts';

/** What is seen of the database, as it is: nothing is made ready for it. */
export interface DatabaseFacts {
  /** Of MongoDB: `6.0.5`. */
  readonly version: string;
  /** Whether it can carry transactions. */
  readonly kind: 'replica-set' | 'sharded' | 'standalone';
  /** Members of the replica set that can't be reached. */
  readonly unreachable: readonly string[];
  /** How far its clock is ahead of this machine's. */
  readonly clockAheadMs: number;
  /** The version of what the collections look like: what it is, and what this Rollcall knows. */
  readonly schema: { readonly found: number | undefined; readonly known: number };
  /** Indexes that are not there, as `history: tenant, resource, version`. */
  readonly missingIndexes: readonly string[];
  /** A restore of all of it is not done. */
  readonly halfRestored: boolean;
  /** Where the server that last started on it is found. */
  readonly noted: string | undefined;
}

/** A license pool by its name, with its seats. */
export interface PoolFacts {
  readonly id: string;
  readonly name: string;
  readonly seats: Account;
  /** How many people wait for one. */
  readonly waiting: number;
}

/** A rule of a connection, and whether there is any group that it speaks of. */
export interface RuleFacts {
  readonly name: string;
  readonly connection: string;
  readonly matches: boolean;
  /** What it gives is there. */
  readonly gives: 'something' | 'nothing';
}

/** What is seen of one organization. */
export interface TenantFacts {
  readonly name: string;
  readonly connections: readonly Connection[];
  readonly tokens: readonly Token[];
  readonly primaryAdmins: number;
  readonly pools: readonly PoolFacts[];
  readonly rules: readonly RuleFacts[];
  readonly settings: Settings;
  /** Schemas of its own whose removal was broken off. */
  readonly withdrawn: readonly string[];
}
