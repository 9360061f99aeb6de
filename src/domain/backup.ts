import type { TenantId } from './tenants.ts';

/** Some documents of one collection, each in BSON, as they are kept. */
export interface Portion {
  readonly collection: string;
  readonly documents: readonly Uint8Array[];
}

/** A tenant whose data a backup holds. */
export interface BackedUp {
  readonly id: TenantId;
  readonly name: string;
}

/** What a backup is of. */
export interface Contents {
  /** The instant that it shows, and how MongoDB names it. */
  readonly instant: Date;
  readonly clusterTime: string;
  /** The version of what the collections look like. */
  readonly schema: number;
  /** Of a whole database, or of one tenant. */
  readonly scope: 'all' | 'tenant';
  readonly tenants: readonly BackedUp[];
}

/** All that is kept, at one instant. */
export interface Taken extends Contents {
  /** About how many documents there are; undefined where nobody knows without reading them. */
  readonly expected: number | undefined;
  /** To be read once. */
  portions(): AsyncIterable<Portion>;
}

/** What is restored: all that a backup holds, or one tenant of it. */
export interface Wanted {
  readonly schema: number;
  readonly tenant: BackedUp | undefined;
}

/** A restore that nobody sees anything of before it is published. */
export interface Restoring {
  /** Adds documents; those of other tenants than the one that is wanted are left out. Tells how many were added. */
  put(portion: Portion): Promise<number>;
  /** Shows what was put, all at one instant. */
  publish(): Promise<void>;
  /** Takes away what was put. Does nothing once it is published. */
  abandon(): Promise<void>;
}

/** Why a database can't take what is to be restored. */
export type Unfit =
  /** It holds something, and all of a backup was to be restored. */
  | 'not-empty'
  | 'tenant-there'
  | 'name-taken'
  /** Another restore is at it, or was killed half a minute ago at most. */
  | 'under-way'
  /** The backup was made by a newer version. */
  | 'newer'
  /** One tenant is wanted of a backup of an older version, beside tenants of this one. */
  | 'older';

/** Reads all that is kept, and puts it back. */
export interface Backups {
  /** What is kept now, of all tenants or of one. Nothing where a restore is under way, or was left half done. */
  take(tenant: TenantId | undefined): Promise<Taken | 'half-restored'>;
  /** Begins to restore, once what an earlier restore left half done is taken away. */
  restore(wanted: Wanted): Promise<Restoring | Unfit>;
}
