import { rowOfOperation } from './record.ts';
import type { Caller, Operated } from '../scim/types.ts';
import type { Exchange, Log } from './exchange.ts';
import type { AttributeNamed, CountRepairs, RecordRow } from './record.ts';

/** What is told of requests, and to whom. */
export interface TellingPorts {
  readonly log: Log;
  readonly record: RecordRow;
  readonly attributeNamed: AttributeNamed;
  readonly repairs: CountRepairs;
  readonly clock: () => number;
}

/**
 * Tells of each operation of a Bulk what is told of a request of its own: its row of the provisioning log, what the
 * dialect repaired, the cause of a defect.
 */
export const toldOfOperations =
  ({ log, record, attributeNamed, repairs, clock }: TellingPorts, exchange: Exchange, caller: Caller) =>
  (operated: Operated): void => {
    const { repaired, refusal } = operated.handled;
    const { requestId } = exchange;
    repairs(caller, repaired);
    if (refusal?.status === 500) log.error('operation failed', { requestId, error: refusal.cause });
    else if (refusal && refusal.status > 500) log.warn('operation refused', { requestId, error: refusal.cause });
    const row = rowOfOperation(exchange, clock(), operated, attributeNamed);
    if (row) record(row);
  };
