import type { DatabaseFacts, TenantFacts } from '../../domain/diagnosis.ts';
import { found, type Finding } from './finding.ts';
import { databaseFindings, machineFindings, type MachineFacts } from './installation.ts';
import { tenantFindings } from './organization.ts';

/** What a server answered to a request that an identity provider begins with. */
export interface Tested {
  readonly by: 'entra' | 'okta';
  /** Absent where it did not answer. */
  readonly status?: number;
  readonly body?: unknown;
}

/** All that a doctor has seen. What could not be seen is why. */
export interface Facts {
  /** The settings and the machine, or what is wrong with the settings. */
  readonly machine: MachineFacts | { readonly problems: readonly string[] };
  /** The database, or why it can't be reached; absent where no settings say where it is. */
  readonly database?: DatabaseFacts | { readonly why: string };
  /** Absent where the database could not be asked. */
  readonly tenants?: readonly TenantFacts[];
  /** Absent where no token was given to ask the server with. */
  readonly tested?: { readonly url: string; readonly tests: readonly Tested[] };
}

/** Everything that is wrong, each with what to do: first what concerns all, then each organization. */
export function diagnose({ machine, database, tenants, tested }: Facts, now: Date): readonly Finding[] {
  const isSet = 'publicUrl' in machine;
  return [
    ...(isSet
      ? machineFindings(machine, now)
      : machine.problems.map((problem) => found('doctor.settings', { problem }))),
    ...(isSet && database ? seenFindings(database, machine) : []),
    ...(tenants?.length === 0 ? [found('doctor.tenant-none')] : []),
    ...(tenants ?? []).flatMap((tenant) => tenantFindings(tenant, now)),
    ...(tested ? serverFindings(tested) : []),
  ];
}

const seenFindings = (database: NonNullable<Facts['database']>, machine: MachineFacts): readonly Finding[] =>
  'why' in database ? [found('doctor.database-away', { why: database.why })] : databaseFindings(database, machine);

function serverFindings({ url, tests }: NonNullable<Facts['tested']>): Finding[] {
  if (tests.every(({ status }) => status === undefined)) return [found('doctor.server-away', { url })];
  return tests
    .filter(({ by, status, body }) => status !== 200 || !isList(body, by))
    .map(({ by, status }) => found(`doctor.${by}-test`, { url, status: status ?? 0 }));
}

/** Whether a body is what the identity provider wants: a list, and where it asked for nobody, an empty one. */
function isList(body: unknown, by: Tested['by']): boolean {
  if (typeof body !== 'object' || body === null || !('totalResults' in body)) return false;
  return by === 'entra' ? body.totalResults === 0 : Number.isInteger(body.totalResults);
}
