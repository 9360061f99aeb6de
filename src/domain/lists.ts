import type { Kind, Membership, State } from './states.ts';
import type { TenantId } from './tenants.ts';

/** What is asked of a list, in the words of who asks: attributes are named as their schemas name them. */
export interface Asked {
  /** A filter of SCIM (RFC 7644 §3.4.2.2). */
  readonly filter?: string | undefined;
  /** The attribute by which they are put in order; without it, by their ids. */
  readonly sort?: string | undefined;
  readonly sortOrder?: 'ascending' | 'descending' | undefined;
  readonly limit: number;
  /** What the page before said as `next`; none for the first page. */
  readonly cursor?: string | undefined;
  /** Also which groups those on the page are in. */
  readonly with?: 'memberships' | undefined;
}

/** A page of a list. */
export interface Listed {
  readonly items: readonly State[];
  /** Asks for the next page; absent on the last one. */
  readonly next?: string;
  /** Of all that match, exactly; absent where counting them would cost too much. */
  readonly total?: number;
  /** By who is in them, where they were asked for. */
  readonly memberships: ReadonlyMap<string, readonly Membership[]>;
}

/**
 * What a tenant keeps of one kind, page by page: whoever comes or goes meanwhile, none of the others is shown twice or left
 * out.
 *
 * @throws DomainError `invalid` (`filter`, `sort`, `limit`, `cursor`), `too-many-matches`
 */
export type Lists = (tenant: TenantId, kind: Kind, asked: Asked) => Promise<Listed>;

/** Who holds something now, by the word it is found by (`heldBy`): `role:<id>`, `license:<id>`, `entity:<id>`. */
export interface Holders {
  /** At most `limit` of them in the order of their ids, those after one. */
  page(tenant: TenantId, word: string, after: string | undefined, limit: number): Promise<readonly State[]>;
  /** How many they are. */
  count(tenant: TenantId, word: string): Promise<number>;
}
