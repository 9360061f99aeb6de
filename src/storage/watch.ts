import type mongoose from 'mongoose';
import type { Database } from './connect.ts';

/** A store command that is over. */
export interface CommandDone {
  /** As MongoDB calls it: `find`, `insert`, `commitTransaction`. */
  readonly name: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly seconds: number;
}

/** Tells of each command; only of a database that was connected with `monitorCommands`. */
export function watchCommands(db: Database, onDone: (done: CommandDone) => void): void {
  const tell =
    (outcome: CommandDone['outcome']) =>
    ({ commandName, duration }: { readonly commandName: string; readonly duration: number }) => {
      onDone({ name: commandName, outcome, seconds: duration / 1_000 });
    };
  db.getClient().on('commandSucceeded', tell('succeeded')).on('commandFailed', tell('failed'));
}

/** The connections to the database. */
export interface Pool {
  readonly size: number;
  readonly inUse: number;
  /** Operations that wait for a connection. */
  readonly waiting: number;
}

/** Follows the connections to the database. One that was there before is known once it is used or closed. */
export function watchPool(db: Database): () => Pool {
  const all = new Set<string>();
  let inUse = 0;
  let waiting = 0;
  const name = ({ address, connectionId }: { readonly address: string; readonly connectionId: unknown }) =>
    `${address} ${String(connectionId)}`;
  const client: mongoose.mongo.MongoClient = db.getClient();
  client
    .on('connectionCreated', (event) => all.add(name(event)))
    .on('connectionClosed', (event) => all.delete(name(event)))
    .on('connectionCheckOutStarted', () => (waiting += 1))
    .on('connectionCheckOutFailed', () => (waiting -= 1))
    .on('connectionCheckedOut', (event) => {
      all.add(name(event));
      waiting -= 1;
      inUse += 1;
    })
    .on('connectionCheckedIn', () => (inUse -= 1));
  return () => ({ size: all.size, inUse, waiting });
}
