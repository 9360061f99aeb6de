import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { TokenFormat } from '../domain/tokens.ts';

// scim_<selector: 16 bytes>_<secret: 32 bytes><checksum: 6 of base 62>. Hexadecimal has no bias and no separator in it.
const shape = /^scim_([\da-f]{32})_[\da-f]{64}[\dA-Za-z]{6}$/;
const length = 'scim_'.length + 32 + 1 + 64 + 6;
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function checksum(text: string): string {
  let rest = crc32(text);
  let written = '';
  for (let place = 0; place < 6; place += 1) {
    written = digits.charAt(rest % digits.length) + written;
    rest = Math.floor(rest / digits.length);
  }
  return written;
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

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
    if (selector === undefined || checksum(text.slice(0, -6)) !== text.slice(-6)) return undefined;
    return { selector, digest: digestOf(text) };
  },

  same(a, b) {
    const [one, other] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')];
    // Digests have one length; a stored one that hasn't matches nothing, where timingSafeEqual would throw.
    return one.length === 32 && one.length === other.length && timingSafeEqual(one, other);
  },
};
