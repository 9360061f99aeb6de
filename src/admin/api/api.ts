import type { Problem } from './problems.ts';
import type { Actor, Answer, Context, Route } from './route.ts';

/** A request below `/admin/v1`, before anything in it is checked. */
export interface ApiRequest {
  readonly query: URLSearchParams;
  readonly body?: unknown;
  /** `If-Match` as it was sent. */
  readonly ifMatch?: string | undefined;
}

/** The route that an address names, with what stands in its braces. */
export interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The admin API: a function of requests, without HTTP. */
export interface Api {
  readonly routes: readonly Route[];
  /**
   * The route of a method and a path, which begins with `/` and is still percent-encoded.
   *
   * @throws Problem `no-such-address`; `no-such-method` with `Allow`
   */
  find(method: string, path: string): Found;
  /** @throws DomainError `not-allowed` */
  requireAllowed(found: Found, actor: Actor): void;
  /** @throws what `told` tells of whatever is refused; any other error is a defect */
  answer(found: Found, request: ApiRequest, context: Context): Promise<Answer>;
  /** The problem that any failure is told as; a defect is told to the log, and as no more than that it is one. */
  told(failure: unknown, requestId: string): Problem;
}
