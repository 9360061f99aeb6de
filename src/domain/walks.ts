import type { Face } from './mappingRules.ts';
import type { Head, Member, State, Via } from './states.ts';
import type { TenantId } from './tenants.ts';

/** Reads by which very many are gone through, piece by piece, whoever comes or goes meanwhile. */
export interface Walks {
  /** Members of a group in the order of their ids, those after one. */
  members(tenant: TenantId, group: Head, after: string | undefined, limit: number): Promise<readonly Given[]>;
  /** Groups in the order of their ids, those after one. */
  groups(tenant: TenantId, after: string | undefined, limit: number): Promise<readonly Face[]>;
  /** Who waits for a seat of a license pool, in their order. */
  waiting(tenant: TenantId, pool: string, limit: number): Promise<readonly State[]>;
  /** The license pools that anybody waits for. */
  queues(tenant: TenantId): Promise<readonly string[]>;
}

/** A member, and whether a role makes him one. */
export interface Given extends Member {
  readonly via: Via | undefined;
}
