import type { ScimError } from './errors.ts';
import type { Registry } from './schema/registry.ts';
import type { ResourceType } from './schema/types.ts';
import type { Caller, Json, ResourceStore } from './types.ts';

/** What the protocol needs of the rest. */
export interface Protocol {
  /** The schemas and types that a tenant has: those of everybody, and its own. */
  readonly registryOf: (tenant: string) => Registry | Promise<Registry>;
  /** Where the resources of a type are kept. */
  readonly stores: Stores;
  /** Where the service is found, without a slash at its end. */
  readonly baseUrl: string;
  readonly seals: Seals;
  readonly joint: (pending: ReadonlyMap<string, ResourceType>, size: number) => Joint;
  readonly ledger: Ledger;
  /** What a client is told of a failure that is no defect: that the database is away. Undefined for any other. */
  readonly outage: (failure: unknown) => ScimError | undefined;
  readonly newId: () => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export type Stores = (type: ResourceType) => ResourceStore;

/** Texts that only we can read and nobody can forge: cursors. */
export interface Seals {
  /** Unreserved characters of RFC 3986 alone. */
  seal(text: string, context: string): Promise<string>;
  /** What was sealed in that context; undefined for anything else. */
  open(sealed: string, context: string): Promise<string | undefined>;
}

/**
 * Stores whose writes wait for each other: operations that refer to each other in a ring become visible at one instant,
 * or none of them does. Each of the operations writes once, or is refused.
 */
export interface Joint {
  readonly stores: Stores;
  /** One of the operations is refused: the writes of all others are refused with that. */
  fail(error: Error): void;
}

/** What became of an operation of a Bulk that was sent before. */
export type Settled =
  | { readonly id: string; readonly version?: number }
  | { readonly refusal: { readonly status: number; readonly body: Json } };

/** Keeps for 24 hours, by connection, what a Bulk with an `Idempotency-Key` has done. */
export interface Ledger {
  /**
   * Begins a run, or goes on with one that broke off. Nobody else goes on with it meanwhile.
   *
   * @throws ScimError 409 where the key was used with another body, or where the run is under way (with `Retry-After`)
   */
  open(caller: Caller, key: string, body: Json): Promise<Run>;
}

export interface Run {
  /** Goes into the `part` of each operation's caller: what is written carries it, and is written once. */
  readonly id: string;
  /** What became of the operations that are done, by their index. */
  readonly done: ReadonlyMap<number, Settled>;
  /** Keeps what left no trace by a write: a refusal, a change that changes nothing. */
  note(index: number, settled: Settled): Promise<void>;
  /** Lets others go on; what is done is kept. */
  close(): Promise<void>;
}
