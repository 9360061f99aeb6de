import type mongoose from 'mongoose';

/** What is sent beside the commands of operations: to find and keep servers. */
const upkeep = new Set(['hello', 'ping', 'endSessions', 'isMaster']);

/** The commands that a connection with `monitorCommands` sends from now on, as `<command> <collection>`. */
export function commandsSent(db: mongoose.Connection): string[] {
  const sent: string[] = [];
  db.getClient().on(
    'commandStarted',
    ({ commandName, command }: { commandName: string; command: Record<string, unknown> }) => {
      if (!upkeep.has(commandName)) sent.push(`${commandName} ${String(command[commandName])}`);
    },
  );
  return sent;
}
