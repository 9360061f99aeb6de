// How long emptying and deleting a group of 1,000,000 members takes beside one of 1,000, in one run:
// `node --import tsx test/bench/emptying.ts [members of the large group]`.
//
// The protocol is asked without HTTP, whose constant part would only bring the two nearer. A group that was ended is put
// back as it was, in the database, for the next sample; so the million is written once.
import type mongoose from 'mongoose';
import { protocolOver } from '../../src/protocol.ts';
import type { ResourceDocument } from '../../src/storage/documents.ts';
import { connect } from '../../src/storage/connect.ts';
import { housekeeping } from '../../src/storage/housekeeping.ts';
import { migrate } from '../../src/storage/schema.ts';
import { tenantsModel } from '../../src/storage/tenants.ts';
import { testCaller } from '../support/callers.ts';
import { ask, endingOf, endings, fillGroup, makeGroup } from '../support/largeGroups.ts';
import { freshDatabase } from '../support/mongod.ts';
import { testRegistry } from '../support/schemas.ts';

const samples = 25;
const warmUp = 5;
const { tenant } = testCaller();
const sizes = [1_000, Number(process.argv[2] ?? 1_000_000)];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const secondsSince = (began: number): string => ((performance.now() - began) / 1_000).toFixed(1);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Gives a group back what it had, with a version that nobody has seen. */
async function putBack(db: mongoose.mongo.Db, before: ResourceDocument): Promise<void> {
  const version = before.version + 2;
  await db
    .collection<ResourceDocument>('resources')
    .replaceOne({ _id: before._id }, { ...before, version }, { upsert: true });
  await db.collection('closings').deleteMany({ tenant });
}

type Protocol = ReturnType<typeof protocolOver>;

/** A group of each size, by size. */
async function makeGroups(protocol: Protocol, db: mongoose.mongo.Db): Promise<Map<number, string>> {
  const groups = new Map<number, string>();
  for (const size of sizes) {
    const group = await makeGroup(protocol, `Group of ${size}`);
    const began = performance.now();
    await fillGroup(db, tenant, group, size);
    say(`a group of ${size.toLocaleString('en')}: written in ${secondsSince(began)} s`);
    groups.set(size, group);
  }
  return groups;
}

/** How long one way of ending them takes for each group, in milliseconds, turn by turn. */
async function timed(
  ending: (typeof endings)[number],
  protocol: Protocol,
  db: mongoose.mongo.Db,
  groups: ReadonlyMap<number, string>,
): Promise<number[]> {
  const times = [...groups].map(([, group]) => ({ group, took: [] as number[] }));
  for (let sample = -warmUp; sample < samples; sample += 1)
    for (const { group, took } of times) {
      const before = await db.collection<ResourceDocument>('resources').findOne({ _id: group });
      if (!before) throw new Error('the group is gone');
      const began = performance.now();
      const { status } = await ask(protocol, { ...endingOf(ending), path: ['Groups', group] });
      if (sample >= 0) took.push(performance.now() - began);
      if (status !== 204) throw new Error(`${ending}: ${status}`);
      await putBack(db, before);
    }
  return times.map(({ took }) => median(took));
}

/** Deletes a group, and closes its edges as the server does in the background. */
async function closeBehind(protocol: Protocol, connection: mongoose.Connection, group: string): Promise<void> {
  await ask(protocol, { method: 'DELETE', path: ['Groups', group] });
  const began = performance.now();
  const keeping = housekeeping(connection, (error) => {
    throw error;
  });
  await keeping.settle();
  await keeping.stop();
  const left = await connection.collection('edges').countDocuments({ tenant, group, live: true });
  say(`closed behind it, in the background: ${secondsSince(began)} s, ${left} left open`);
}

async function main(): Promise<void> {
  const database = await freshDatabase();
  const connection = await connect(database.uri);
  await migrate(connection, [tenantsModel(connection)]);
  await connection.collection<{ _id: string }>('tenants').insertOne({ _id: tenant });
  const db = connection.getClient().db();
  const protocol = protocolOver(connection, testRegistry(), 'http://127.0.0.1');
  const groups = await makeGroups(protocol, db);

  for (const ending of endings) {
    const [small = NaN, large = NaN] = await timed(ending, protocol, db, groups);
    const [few, many] = sizes.map((size) => size.toLocaleString('en'));
    say(
      `${ending.padEnd(26)} ${few}: ${small.toFixed(2)} ms   ${many}: ${large.toFixed(2)} ms   ` +
        `ratio ${(large / small).toFixed(2)}   (medians of ${samples})`,
    );
  }
  await closeBehind(protocol, connection, [...groups.values()].at(-1) ?? '');
  await connection.close();
  await database.drop();
}

await main();
