import type { commands as english } from '../en/commands.ts';
import { typeset, type French } from '../french.ts';

/** What the command line says. */
export const commands: French<typeof english> = typeset({
  'cli.refused': 'rollcall : {{why}}.',
});
