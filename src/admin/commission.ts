import type { Order } from '../domain/journal.ts';
import type { TenantId } from '../domain/tenants.ts';

/** In whose name something is changed, by which request and until when. */
export interface Commission {
  readonly tenant: TenantId;
  readonly order: Order;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}
