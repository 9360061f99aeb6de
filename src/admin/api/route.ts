import type { Permission } from '../../domain/permissions.ts';
import { tenantId, type TenantId } from '../../domain/tenants.ts';
import type { Language } from '../../words/languages.ts';
import type { Commission } from '../commission.ts';
import type { Ports } from '../ports.ts';
import type { RowFormat, Rows } from '../rows.ts';
import type { Members, Of, OfSome, Schema } from './schema.ts';

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof methods)[number];

/** Who asks: a program, or a person through a key of theirs, with what they may do at this moment. */
export interface Actor {
  /** As the journal names them: `key:<id>`, `person:<id>`. */
  readonly name: string;
  /** The id of the key that they use. */
  readonly key: string;
  /** The id of the user. */
  readonly person?: string;
  readonly permissions: ReadonlySet<Permission>;
  /** What a person's key was made for: where the person is allowed it in one entity alone, it is not among `permissions`. */
  readonly scopes?: ReadonlySet<Permission>;
}

/** Who asks an open route: of no tenant that there is, and allowed nothing. */
export const nobody: { readonly tenant: TenantId; readonly actor: Actor } = {
  tenant: tenantId('nobody'),
  actor: { name: 'nobody', key: 'none', permissions: new Set() },
};

/** What a request is answered in: who asks, of which tenant, until when. */
export interface Context {
  readonly ports: Ports;
  readonly tenant: TenantId;
  readonly actor: Actor;
  readonly requestId: string;
  /** Milliseconds since 1970: what is not committed then is given up. */
  readonly deadline: number;
  readonly language: Language;
  readonly now: Date;
  /** What `Accept` likes best, for routes that answer a page or rows. */
  readonly wants: 'json' | RowFormat;
}

/** In whose name what a request changes is committed, and until when. */
export const commissionOf = ({ tenant, actor, requestId, deadline }: Context): Commission => ({
  tenant,
  order: { connection: actor.name, request: requestId },
  deadline,
});

/** What a request says, checked against its route's schemas. */
export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The version that `If-Match` demands, for a change's `onlyAt`; what no version can be is told as -1. */
  readonly onlyAt?: number;
}

/** What a route answers: JSON, rows of CSV or NDJSON, or nothing. */
export interface Answer {
  readonly status: Status;
  readonly body?: unknown;
  readonly rows?: Rows;
  /** Shown as `ETag`. */
  readonly version?: number;
  /** Where what was made is, below `/admin/v1`: `/users/4711`. */
  readonly location?: string;
}

export type Status = 200 | 201 | 202 | 204;

/** An answer that a route may give, for the document of the API. */
export interface Answered {
  readonly description: string;
  /** What its body, or each of its rows, is. */
  readonly schema?: Schema;
  /** An answer as it may look, which its schema lets through. Demanded of all that have a schema. */
  readonly example?: unknown;
  /**
   * It is rows: CSV or NDJSON, as `Accept` says. `also`: it is the JSON that the schema says, a page of `items`, or all of
   * these as rows where `Accept` asks for rows.
   */
  readonly rows?: 'rows' | 'also';
}

/**
 * What a route demands of who asks: a permission, no more than a key, or not even that. What an open route is asked has to
 * say by itself of which tenant it is, and prove it: its context is `nobody`'s.
 */
export type Demand = Permission | 'any-key' | 'open';

/** What every route says of itself. */
interface About {
  readonly method: Method;
  readonly permission: Demand;
  /** What it does, in a line. */
  readonly summary: string;
  readonly description?: string;
  /** It does many things at once, and has the time of a batch: each of them counts as a request. */
  readonly takes?: 'long';
  readonly answers: Readonly<Partial<Record<Status, Answered>>>;
}

/** A route, as the table joins them: all that is known of it but the types of what it takes. */
export interface Route extends About {
  /** Below `/admin/v1`: `/users/{id}`. */
  readonly path: string;
  readonly params: Members;
  /** The schema of the whole query. */
  readonly query: Members;
  readonly body?: Schema;
  /** It destroys something: it tells the effects first, and wants them confirmed. */
  readonly effects?: {
    readonly schema: Schema;
    /** What it would do. Of two calls, equal where and only where nothing that matters has changed between them. */
    readonly of: (context: Context, input: Input<unknown, unknown, unknown>) => Promise<unknown>;
  };
  readonly handle: (
    context: Context,
    input: Input<unknown, unknown, unknown>,
    /** Those that were confirmed. */
    effects: unknown,
  ) => Promise<Answer>;
}

/** The names in braces of a path, each a text. */
type ParamsOf<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name]: string } & ParamsOf<Rest>
  : unknown;

type InputOf<P extends string, Q extends Members | undefined, B extends Schema | undefined> = Input<
  ParamsOf<P>,
  OfSome<Q>,
  B extends Schema ? Of<B> : undefined
>;

/** A route as it is written: `handle` gets what the schemas let through, as they type it. */
interface Written<P extends string, Q extends Members | undefined, B extends Schema | undefined, E> extends About {
  readonly path: P;
  /** What the words in braces are, where that is more than an id. */
  readonly params?: Members;
  /** Its parameters, all of which may be missing. One that has a `default` is never. */
  readonly query?: Q;
  readonly body?: B;
  readonly effects?: {
    readonly schema: Schema<E>;
    readonly of: (context: Context, input: InputOf<P, Q, B>) => Promise<E>;
  };
  readonly handle: (context: Context, input: InputOf<P, Q, B>, effects: E) => Promise<Answer>;
}

/** Makes a route of what is written: the types of its input follow from its path and its schemas. */
export const route = <
  const P extends string,
  const Q extends Members | undefined = undefined,
  B extends Schema | undefined = undefined,
  E = undefined,
>(
  written: Written<P, Q, B, E>,
): Route =>
  ({
    ...written,
    params: written.params ?? {},
    query: written.query ?? {},
    // Whoever calls has validated it against these very schemas, which are what the types are made of.
  }) as unknown as Route;

export const ok = (body: unknown, version?: number): Answer => ({
  status: 200,
  body,
  ...(version !== undefined && { version }),
});

export const created = (location: string, body: unknown, version?: number): Answer => ({
  status: 201,
  body,
  location,
  ...(version !== undefined && { version }),
});

/** It goes on: the location tells of it. */
export const accepted = (location: string, body: unknown): Answer => ({ status: 202, body, location });

export const done: Answer = { status: 204 };

export const streamed = (rows: Rows): Answer => ({ status: 200, rows });
