import { DomainError, type Violation } from '../../domain/errors.ts';
import { Refusal } from '../errors.ts';
import { say, type Language, type Values } from './words.ts';

/** Why the API itself refuses, before any rule of the domain is asked. */
type Own =
  | 'no-key'
  | 'unknown-key'
  | 'key-in-address'
  | 'not-allowed'
  | 'no-such-address'
  | 'no-such-method'
  | 'malformed-body'
  | 'body-missing'
  | 'body-unexpected'
  | 'body-too-large'
  | 'body-too-slow'
  | 'not-json'
  | 'invalid'
  | 'too-many-requests'
  | 'unavailable'
  | 'too-late'
  | 'defect'
  | 'confirmation-invalid'
  | 'confirmation-outdated'
  | 'not-in-batch'
  | 'refused'
  | 'not-delegable';

/** What was wrong, in a word that programs can rely on: the name of the rule. */
export type Code = Own | Violation['rule'];

/** The status of each: total, so that a new rule does not compile without one. */
export const statuses = {
  'no-key': 401,
  'unknown-key': 401,
  'key-in-address': 400,
  'not-allowed': 403,
  'no-such-address': 404,
  'no-such-method': 405,
  'malformed-body': 400,
  'body-missing': 400,
  'body-unexpected': 400,
  'body-too-large': 413,
  'body-too-slow': 408,
  'not-json': 415,
  invalid: 400,
  'too-many-requests': 429,
  unavailable: 503,
  'too-late': 503,
  defect: 500,
  'confirmation-invalid': 400,
  'confirmation-outdated': 409,
  'not-in-batch': 400,
  refused: 409,
  'not-delegable': 403,
  unknown: 404,
  'name-taken': 409,
  changed: 412,
  'owned-elsewhere': 403,
  'adoption-needed': 409,
  'adoption-changes-identity': 409,
  'unknown-members': 400,
  'group-inside-itself': 409,
  'too-many-matches': 400,
  'done-already': 409,
  'schema-withdrawn': 409,
  'too-large': 413,
  busy: 503,
} as const satisfies Readonly<Record<Code, number>>;

type ProblemStatus = (typeof statuses)[Code];

/** The name of each status (RFC 9110 §15). */
const titles: Readonly<Record<ProblemStatus, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** One thing that is wrong with a request, and where: a JSON Pointer into `/params`, `/query` or `/body`. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

interface Options extends ErrorOptions {
  readonly values?: Values;
  readonly errors?: readonly Fault[];
  /** Headers that the answer carries: `Allow`, `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Why a request of the admin API is refused; nothing has happened. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: Code;
  readonly values: Values;
  readonly errors: readonly Fault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: Code, { values = {}, errors, headers = {}, ...options }: Options = {}) {
    super(say('en', code, values), options);
    this.code = code;
    this.values = values;
    this.errors = errors;
    this.headers = headers;
  }

  get status(): ProblemStatus {
    return statuses[this.code];
  }
}

/** The body of an error answer (RFC 9457 §3). */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: Code;
  readonly requestId: string;
  readonly errors?: readonly Fault[];
}

/** What a problem is shown as, in a language. */
export const problemBody = (
  { code, status, values, errors }: Problem,
  requestId: string,
  language: Language,
): ProblemBody => ({
  type: `urn:rollcall:problem:${code}`,
  title: titles[status],
  status,
  detail: say(language, code, values),
  code,
  requestId,
  ...(errors && { errors }),
});

/** The problem that a failure is told as; undefined for a defect. */
export function problemOf(failure: unknown): Problem | undefined {
  if (failure instanceof Problem) return failure;
  if (failure instanceof Refusal) return new Problem('refused', { values: { why: failure.message }, cause: failure });
  if (!(failure instanceof DomainError)) return undefined;
  const { rule, ...values } = failure.violation;
  const headers = rule === 'busy' ? { 'Retry-After': '5' } : {};
  return new Problem(rule, { values, headers, cause: failure });
}
