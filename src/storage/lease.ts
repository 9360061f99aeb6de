import mongoose from 'mongoose';

interface Lease {
  _id: string;
  holder: mongoose.mongo.ObjectId;
  until: Date;
}

/** Waits until nobody else holds the lease, then holds it. One whose holder died runs out by itself. */
export async function lease(
  connection: mongoose.Connection,
  name: string,
  milliseconds: number,
): Promise<() => Promise<void>> {
  const holder = new mongoose.mongo.ObjectId();
  const leases = connection.collection<Lease>('meta');
  const _id = `lease ${name}`;
  await leases.updateOne({ _id }, { $setOnInsert: { holder, until: new Date(0) } }, { upsert: true });
  for (;;) {
    // The server's clock alone decides, so that hosts with different clocks agree.
    const taken = await leases.findOneAndUpdate({ _id, $expr: { $lt: ['$until', '$$NOW'] } }, [
      { $set: { holder, until: { $add: ['$$NOW', milliseconds] } } },
    ]);
    if (taken)
      return async () => {
        await leases.updateOne({ _id, holder }, { $set: { until: new Date(0) } });
      };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
