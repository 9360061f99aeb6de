import type { Connections, People, Tenants, Tokens } from '../domain/accessPorts.ts';
import type { Backups } from '../domain/backup.ts';
import type { CreditLedger } from '../domain/creditLedger.ts';
import type { Deciding } from '../domain/deciding.ts';
import type { History } from '../domain/history.ts';
import type { Jobs } from '../domain/jobs.ts';
import type { Holders, Lists } from '../domain/lists.ts';
import type { KeyFormat, Keys } from '../domain/keys.ts';
import type { ProvisioningLog } from '../domain/provisioningLog.ts';
import type { QuirkCounts } from '../domain/quirkTally.ts';
import type { TenantSchemas } from '../domain/tenantSchemas.ts';
import type { Walks } from '../domain/walks.ts';
import type { TokenFormat } from '../domain/tokens.ts';
import type { BuiltIn } from './schemaRules.ts';

/** Makes texts that only this server, and its fellows on the database, can read or forge. */
export interface Seals {
  seal(text: string, context: string): Promise<string>;
  /** What was sealed in that context; undefined for anything else. */
  open(sealed: string, context: string): Promise<string | undefined>;
}

/** What administration is done with. */
export interface Ports {
  readonly tenants: Tenants;
  readonly connections: Connections;
  readonly tokens: Tokens;
  readonly people: People;
  readonly log: Pick<ProvisioningLog, 'read'>;
  readonly quirks: QuirkCounts;
  /** What a quirk is, and what is made of it, in a sentence. */
  readonly quirkMeaning: (quirk: string) => string;
  readonly schemas: TenantSchemas;
  readonly backups: Backups;
  /** The schemas and types that everybody has. */
  readonly builtIn: () => BuiltIn;
  /** What decisions on the organization read, and are committed by. */
  readonly deciding: Deciding;
  /** What an organization keeps of a kind, page by page. */
  readonly lists: Lists;
  readonly holders: Holders;
  readonly creditLedger: CreditLedger;
  /** What was, told from what each write leaves. */
  readonly history: History;
  readonly walks: Walks;
  readonly jobs: Jobs;
  readonly tokenFormat: TokenFormat;
  readonly keys: Keys;
  readonly keyFormat: KeyFormat;
  /** Seals confirmations of what was told to be destroyed. */
  readonly seals: Seals;
  readonly now: () => Date;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  /** A random UUID. */
  readonly newId: () => string;
  /** Where clients find the SCIM endpoints: `PUBLIC_URL` with `/scim/v2`. */
  readonly scimBaseUrl: string;
  /** Where the admin API is found: `PUBLIC_URL` with `/admin/v1`. */
  readonly adminApiUrl: string;
  /** Who asks, for the record. */
  readonly by: string;
}
