import { urns } from './urns.ts';

/** The error keywords of RFC 7644 §3.12, table 9, and §7.5.2, and of RFC 9865 §2.1. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

interface Options extends ErrorOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly rule?: string;
}

/**
 * The one error that crosses the protocol boundary. Everything thrown below `http/`
 * that is not a ScimError is a defect and becomes an opaque 500.
 */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  readonly status: number;
  readonly scimType: ScimType | undefined;
  /** Headers the answer carries: `Retry-After`, `Allow`, `WWW-Authenticate`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The rule that was broken, in a word of ours: what a log may say of it, whatever the detail quotes. */
  readonly rule: string | undefined;

  constructor(status: number, detail: string, scimType?: ScimType, options?: Options) {
    super(detail, options);
    this.status = status;
    this.scimType = scimType;
    this.headers = options?.headers ?? {};
    this.rule = options?.rule;
  }

  /** The error response body (RFC 7644 §3.12). `status` is a JSON string there. */
  toJSON() {
    return {
      schemas: [urns.error],
      status: String(this.status),
      ...(this.scimType && { scimType: this.scimType }),
      detail: this.message,
    };
  }
}

const scimError = (status: number, scimType?: ScimType) => (detail: string, options?: Options) =>
  new ScimError(status, detail, scimType, options);

export const invalidFilter = scimError(400, 'invalidFilter');
export const tooMany = scimError(400, 'tooMany');
export const mutability = scimError(400, 'mutability');
export const invalidSyntax = scimError(400, 'invalidSyntax');
export const invalidPath = scimError(400, 'invalidPath');
export const noTarget = scimError(400, 'noTarget');
export const invalidValue = scimError(400, 'invalidValue');
export const invalidCursor = scimError(400, 'invalidCursor');
export const expiredCursor = scimError(400, 'expiredCursor');
export const invalidCount = scimError(400, 'invalidCount');
export const unauthorized = (detail: string) =>
  new ScimError(401, detail, undefined, { headers: { 'WWW-Authenticate': 'Bearer realm="scim"' } });
export const forbidden = scimError(403);
export const sensitive = scimError(403, 'sensitive');
export const notFound = scimError(404);
export const methodNotAllowed = (detail: string, allow: string) =>
  new ScimError(405, detail, undefined, { headers: { Allow: allow } });
export const conflict = scimError(409);
export const uniqueness = scimError(409, 'uniqueness');
export const preconditionFailed = scimError(412);
export const payloadTooLarge = scimError(413);
export const unsupportedMediaType = scimError(415);
export const tooManyRequests = (detail: string, retryAfterSeconds: number) =>
  new ScimError(429, detail, undefined, { headers: { 'Retry-After': String(retryAfterSeconds) } });
export const notImplemented = scimError(501);
export const unavailable = (detail: string, retryAfterSeconds: number, options?: Options) =>
  new ScimError(503, detail, undefined, { ...options, headers: { 'Retry-After': String(retryAfterSeconds) } });
