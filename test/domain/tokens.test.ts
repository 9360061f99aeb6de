import { expect } from 'chai';
import { expiry, isLifetime, stateOf, tokenDays } from '../../src/domain/tokens.ts';

describe('domain/tokens', () => {
  const made = new Date('2027-01-01T00:00:00Z');

  it('a token lives for a year unless told otherwise', () => {
    expect(expiry(made).toISOString()).to.equal('2028-01-01T00:00:00.000Z');
    expect(expiry(made, 1).toISOString()).to.equal('2027-01-02T00:00:00.000Z');
  });

  it('its life is limited: whole days, one at least', () => {
    for (const days of [1, 365, tokenDays.most]) expect(isLifetime(days), String(days)).to.equal(true);
    for (const days of [0, -1, 1.5, tokenDays.most + 1, Infinity, NaN])
      expect(isLifetime(days), String(days)).to.equal(false);
  });

  it('it is live until the instant it expires, or is revoked', () => {
    const expiresAt = expiry(made, 1);
    const at = (ms: number) => new Date(expiresAt.getTime() + ms);
    expect(stateOf({ expiresAt, revokedAt: undefined }, at(-1))).to.equal('live');
    expect(stateOf({ expiresAt, revokedAt: undefined }, at(0))).to.equal('expired');
    expect(stateOf({ expiresAt, revokedAt: made }, at(-1))).to.equal('revoked');
    expect(stateOf({ expiresAt, revokedAt: made }, at(1))).to.equal('revoked');
  });
});
