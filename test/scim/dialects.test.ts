import { expect } from 'chai';
import { demands, leniency, quirkMeaning, quirks } from '../../src/scim/dialects.ts';
import type { Demand, Quirk } from '../../src/scim/dialects.ts';

const names = Object.keys(quirks) as Quirk[];

describe('A dialect', () => {
  it('lenient repairs every quirk and counts each time, strict repairs none', () => {
    const [lenient, strict] = [leniency('lenient'), leniency('strict')];
    for (const quirk of [...names, ...names]) {
      expect(lenient.repairs(quirk), quirk).to.equal(true);
      expect(strict.repairs(quirk), quirk).to.equal(false);
    }
    expect(Object.fromEntries(lenient.repaired)).to.deep.equal(Object.fromEntries(names.map((quirk) => [quirk, 2])));
    expect(strict.repaired.size).to.equal(0);
  });

  it('afresh is the same with nothing counted', () => {
    const before = leniency('strict', new Set(['interop'] as const));
    const after = leniency('lenient');
    after.repairs('bareValues');
    expect(after.afresh().repaired.size).to.equal(0);
    expect(after.repaired.size).to.equal(1);
    for (const demand of Object.keys(demands) as Demand[]) expect(before.afresh().demands(demand)).to.equal(true);
  });

  it('says of each quirk what is sent and what becomes of it, and of others their name', () => {
    for (const quirk of names) expect(quirkMeaning(quirk)).to.match(/^\S.+: \S.+$/);
    for (const other of ['constructor', '__proto__', 'gone']) expect(quirkMeaning(other)).to.equal(other);
  });
});
