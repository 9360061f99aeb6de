import type { Leniency } from '../dialects.ts';
import { conflict, invalidValue, ScimError } from '../errors.ts';
import { quoted } from '../filter/guard.ts';
import type { Joint, Protocol, Run, Stores } from '../ports.ts';
import { refused } from '../refused.ts';
import type { Handled, ScimRequest, ScimResponse } from '../types.ts';
import { isError } from './entry.ts';
import type { Result } from './entry.ts';
import type { Malformed, Operation } from './parse.ts';
import type { Linked, Step } from './plan.ts';
import { referenceIn, resolved } from './references.ts';

/** Answers one operation as a request of its own is answered; refusals are thrown. */
export type Perform = (operation: ScimRequest, stores: Stores, leniency: Leniency) => Promise<ScimResponse>;

/** What the operations of one Bulk are run with. */
export interface Settling {
  readonly request: ScimRequest;
  readonly leniency: Leniency;
  readonly perform: Perform;
  readonly protocol: Protocol;
  readonly run: Run;
  /** Milliseconds that each operation has, from its own start. */
  readonly patience: number;
}

/** Runs a step of the plan: what became of each of its operations. */
export type Settle = (step: Step) => Promise<readonly Result[]>;

/** How an operation is performed that becomes visible at one instant with others. */
interface Together {
  readonly joint: Joint;
  readonly newId: string;
}

/**
 * Settles the steps of one Bulk, each after those that it needs. Remembers which id each `bulkId` stands for, and which
 * failed (RFC 7644 §3.7.2). A refusal or a defect of one operation is its result; what is thrown is that a result could
 * not be kept.
 */
