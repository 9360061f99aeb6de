import type { TenantId } from './tenants.ts';

/** How often a connection's requests needed one repair, and when. */
export interface Tallied {
  /** The repair, by its name in the table of the dialects. */
  readonly quirk: string;
  readonly times: number;
  /** When it was first needed. */
  readonly since: Date;
  /** When it was last needed. */
  readonly last: Date;
}

/** Counts what is repaired in a connection's requests, reads among them. */
export interface QuirkTally {
  /** Counts repairs soon. It neither waits nor throws. */
  count(tenant: TenantId, connection: string, repaired: ReadonlyMap<string, number>, at: Date): void;
  /** Writes what is counted and stops counting. */
  stop(): Promise<void>;
}

/** Where the counts are read. */
export interface QuirkCounts {
  /** What a connection's requests needed, the most frequent first. */
  read(tenant: TenantId, connection: string): Promise<readonly Tallied[]>;
}
