import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { hasTest } from './support/shown.ts';

/** What went wrong in a system like this one. */
interface Hazard {
  readonly hazard: string;
  /** The tests that show that it can't happen here: `file: name`. */
  readonly shown?: readonly string[];
  /** Why it isn't shown, or not all of it. */
  readonly waits?: string;
}

const hazards = JSON.parse(readFileSync(new URL('hazards.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, Hazard>>>
>;

/** How many hazards of each kind are known: none gets lost. */
const known = {
  standards: 9,
  libraries: 7,
  servers: 18,
  'lost data': 5,
  filters: 20,
  PATCH: 16,
  'the frame': 17,
};

describe('What went wrong elsewhere', () => {
  it('is listed, each hazard once', () => {
    const counts = Object.entries(hazards).map(([kind, rows]) => [kind, Object.keys(rows).length]);
    expect(Object.fromEntries(counts)).to.deep.equal(known);
  });

  for (const [kind, rows] of Object.entries(hazards))
    it(`is shown not to happen here, or waits for a reason: ${kind}`, () => {
      for (const [name, { hazard, shown = [], waits = '' }] of Object.entries(rows)) {
        expect(hazard, name).to.match(/^\S.{5}/);
        expect(shown.length > 0 || waits.length > 10, name).to.equal(true);
        for (const test of shown) expect(hasTest(test), `${name} is shown by ${test}`).to.equal(true);
      }
    });
});
