import mongoose from 'mongoose';

/** A database that cannot be used as it is: the message says what to do. Ends the start. */
export class UnusableDatabase extends Error {
  override readonly name = 'UnusableDatabase';
}

/** Oldest MongoDB that has what is used: snapshot reads outside transactions, `$unionWith` inside them. */
const oldest = [6, 0] as const;

// A filter that names an unknown path must never become an empty one, nor a client's object an operator.
mongoose.set('strictQuery', 'throw');
mongoose.set('sanitizeFilter', true);

/**
 * Connects to a replica set and checks that it can carry transactions.
 *
 * Requests fail fast: nothing is buffered while the database is away, and no server is waited for longer than two
 * seconds. Reads are of what a majority has; network compression stays off.
 *
 * @param monitorCommands whether each command is told of (`commandStarted`), which costs time
 * @throws UnusableDatabase for a standalone server, or one older than 6.0
 */
export async function connect(uri: string, { monitorCommands = false } = {}): Promise<mongoose.Connection> {
  const connection = await mongoose
    .createConnection(uri, {
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
      serverSelectionTimeoutMS: 2_000,
      // A server that falls silent is known to be away after 4.5 seconds; by default it would be after forty.
      heartbeatFrequencyMS: 2_000,
      connectTimeoutMS: 2_500,
      maxPoolSize: 50,
      readPreference: 'primary',
      // Said in an address's own words, which those of an address would go before otherwise.
      readConcernLevel: 'majority',
      w: 'majority',
      journal: true,
      retryWrites: true,
      appName: 'rollcall',
      monitorCommands,
    })
    .asPromise();
  try {
    await requireReplicaSet(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

async function requireReplicaSet(connection: mongoose.Connection): Promise<void> {
  const admin = connection.getClient().db('admin');
  const hello = await admin.command({ hello: 1 });
  // A mongos has no set name of its own, but leads to shards that are replica sets.
  if (hello['setName'] === undefined && hello['msg'] !== 'isdbgrid')
    throw new UnusableDatabase(
      'MONGODB_URI names a standalone MongoDB server, which has no transactions. Make it a replica set of one: ' +
        'start mongod with --replSet rs0, run rs.initiate() in mongosh once, and add ?replicaSet=rs0 to MONGODB_URI.',
    );
  const { version } = (await admin.command({ buildInfo: 1 })) as unknown as { version: string };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
    throw new UnusableDatabase(`MongoDB ${version} is too old: Rollcall needs ${oldest.join('.')} or newer.`);
}

/** A database, connected. */
export type Database = Awaited<ReturnType<typeof connect>>;

/** Whether the database could not be reached, or had no primary, or did not answer in time. */
export const isOutage = (error: unknown): boolean =>
  error instanceof mongoose.mongo.MongoNetworkError ||
  error instanceof mongoose.mongo.MongoServerSelectionError ||
  error instanceof mongoose.mongo.MongoOperationTimeoutError ||
  error instanceof mongoose.mongo.MongoNotConnectedError ||
  error instanceof mongoose.mongo.MongoTopologyClosedError ||
  error instanceof mongoose.mongo.MongoClientClosedError ||
  isBrokenSocket(error) ||
  (error instanceof mongoose.mongo.MongoError &&
    (error.hasErrorLabel('RetryableWriteError') || error.hasErrorLabel('TransientTransactionError'))) ||
  (error instanceof mongoose.mongo.MongoServerError && outageCodes.has(Number(error.code)));

/** Of a connection that mongod's death has ended, but that is not yet known to be, the driver passes this on as it is. */
const isBrokenSocket = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');

/** MaxTimeMSExpired, and the codes of a server that is going down, coming up or no longer primary. */
const outageCodes = new Set([50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** Tells, at each change, whether there is a primary that writes can go to. */
export function watchPrimary(connection: mongoose.Connection, onChange: (primary: 'reachable' | 'away') => void): void {
  connection.getClient().on('topologyDescriptionChanged', ({ newDescription }) => {
    const { type } = newDescription;
    onChange(type === 'ReplicaSetWithPrimary' || type === 'Sharded' ? 'reachable' : 'away');
  });
}
