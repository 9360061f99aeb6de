import { createHash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Six letters that catch misspellings. */
export function checksum(text: string): string {
  let rest = crc32(text);
  let written = '';
  for (let place = 0; place < 6; place += 1) {
    written = digits.charAt(rest % digits.length) + written;
    rest = Math.floor(rest / digits.length);
  }
  return written;
}

/** Whether a text ends with the checksum of what comes before. */
export const isSpeltWell = (text: string): boolean => checksum(text.slice(0, -6)) === text.slice(-6);

/** What is kept of a secret text of 256 random bits, which no dictionary has. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Compares digests in a time that says nothing of where they differ. */
export function sameDigest(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')];
  // Digests have one length; a stored one that hasn't matches nothing, where timingSafeEqual would throw.
  return one.length === 32 && one.length === other.length && timingSafeEqual(one, other);
}
