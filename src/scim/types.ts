import type { ConnectionOption, Leniency, Quirk } from './dialects.ts';
import type { ScimError } from './errors.ts';
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
export type Body = Resource | { [key: string]: Json | Chunks<Resource> | Chunks<Entry> };

/** What became of one operation of a Bulk (RFC 7644 §3.7): its `response` may still be coming. */
export type Entry = { [key: string]: Json | Body };

/** What a token may do (RFC 7644 §7.7). */
export type Scope =
  | 'users:read'
  | 'users:write'
  | 'groups:read'
  | 'groups:write'
  | 'roles:read'
  | 'entitlements:read'
  | 'entities:read'
  | 'entities:write'
  // Resources of the types that a tenant made itself.
  | 'custom:read'
  | 'custom:write';

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
  /** Told of each operation of a Bulk as it is done. */
  readonly onOperation?: (operated: Operated) => void;
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

/** An answer, and what the dialect repaired in the request, whatever the answer is. */
export interface Handled extends ScimResponse {
  readonly repaired: ReadonlyMap<Quirk, number>;
  /** Why it was refused, where it was; the body says the same. */
  readonly refusal?: ScimError;
}

/** An operation of a Bulk that is done, as a request of its own would be told of. */
export interface Operated {
  /** Zero-based, in the order of the request. */
  readonly index: number;
  readonly method: ScimRequest['method'];
  readonly path: readonly string[];
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly handled: Handled;
}

/** What a write did, for the provisioning log. */
export interface Outcome {
  readonly resourceType: string;
  readonly id: string;
  /** Member ids that name nobody and were left out. */
  readonly refusedMembers: readonly string[];
  /** The version that it still has, where nothing changed. */
  readonly unchangedAt?: number;
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

/** By what a list is put in order, and which way (RFC 7644 §3.4.2.3). */
export interface Sort {
  /** Of a simple attribute. */
  readonly path: AttributePath;
  readonly order: 'ascending' | 'descending';
}

/** Where a resource stands in an order: what it is sorted by, as comparisons see it, and its id. */
export interface Position {
  /** A dateTime is in milliseconds since 1970. Absent where the resource has no value. */
  readonly key?: string | number | boolean;
  readonly id: string;
}

/** Where a page begins, and towards which end of the list it is read. */
export interface Cursor {
  /** The page begins behind it. Without it, at the end of the list that it is read from. */
  readonly from?: Position;
  readonly towards: 'next' | 'previous';
}

/** A page by its index (RFC 7644 §3.4.2.4): what comes at the 1-based `startIndex` and after it. */
export interface PageByIndex {
  readonly startIndex: number;
  readonly count: number;
  readonly cursor?: never;
}

/** A page by a cursor (RFC 9865): it is found again however many came and went before it. */
export interface PageByCursor {
  readonly cursor: Cursor;
  readonly count: number;
}

export type Page = PageByIndex | PageByCursor;

/** What is looked for. */
interface Sought {
  readonly filter?: Filter;
  /** Without it the order is that of the ids. */
  readonly sort?: Sort;
  readonly wanted: Wanted;
}

/** A checked query (RFC 7644 §3.4.2). */
export type Query = Sought & Page;

/** A page of resources, in the order of the list whichever way it was read. */
export interface Found {
  /** Of all that match, exactly. Undefined where a page by cursor can be had and counting all would cost too much. */
  readonly total: number | undefined;
  readonly resources: readonly Stored[];
  /** Whether there are more beyond the page, the way it was read. */
  readonly more: boolean;
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
