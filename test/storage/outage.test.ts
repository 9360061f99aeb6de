import { expect } from 'chai';
import mongoose from 'mongoose';
import { isOutage } from '../../src/storage/connect.ts';

const coded = (code: string): Error => Object.assign(new Error('the socket'), { code });

describe('An outage of the database', () => {
  it('is a lost connection, as the driver or as Node says it', () => {
    expect(isOutage(new mongoose.mongo.MongoNetworkError('closed'))).to.equal(true);
    expect(isOutage(coded('EPIPE'))).to.equal(true);
    expect(isOutage(coded('ECONNRESET'))).to.equal(true);
  });

  it('is a server that goes down or is not primary', () => {
    expect(isOutage(new mongoose.mongo.MongoServerError({ code: 10107 }))).to.equal(true);
  });

  it('is no refusal and no defect', () => {
    expect(isOutage(new mongoose.mongo.MongoServerError({ code: 11000 }))).to.equal(false);
    expect(isOutage(coded('ENOENT'))).to.equal(false);
    expect(isOutage(new TypeError('undefined'))).to.equal(false);
  });
});
