import { adoptions, connectionKinds, connectionOptions, dialects, scopes } from '../domain/connections.ts';
import { operations } from '../domain/journal.ts';
import { outcomes } from '../domain/provisioningLog.ts';
import { tokenDays } from '../domain/tokens.ts';

/** What an operator can choose among. */
export const choices = {
  adoptions,
  dialects,
  kinds: connectionKinds,
  options: connectionOptions,
  operations,
  outcomes,
  scopes,
  tokenDays,
} as const;
