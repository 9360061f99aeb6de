import type mongoose from 'mongoose';
import { connect } from '../../src/storage/connect.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';

/** Gives each test of a suite a database of its own: what it returns connects to that, until the test is over. */
export function openedForEach(): () => Promise<mongoose.Connection> {
  let database: TestDatabase;
  const opened: mongoose.Connection[] = [];
  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((db) => db.close()));
    await database.drop();
  });
  return async () => {
    const db = await connect(database.uri);
    opened.push(db);
    return db;
  };
}
