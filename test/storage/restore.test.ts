import { expect } from 'chai';
import mongoose from 'mongoose';
import type { Restoring } from '../../src/domain/backup.ts';
import { schemaVersion } from '../../src/storage/schema.ts';
import { emptyPlace, type Place } from '../support/places.ts';

describe('Restoring', function () {
  this.timeout(60_000);
  let place: Place;
  let restoring: Restoring;

  beforeEach(async () => {
    place = await emptyPlace();
    const begun = await place.ports.backups.restore({ schema: schemaVersion, tenant: undefined });
    if (typeof begun === 'string') throw new Error(begun);
    restoring = begun;
  });
  afterEach(() => place.close());

  const put = (collection: string, _id: string) =>
    restoring.put({ collection, documents: [mongoose.mongo.BSON.serialize({ _id, tenant: 'acme', key: _id })] });

  const refusal = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'done',
      (error: unknown) => String(error),
    );

  it('puts documents of a collection that no backup holds nowhere', async () => {
    expect(await refusal(put('rates', 'okta'))).to.match(/no backup holds 'rates'/);
    await restoring.abandon();
    expect(await place.db.collection('rates').countDocuments()).to.equal(0);
  });

  it('adds nothing to what another puts that has taken it over, and takes nothing of it away', async () => {
    await put('resources', 'ann');
    // As if this process had been stopped for half a minute.
    const holder = new mongoose.mongo.ObjectId();
    await place.db.collection<{ _id: string }>('meta').updateOne({ _id: 'restore' }, { $set: { holder } });
    expect(await refusal(put('resources', 'bob'))).to.match(/taken this one over/);
    expect(await refusal(restoring.publish())).to.match(/taken this one over/);
    await restoring.abandon();
    const left = await place.db.collection<{ _id: string }>('resources').find().toArray();
    expect(left.map(({ _id }) => _id)).to.deep.equal(['ann']);
  });
});
