import { expect } from 'chai';
import { outcomeOf } from '../../src/domain/provisioningLog.ts';

describe('domain/provisioningLog', () => {
  it('an outcome follows from the status', () => {
    expect([200, 201, 204, 304, 400, 409, 412, 499, 501, 500, 503].map(outcomeOf)).to.deep.equal([
      ...['done', 'done', 'done', 'done', 'refused', 'refused', 'refused', 'refused', 'refused', 'failed', 'failed'],
    ]);
  });
});
