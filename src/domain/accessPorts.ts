import type { Connection, Reading } from './connections.ts';
import type { Tenant, TenantId } from './tenants.ts';
import type { Token } from './tokens.ts';

/** All that a first start makes. */
export interface Beginning {
  readonly tenant: Tenant;
  readonly connection: Connection;
  readonly token: Token;
}

/** Where tenants are kept. It is the one port whose calls name no tenant. */
export interface Tenants {
  /** Adds a tenant; one that has the name already stays, and the new one is not added. */
  add(tenant: Tenant): Promise<'added' | 'name-taken'>;
  /** Adds all of it or nothing: nothing where there is any tenant, also one that another process is adding. */
  begin(beginning: Beginning): Promise<'begun' | 'not-empty'>;
  find(id: TenantId): Promise<Tenant | undefined>;
  named(name: string): Promise<Tenant | undefined>;
  /** At most `limit` tenants in the order of their names, those after a name. */
  list(after: string, limit: number): Promise<readonly Tenant[]>;
}

/** Where connections are kept. Every call names the tenant; another tenant's connection is an unknown one. */
export interface Connections {
  /** Adds a connection and its first token, both or neither. */
  add(tenant: TenantId, connection: Connection, first: Token): Promise<'added' | 'name-taken'>;
  find(tenant: TenantId, id: string): Promise<Connection | undefined>;
  named(tenant: TenantId, name: string): Promise<Connection | undefined>;
  /** At most `limit` connections in the order of their names. */
  list(tenant: TenantId, limit: number): Promise<readonly Connection[]>;
  /** The connection as it is now, read and allowed as told from now on. */
  set(tenant: TenantId, id: string, to: Partial<Reading>): Promise<Connection | undefined>;
  /** The connection as it is now, its requests answered 503 from now on. */
  pause(tenant: TenantId, id: string): Promise<Connection | undefined>;
  /** The connection as it is now, its requests served again. */
  resume(tenant: TenantId, id: string): Promise<Connection | undefined>;
}

/** Where a tenant's users are found. */
export interface People {
  /** The id of the user that has that id, or else that userName. */
  find(tenant: TenantId, named: string): Promise<string | undefined>;
}

/** A token with the connection it belongs to. */
export interface FoundToken {
  readonly token: Token;
  readonly connection: Connection;
  /** Whether the user that it stands for may do anything, where it stands for one. */
  readonly standing?: 'good' | 'over';
}

/** Where tokens are kept. Every call names the tenant, but for `find`: who presents a token is not known yet. */
export interface Tokens {
  /** Adds a token, unless its connection has two live ones: exact under races. */
  add(tenant: TenantId, token: Token): Promise<'added' | 'two-live'>;
  /** At most `limit` tokens of a connection, the newest first. */
  list(tenant: TenantId, connection: string, limit: number): Promise<readonly Token[]>;
  /** The token as it is now: revoked, at that instant or an earlier one. */
  revoke(tenant: TenantId, selector: string, at: Date): Promise<Token | undefined>;
  /** One store command. */
  find(selector: string): Promise<FoundToken | undefined>;
  /** Keeps when a token was last used; an instant is never replaced by one less than `apartMs` later. */
  used(tenant: TenantId, selector: string, at: Date, apartMs: number): Promise<void>;
}
