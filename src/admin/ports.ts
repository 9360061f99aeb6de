import type { Connections, Tenants, Tokens } from '../domain/accessPorts.ts';
import type { ProvisioningLog } from '../domain/provisioningLog.ts';
import type { TokenFormat } from '../domain/tokens.ts';

/** What administration is done with. */
export interface Ports {
  readonly tenants: Tenants;
  readonly connections: Connections;
  readonly tokens: Tokens;
  readonly log: Pick<ProvisioningLog, 'read'>;
  readonly tokenFormat: TokenFormat;
  readonly now: () => Date;
  /** A random UUID. */
  readonly newId: () => string;
  /** Where clients find the SCIM endpoints: `PUBLIC_URL` with `/scim/v2`. */
  readonly scimBaseUrl: string;
  /** Who asks, for the record. */
  readonly by: string;
}
