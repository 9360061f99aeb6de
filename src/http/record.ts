import type { ScimError, ScimType } from '../scim/errors.ts';
import type { Caller, Operated, ScimResponse } from '../scim/types.ts';
import type { Exchange } from './exchange.ts';
import { isOurs, resourceOf } from './target.ts';
import type { Target } from './target.ts';

/** One row of the provisioning log: a write or a refusal, without personal values. */
export interface ProvisioningRow {
  readonly time: Date;
  readonly requestId: string;
  readonly tenant: string;
  readonly connection: string;
  /** What was asked: the HTTP method. */
  readonly operation: string;
  readonly resourceType?: string;
  readonly resourceId?: string;
  /** Which operation of a Bulk it was, from 0: as in the journal. */
  readonly part?: number;
  readonly status: number;
  readonly scimType?: ScimType;
  /** The rule that was broken, in a word of ours. */
  readonly rule?: string;
  /** The attribute at fault. The detail itself is not kept: it may quote a person's data. */
  readonly attribute?: string;
  /** What the dialect repaired, and how often. */
  readonly repaired: Readonly<Record<string, number>>;
  /** Ids that name nobody; one that is not of the form of ours is shown as `[redacted]`. */
  readonly refusedMembers: readonly string[];
  readonly durationMs: number;
}

/** Takes a row; how and when it is kept is not the request's business. */
export type RecordRow = (row: ProvisioningRow) => void;

/** Takes what the dialect repaired in a request or an operation of a Bulk, whatever became of it. */
export type CountRepairs = (caller: Caller, repaired: ReadonlyMap<string, number>) => void;

/** The attribute that a word names, in its canonical spelling. */
export type AttributeNamed = (word: string) => string | undefined;

/** An answer, or why there is none, with what the dialect repaired in the request. */
export type Handled = ScimResponse & {
  readonly repaired?: ReadonlyMap<string, number>;
  readonly refusal?: ScimError;
};

/** The row of an answer: writes leave one, reads none, nor does a Bulk, whose operations have rows of their own. */
export function rowOfAnswer(
  exchange: Exchange,
  method: string,
  now: number,
  answer: Handled,
): ProvisioningRow | undefined {
  if (!isWrite(method, exchange.target)) return undefined;
  const { outcome, status } = answer;
  return rowOf(exchange, method, now, {
    status,
    ...(outcome && { resourceType: outcome.resourceType, resourceId: outcome.id }),
    repaired: Object.fromEntries(answer.repaired ?? []),
    refusedMembers: (outcome?.refusedMembers ?? []).map(redactedId),
  });
}

function isWrite(method: string, target: Target | undefined): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return target?.path[0] !== 'Bulk' && target?.path.at(-1) !== '.search';
}

/** The row of an operation of a Bulk: that of a request of its own. */
export function rowOfOperation(
  exchange: Exchange,
  now: number,
  { index, method, path, began, handled }: Operated,
  attributeNamed: AttributeNamed,
): ProvisioningRow | undefined {
  const { repaired, refusal } = handled;
  const own = { ...exchange, began, repaired, target: { path, query: {} } };
  const row = refusal
    ? rowOfRefusal(own, method, now, refusal, attributeNamed)
    : rowOfAnswer(own, method, now, handled);
  return row && { ...row, part: index };
}

/** The row of a refusal: of a write, and of a read that the client got wrong or that failed. */
export function rowOfRefusal(
  exchange: Exchange,
  method: string,
  now: number,
  { status, scimType, rule, message }: ScimError,
  attributeNamed: AttributeNamed,
): ProvisioningRow | undefined {
  // Nobody we know; or somebody who asks too much, to whom each refusal would cost a write.
  if (status === 401 || status === 429) return undefined;
  const attribute = attributeIn(message, attributeNamed);
  return rowOf(exchange, method, now, {
    status,
    ...(scimType !== undefined && { scimType }),
    ...(rule !== undefined && { rule }),
    ...(attribute !== undefined && { attribute }),
    repaired: Object.fromEntries(exchange.repaired ?? []),
    refusedMembers: [],
  });
}

type Part = Omit<ProvisioningRow, 'time' | 'requestId' | 'tenant' | 'connection' | 'operation' | 'durationMs'>;

function rowOf(exchange: Exchange, method: string, now: number, part: Part): ProvisioningRow | undefined {
  const { requestId, began, access, target } = exchange;
  if (!access) return undefined;
  const { resourceType, id } = target ? resourceOf(target) : {};
  return {
    time: new Date(now),
    requestId,
    tenant: access.caller.tenant,
    connection: access.caller.connection,
    operation: method,
    ...(resourceType !== undefined && { resourceType }),
    ...(id !== undefined && { resourceId: id }),
    ...part,
    durationMs: now - began,
  };
}

/** The first quoted word of a detail that names an attribute: such a name is public, whoever wrote it. */
function attributeIn(detail: string, attributeNamed: AttributeNamed): string | undefined {
  const quotations = detail
    .slice(0, 1_000)
    .split(/['`]/)
    .filter((_, at) => at % 2 === 1);
  for (const [word] of quotations.join(' ').matchAll(/\$?[A-Za-z]\w*/g)) {
    const attribute = attributeNamed(word);
    if (attribute !== undefined) return attribute;
  }
  return undefined;
}

/** Clients have sent e-mail addresses, login names and telephone numbers as member ids. */
const redactedId = (id: string): string => (isOurs(id) ? id : '[redacted]');
