import { randomBytes } from 'node:crypto';
import type { TokenFormat } from '../domain/tokens.ts';
import { checksum, digestOf, isSpeltWell, sameDigest } from './secretTexts.ts';

// scim_<selector: 16 bytes>_<secret: 32 bytes><checksum: 6 of base 62>. Hexadecimal has no bias and no separator in it.
const shape = /^scim_([\da-f]{32})_[\da-f]{64}[\dA-Za-z]{6}$/;
const length = 'scim_'.length + 32 + 1 + 64 + 6;

/** How a token is written: recognisable by its prefix, misspellings caught by its checksum, 256 secret bits. */
export const tokenFormat: TokenFormat = {
  issue() {
    const selector = randomBytes(16).toString('hex');
    const body = `scim_${selector}_${randomBytes(32).toString('hex')}`;
    const text = body + checksum(body);
    return { text, selector, digest: digestOf(text) };
  },

  parse(text) {
    if (typeof text !== 'string' || text.length !== length) return undefined;
    const selector = shape.exec(text)?.[1];
    if (selector === undefined || !isSpeltWell(text)) return undefined;
    return { selector, digest: digestOf(text) };
  },

  same: sameDigest,
};
