import { DomainError, type Violation } from '../../domain/errors.ts';
import type { Language } from '../../words/languages.ts';
import { said, tell, type Said, type Sentence, type Values } from '../../words/say.ts';
import { sentenceOf } from '../../words/violations.ts';
import { Refusal } from '../errors.ts';

/** The status of what the API itself refuses, before any rule of the domain is asked. */
const ownStatuses = {
  'no-key': 401,
  'unknown-key': 401,
  'key-in-address': 400,
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
} as const;

type Own = keyof typeof ownStatuses;

/** The status of each broken rule: total, so that a new rule does not compile without one. */
const ruleStatuses = {
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
  'seats-exhausted': 409,
  'credits-exhausted': 409,
  'last-primary-admin': 409,
  'administrator-out-of-reach': 403,
  'administrative-grant': 403,
  'wrong-status': 409,
  'built-in': 409,
  'in-use': 409,
  'not-allowed': 403,
  'link-unknown': 404,
  'link-over': 410,
  unreachable: 409,
  held: 409,
  invalid: 400,
  busy: 503,
} as const satisfies Readonly<Record<Violation['rule'], number>>;

/** The status of each code. What an operation refuses in a sentence of its own is a conflict with what there is. */
export const statuses = { ...ownStatuses, ...ruleStatuses, refused: 409 } as const;

/** What was wrong, in a word that programs can rely on: the name of the rule. */
export type Code = keyof typeof statuses;

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
  410: 'Gone',
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
  readonly said: Said;
}

interface Options extends ErrorOptions {
  readonly errors?: readonly Fault[];
  /** Headers that the answer carries: `Allow`, `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Why a request of the admin API is refused; nothing has happened. The message is for logs. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: Code;
  readonly said: Said;
  readonly errors: readonly Fault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: Code, sentence: Said, { errors, headers = {}, ...options }: Options = {}) {
    super(code, options);
    this.code = code;
    this.said = sentence;
    this.errors = errors;
    this.headers = headers;
  }

  get status(): ProblemStatus {
    return statuses[this.code];
  }
}

/** A problem of the API's own. */
export const problem = <C extends Own>(code: C, values: Values<`problem.${C}`>, options?: Options): Problem =>
  // The catalogue's keys and the codes are one; the compiler does not see it through the template.
  new Problem(code, said(...([`problem.${code}`, values] as unknown as Sentence)), options);

/** The body of an error answer (RFC 9457 §3). */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: Code;
  readonly requestId: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** What a problem is shown as, in a language. */
export const problemBody = (
  { code, status, said: sentence, errors }: Problem,
  requestId: string,
  language: Language,
): ProblemBody => ({
  type: `urn:rollcall:problem:${code}`,
  title: titles[status],
  status,
  detail: tell(language, sentence),
  code,
  requestId,
  ...(errors && { errors: errors.map(({ path, said: fault }) => ({ path, message: tell(language, fault) })) }),
});

/** The problem that a failure is told as; undefined for a defect. */
export function problemOf(failure: unknown): Problem | undefined {
  if (failure instanceof Problem) return failure;
  if (failure instanceof Refusal) return new Problem('refused', failure.said, { cause: failure });
  if (!(failure instanceof DomainError)) return undefined;
  const { rule } = failure.violation;
  const headers = rule === 'busy' ? { 'Retry-After': '5' } : {};
  return new Problem(rule, sentenceOf(failure.violation), { headers, cause: failure });
}
