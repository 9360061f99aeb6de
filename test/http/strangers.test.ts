import { expect } from 'chai';
import { strangers } from '../../src/http/strangers.ts';

describe('Who asks without a key', () => {
  let now = 0;
  let wait: (address: string) => number;
  beforeEach(() => {
    now = 1_000_000;
    wait = strangers(() => now);
  });
  const exhaust = (address: string) => {
    const waits = Array.from({ length: 40 }, () => wait(address));
    return waits.filter((seconds) => seconds === 0).length;
  };

  it('may ask some times in a row, then once a second', () => {
    expect(exhaust('192.0.2.1')).to.equal(30);
    expect(wait('192.0.2.1')).to.equal(1);
    now += 1_000;
    expect(wait('192.0.2.1')).to.equal(0);
    expect(wait('192.0.2.1')).to.equal(1);
    now += 3_600_000;
    expect(exhaust('192.0.2.1')).to.equal(30);
  });

  it('holds up nobody at another address', () => {
    exhaust('192.0.2.1');
    expect(wait('192.0.2.2')).to.equal(0);
    expect(wait('::ffff:192.0.2.1')).to.equal(0);
  });

  it('is one with whoever shares the first 64 bits of an address of IPv6', () => {
    exhaust('2001:db8::1');
    expect(wait('2001:db8:0:0:9::7')).to.equal(1);
    expect(wait('2001:db8:0:1::1')).to.equal(0);
  });

  it('is forgotten once very many others came', () => {
    exhaust('192.0.2.1');
    for (let at = 0; at < 10_000; at += 1) wait(`client ${at}`);
    expect(wait('192.0.2.1')).to.equal(0);
  });

  it('gains nothing by a clock that is set back', () => {
    exhaust('192.0.2.1');
    now -= 60_000;
    expect(wait('192.0.2.1')).to.equal(1);
  });
});
