import { expect } from 'chai';
import { loadConfig } from '../../src/config.ts';

describe('The transport', () => {
  it('is HTTPS alone beyond the machine itself', () => {
    for (const HOST of ['0.0.0.0', '::', '10.0.0.1']) {
      expect(() => loadConfig({ HOST })).to.throw('HOST: beyond loopback needs TLS_CERT and TLS_KEY');
    }
    expect(loadConfig({ HOST: '127.0.0.1' }).tls).to.equal(undefined);
  });
});
