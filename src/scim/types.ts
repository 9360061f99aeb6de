import type { Leniency } from './dialects.ts';
import type { Filter } from './filter/ast.ts';
import type { AttributePath } from './schema/types.ts';

/** Any JSON value. Untrusted input is `Json` until a validator has seen it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** An array that is still coming, in chunks: a group's members are never all in memory at once. */
export type Chunks<T> = AsyncIterable<readonly T[]>;

/** A JSON object some of whose top-level arrays may still be coming. */
export type Resource = { [key: string]: Json | Chunks<Json> };

/** The body of an answer: serialized as it comes. */
export type Body = Resource | { [key: string]: Json | Chunks<Resource> };

/** What a token may do (RFC 7644 §7.7). */
export type Scope =
  | 'users:read'
  | 'users:write'
  | 'groups:read'
  | 'groups:write'
  // Resources of the types that a tenant made itself.
  | 'custom:read'
  | 'custom:write';

/** What a connection can be made to show besides: see `discovery`. */
export type ConnectionOption = 'interop' | 'entraSchemas';

/** Which operation of which run of a Bulk a write is: none is made twice. */
export interface Part {
  readonly run: string;
  /** Zero-based, in the order of the request. */
  readonly index: number;
}

/** Who asks: taken from the credential alone, never from the request. */
export interface Caller {
  readonly tenant: string;
  readonly connection: string;
  readonly dialect: 'lenient' | 'strict';
  readonly scopes: ReadonlySet<Scope>;
  /** Whether this connection may take over a resource that no other connection owns. */
  readonly adopts: boolean;
  readonly options: ReadonlySet<ConnectionOption>;
  /** The user that the token stands for (`/Me`, RFC 7644 §3.11). */
  readonly user?: string;
  /** Where the request is an operation of a Bulk. */
  readonly part?: Part;
  readonly requestId: string;
  /** The instant, in milliseconds since 1970, by which the answer is due. */
  readonly deadline: number;
}

/** A request as the protocol sees it: free of HTTP's library, decoded once. */
export interface ScimRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Decoded segments below the base: `['Users', id]`. */
  readonly path: readonly string[];
  /** Query parameters, each given once. Unknown ones are ignored. */
  readonly query: Readonly<Record<string, string>>;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  /** Names a Bulk that may be sent again: what was done is not done twice. */
  readonly idempotencyKey?: string;
  /** The id that a new resource gets, where somebody else in the same Bulk refers to it before it is there. */
  readonly newId?: string;
  readonly body?: Json;
  readonly caller: Caller;
}

/** An answer of the protocol. */
export interface ScimResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** What the provisioning log says of a write. */
  readonly outcome?: Outcome;
}

/** What a write did, for the provisioning log. */
export interface Outcome {
  readonly resourceType: string;
  readonly id: string;
  /** Member ids that name nobody and were left out. */
  readonly refusedMembers: readonly string[];
}

/** A resource as a store holds it: everything but what depends on the URL it is served at. */
export interface Stored {
  readonly id: string;
  /** Incremented by each effective change; the weak ETag `W/"<version>"` (RFC 7644 §3.14). */
  readonly version: number;
  readonly created: Date;
  readonly lastModified: Date;
  /** Canonical names and types; with `externalId`, and `members` or `groups` where they were wanted. */
  readonly attributes: Resource;
}

/** A resource that is to be. */
export interface Draft {
  readonly attributes: JsonObject;
  /** Undefined where the body names none. */
  readonly members: readonly string[] | undefined;
  /** The id it gets; without it, one of the store's choice. */
  readonly id?: string;
}

/** Which derived attributes an answer will show; what is not wanted is not read. */
export interface Wanted {
  readonly members: boolean;
  readonly groups: boolean;
}

/** The member changes of one PATCH, in the order-free form that never needs the members themselves. */
export interface MemberChanges {
  /** The group is emptied first. */
  readonly reset: boolean;
  /** Ids to be members afterwards, each once, disjoint from `remove`. */
  readonly add: readonly string[];
  /** Ids not to be members afterwards. Empty where `reset`. */
  readonly remove: readonly string[];
}

/** How a resource is to change. `decide` is pure and may be called again with fresher state. */
export interface Revision {
  /** Answers 412 where it refuses the current version (RFC 7644 §3.14). */
  readonly accepts: (version: number) => boolean;
  /** The attributes after the change; the same object where nothing changes. Never sees members or groups. */
  readonly decide: (current: Stored) => JsonObject;
  readonly members?: MemberChanges;
  readonly wanted: Wanted;
}

/** What a write of a group left out. */
export interface Written {
  readonly stored: Stored;
  readonly refusedMembers: readonly string[];
}

/** A checked query (RFC 7644 §3.4.2). */
export interface Query {
  readonly filter?: Filter;
  readonly sort?: { readonly path: AttributePath; readonly order: 'ascending' | 'descending' };
  /** 1-based. */
  readonly startIndex: number;
  readonly count: number;
  readonly wanted: Wanted;
}

/** A page of resources. */
export interface Found {
  readonly total: number;
  readonly resources: readonly Stored[];
}

/**
 * Where resources of one type live. Every call carries the caller, hence the tenant; a foreign id is an unknown one.
 * Errors are ScimErrors: `notFound`, `uniqueness`, `preconditionFailed`, `forbidden`, `invalidValue` (members), `tooMany`.
 */
export interface ResourceStore {
  create(caller: Caller, draft: Draft, lenient: Leniency, wanted: Wanted): Promise<Written>;
  read(caller: Caller, id: string, wanted: Wanted): Promise<Stored | undefined>;
  query(caller: Caller, query: Query): Promise<Found>;
  revise(caller: Caller, id: string, revision: Revision, lenient: Leniency): Promise<Written>;
  remove(caller: Caller, id: string, accepts: (version: number) => boolean): Promise<void>;
  /** The ids of a group's members of that type, for PATCH filters that need them. At most `limit`, else `tooMany`. */
  memberIds?(caller: Caller, id: string, type: string, limit: number): Promise<readonly string[]>;
}
