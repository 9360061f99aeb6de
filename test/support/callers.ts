import { scopes } from '../../src/domain/connections.ts';
import type { Caller } from '../../src/scim/types.ts';

/** A caller that may do everything, but for what is said otherwise. */
export const testCaller = (other: Partial<Caller> = {}): Caller => ({
  tenant: 'acme',
  connection: 'okta',
  dialect: 'lenient',
  scopes: new Set(scopes),
  adopts: false,
  options: new Set(),
  requestId: 'request-1',
  deadline: Date.parse('2030-01-01T00:00:00Z'),
  ...other,
});
