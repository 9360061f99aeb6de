import { entryOf, isError } from '../bulk/entry.ts';
import { parseBulk } from '../bulk/parse.ts';
import type { BulkRequest } from '../bulk/parse.ts';
import { abreast, plan } from '../bulk/plan.ts';
import { inRequestOrder } from '../bulk/sequence.ts';
import { settling } from '../bulk/settle.ts';
import type { Perform, Settle } from '../bulk/settle.ts';
import type { Leniency } from '../dialects.ts';
import { invalidValue } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Protocol, Run } from '../ports.ts';
import type { Registry } from '../schema/registry.ts';
import type { Entry, ScimRequest, ScimResponse } from '../types.ts';
import { urns } from '../urns.ts';

/**
 * Many operations in one request (RFC 7644 §3.7), each performed as a request of its own. Whoever reads the answer drives
 * them: an operation that nobody waits for any more is not begun. With an `Idempotency-Key` a Bulk that is sent again goes
 * on where it broke off, and repeats what it said.
 *
 * @throws ScimError 400 where the message as a whole is wrong; 409 for a key that is in use; 413 with too many operations
 */
export async function bulk(
  request: ScimRequest,
  registry: Registry,
  perform: Perform,
  leniency: Leniency,
  protocol: Protocol,
): Promise<ScimResponse> {
  // Each operation has the time that the whole request would have had.
  const patience = request.caller.deadline - protocol.clock();
  const parsed = parseBulk(request.body, registry, leniency);
  const run = await opened(request, protocol);
  const settle = settling({ request, leniency, perform, protocol, run, patience });
  const entries = answers(parsed, settle, run, protocol.baseUrl);
  // Begun here, so that the run is closed also where nobody reads on.
  await entries.next();
  return { status: 200, headers: {}, body: { schemas: [urns.bulkResponse], Operations: entries } };
}

async function opened({ caller, idempotencyKey, body = null }: ScimRequest, { ledger }: Protocol): Promise<Run> {
  if (idempotencyKey === undefined) return unkept(caller.requestId);
  if (!/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
    throw invalidValue('An Idempotency-Key has 1 to 255 visible ASCII characters');
  }
  return ledger.open(caller, idempotencyKey, body);
}

/** A run that is not gone on with. */
const unkept = (id: string): Run => ({
  id,
  done: new Map(),
  note: () => Promise.resolve(),
  close: () => Promise.resolve(),
});

/** Runs the steps and tells the results in the order of the request; a chunk without any says that it goes on. */
async function* answers(
  { operations, failOnErrors }: BulkRequest,
  settle: Settle,
  run: Run,
  baseUrl: string,
): AsyncGenerator<readonly Entry[], void, undefined> {
  try {
    yield [];
    const steps = plan(operations);
    const held = inRequestOrder();
    let errors = 0;
    for (let at = 0; at < steps.length && errors < failOnErrors;) {
      // No more at once than may fail: sequentially none of them would have been left out.
      const count = abreast(steps, at, Math.min(limits.bulkAbreast, failOnErrors - errors));
      const results = (await Promise.all(steps.slice(at, at + count).map(settle))).flat();
      at += count;
      errors += results.filter(isError).length;
      yield held.next(results.map((result) => [result.operation.index, entryOf(result, baseUrl)]));
    }
    yield held.rest();
  } finally {
    await run.close();
  }
}
