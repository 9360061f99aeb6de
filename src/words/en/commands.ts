/** What the command line says. */
export const commands = {
  'cli.refused': 'rollcall: {{why}}.',
} as const;