export function settling({ request, leniency, perform, protocol, run, patience }: Settling): Settle {
  const { caller } = request;
  const { clock } = protocol;
  const ids = new Map<string, string>();
  const failed = new Set<string>();

  async function one({ operation, references }: Linked, together?: Together): Promise<Result> {
    const settled = run.done.get(operation.index);
    if (settled) return { operation, id: idOf(operation, settled), settlement: { kind: 'repeated', settled } };
    if ('refusal' in operation) return untried(operation, operation.refusal);

    const missing = [...references].find((bulkId) => !ids.has(bulkId));
    if (missing !== undefined) {
      const refusal = brokenReference(missing);
      together?.joint.fail(inRing(operation, refusal));
      return untried(operation, refusal);
    }
    const known = resolved(operation, (bulkId) => ids.get(bulkId) ?? '');
    const handled = await handle(known, together);
    return { operation: known, id: idOf(known, handled.outcome), settlement: { kind: 'handled', handled } };
  }

  async function handle(operation: Operation, together: Together | undefined): Promise<Handled> {
    const began = clock();
    const asked = requestOf(operation, together?.newId);
    const handled = await answered(asked, together?.joint.stores ?? protocol.stores);
    if (handled.refusal) together?.joint.fail(inRing(operation, handled.refusal));
    request.onOperation?.({ index: operation.index, method: asked.method, path: asked.path, began, handled });
    await note(operation, handled);
    return handled;
  }

  function requestOf(operation: Operation, newId: string | undefined): ScimRequest {
    const { method, index, query, version, data } = operation;
    return {
      method,
      path: pathOf(operation),
      query,
      ...(version !== undefined && { ifMatch: version }),
      ...(newId !== undefined && { newId }),
      ...(data !== undefined && { body: data }),
      caller: { ...caller, part: { run: run.id, index }, deadline: clock() + patience },
    };
  }

  async function answered(asked: ScimRequest, stores: Stores): Promise<Handled> {
    const lenient = leniency.afresh();
    try {
      return { ...(await perform(asked, stores, lenient)), repaired: lenient.repaired };
    } catch (failure) {
      const refusal = failure instanceof ScimError ? failure : (protocol.outage(failure) ?? defect(failure));
      return refused(refusal, lenient);
    }
  }

  /** What changed something has left its trace with that. What passes is tried again when the Bulk is sent again. */
  async function note({ index }: Operation, { status, refusal, outcome }: Handled): Promise<void> {
    if (refusal && !passes(refusal)) await run.note(index, { refusal: { status, body: refusal.toJSON() } });
    if (outcome?.unchangedAt !== undefined) await run.note(index, { id: outcome.id, version: outcome.unchangedAt });
  }

  function brokenReference(bulkId: string): ScimError {
    if (failed.has(bulkId)) return invalidValue(`The operation ${quoted(bulkId)}, which this one refers to, failed`);
    return invalidValue(`No POST of this Bulk has the bulkId ${quoted(bulkId)}, which this operation refers to`);
  }

  function untried(operation: Operation | Malformed, refusal: ScimError): Result {
    const handled = refused(refusal, { repaired: new Map() });
    const path = 'refusal' in operation ? [] : pathOf(operation);
    const { index, method = 'POST' } = operation;
    request.onOperation?.({ index, method, path, began: clock(), handled });
    return { operation, id: idOf(operation, undefined), settlement: { kind: 'handled', handled } };
  }

  async function ring(links: readonly Linked[]): Promise<readonly Result[]> {
    const [before, open] = [links.filter(isDone), links.filter((link) => !isDone(link))];
    const repeated = await Promise.all(before.map(async (link) => learnt(await one(link))));
    if (open.length === 0) return repeated;

    const pending = open.map(({ operation, references }) => ({ operation, references, newId: protocol.newId() }));
    const types = new Map<string, Operation['type']>();
    for (const { operation, newId } of pending) {
      if ('refusal' in operation || operation.bulkId === undefined) continue;
      types.set(newId, operation.type);
      ids.set(operation.bulkId, newId);
    }
    const joint = protocol.joint(types, pending.length);
    const results = await Promise.all(pending.map(({ newId, ...link }) => one(link, { joint, newId })));
    return [...repeated, ...results.map(learnt)];
  }

  /** The id of an operation's resource, as far as it is known: that of a POST from what became of it. */
  function idOf(operation: Operation | Malformed, became: object | undefined): string | undefined {
    const named = 'refusal' in operation ? operation.place?.id : 'id' in operation ? operation.id : undefined;
    if (named === undefined) return became && 'id' in became && typeof became.id === 'string' ? became.id : undefined;
    const bulkId = referenceIn(named);
    return bulkId === undefined ? named : ids.get(bulkId);
  }

  const isDone = ({ operation }: Linked): boolean => run.done.has(operation.index);

  /** From here on a reference to it means its id, or fails. */
  function learnt(result: Result): Result {
    const { operation, id } = result;
    if (operation.bulkId === undefined) return result;
    if (isError(result)) {
      ids.delete(operation.bulkId);
      failed.add(operation.bulkId);
    } else if (operation.method === 'POST' && id !== undefined) ids.set(operation.bulkId, id);
    return result;
  }

  return async (step) => {
    switch (step.kind) {
      case 'one':
        return [learnt(await one(step))];
      case 'ring':
        return ring(step.links);
      case 'nested':
        return step.links.map(({ operation }) =>
          learnt(untried(operation, conflict('Groups of this Bulk would be inside themselves: none of them is made'))),
        );
    }
  };
}

const pathOf = (operation: Operation): readonly string[] => {
  const endpoint = operation.type.endpoint.slice(1);
  return 'id' in operation ? [endpoint, operation.id] : [endpoint];
};

/** Why the others of a ring are refused with it. */
function inRing({ bulkId = '' }: Operation, refusal: ScimError): ScimError {
  if (passes(refusal)) return refusal;
  return invalidValue(
    `The operation ${quoted(bulkId)}, which this one refers to in a circle, failed: ${refusal.message}`,
    { cause: refusal },
  );
}

/** What may go otherwise the next time. */
const passes = ({ status, rule }: ScimError): boolean => status >= 500 || rule === 'done-already';

const defect = (cause: unknown): ScimError =>
  new ScimError(500, "Something went wrong here; the server's log says what", undefined, { cause });
