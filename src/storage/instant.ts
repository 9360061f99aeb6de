import type mongoose from 'mongoose';

/** Reads in a session that are all of one instant, which the first of them decides on. */
export async function atOneInstant<T>(
  connection: mongoose.Connection,
  read: (session: mongoose.mongo.ClientSession) => Promise<T>,
): Promise<T> {
  const session = connection.getClient().startSession({ snapshot: true });
  try {
    return await read(session);
  } finally {
    await session.endSession();
  }
}
