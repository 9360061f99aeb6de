import { expect } from 'chai';
import fc from 'fast-check';
import { tokenFormat } from '../../src/credentials/tokens.ts';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const hex = '0123456789abcdef';

describe('credentials/tokens', () => {
  it('writes scim_<16-byte selector>_<32-byte secret><checksum>', () => {
    const { text, selector } = tokenFormat.issue();
    expect(text).to.match(/^scim_[0-9a-f]{32}_[0-9a-f]{64}[0-9A-Za-z]{6}$/);
    expect(text.split('_')[1]).to.equal(selector);
  });

  it('reads back what it issued, and never issues the same twice', () => {
    const texts = new Set<string>();
    for (let n = 0; n < 2_000; n += 1) {
      const { text, selector, digest } = tokenFormat.issue();
      expect(tokenFormat.parse(text)).to.deep.equal({ selector, digest });
      texts.add(text);
    }
    expect(texts.size).to.equal(2_000);
  });

  it('keeps a digest that tells nothing of the secret', () => {
    const { text, digest } = tokenFormat.issue();
    expect(digest).to.match(/^[0-9a-f]{64}$/);
    expect(text).not.to.contain(digest);
  });

  it('refuses every token with one character changed', () => {
    const { text } = tokenFormat.issue();
    for (let at = 0; at < text.length; at += 1)
      for (const other of base62 + '_-%. \n')
        if (other !== text[at])
          expect(
            tokenFormat.parse(text.slice(0, at) + other + text.slice(at + 1)),
            `${other} at ${String(at)}`,
          ).to.equal(undefined);
  });

  const token = fc.constant(undefined).map(() => tokenFormat.issue().text);
  const places = (text: string) => fc.integer({ min: 0, max: text.length });

  it('refuses every token that was cut, lengthened, reordered or misspelt in several places', () => {
    const mutated = token.chain((text) =>
      fc
        .oneof(
          places(text).map((at) => text.slice(0, at)),
          places(text).map((at) => text.slice(at)),
          fc.string({ minLength: 1, maxLength: 8 }).map((more) => text + more),
          fc.string({ minLength: 1, maxLength: 8 }).map((more) => more + text),
          fc.tuple(places(text), places(text)).map(([a, b]) => text.slice(a) + text.slice(b, a) + text.slice(0, b)),
          fc
            .array(fc.tuple(places(text), fc.constantFrom(...Array.from(hex))), { minLength: 1, maxLength: 10 })
            .map((changes) =>
              changes.reduce((changed, [at, digit]) => changed.slice(0, at) + digit + changed.slice(at + 1), text),
            ),
          fc.constant(text.toUpperCase()),
          fc.constant(` ${text}`),
          fc.constant(`${text}\n`),
        )
        .filter((changed) => changed !== text),
    );
    fc.assert(
      fc.property(mutated, (changed) => {
        expect(tokenFormat.parse(changed)).to.equal(undefined);
      }),
      { numRuns: 20_000 },
    );
  });

  it('refuses whatever else is sent', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', 'non-token', 'scim_', 'scim__')),
        (text) => {
          expect(tokenFormat.parse(text)).to.equal(undefined);
        },
      ),
      { numRuns: 5_000 },
    );
    for (const notText of [undefined, null, 7, {}, { $ne: null }, ['a']])
      expect(tokenFormat.parse(notText as never)).to.equal(undefined);
  });

  it('is not slowed by long input', () => {
    const before = performance.now();
    expect(tokenFormat.parse('scim_' + '0'.repeat(10_000_000))).to.equal(undefined);
    expect(performance.now() - before).to.be.lessThan(100);
  });

  it('draws every digit of selector and secret equally often', () => {
    const seen = new Map<string, number>();
    for (let n = 0; n < 3_000; n += 1)
      for (const digit of tokenFormat.issue().text.slice(5, 102).replace('_', ''))
        seen.set(digit, (seen.get(digit) ?? 0) + 1);
    const expected = (3_000 * 96) / 16;
    const chiSquare = Array.from(hex).reduce(
      (sum, digit) => sum + ((seen.get(digit) ?? 0) - expected) ** 2 / expected,
      0,
    );
    // 15 degrees of freedom: a fair source exceeds 52.7 once in 200,000 runs.
    expect(chiSquare).to.be.lessThan(52.7);
  });

  it('compares digests, and takes nothing malformed for one', () => {
    const [one, other] = [tokenFormat.issue().digest, tokenFormat.issue().digest];
    expect(tokenFormat.same(one, one)).to.equal(true);
    expect(tokenFormat.same(one, other)).to.equal(false);
    for (const malformed of ['', 'zz', one.slice(2), `${one}00`]) {
      expect(tokenFormat.same(malformed, malformed)).to.equal(false);
      expect(tokenFormat.same(one, malformed)).to.equal(false);
    }
  });
});
