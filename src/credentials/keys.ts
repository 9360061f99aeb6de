import { randomBytes } from 'node:crypto';
import type { KeyFormat } from '../domain/keys.ts';
import { tenantId } from '../domain/tenants.ts';
import { checksum, digestOf, isSpeltWell, sameDigest } from './secretTexts.ts';

// rck_<tenant>_<selector: 16 bytes>_<secret: 32 bytes><checksum: 6 of base 62>. What follows the tenant has one length.
const shape = /^rck_([\w-]{1,64})_([\da-f]{32})_[\da-f]{64}[\dA-Za-z]{6}$/;
const longest = 'rck_'.length + 64 + 1 + 32 + 1 + 64 + 6;

/** How a key of the admin API is written: it says whose it is, so that it is looked up there and nowhere else. */
export const keyFormat: KeyFormat = {
  issue(tenant) {
    const selector = randomBytes(16).toString('hex');
    const body = `rck_${tenant}_${selector}_${randomBytes(32).toString('hex')}`;
    const text = body + checksum(body);
    return { text, tenant, selector, digest: digestOf(text) };
  },

  parse(text) {
    if (typeof text !== 'string' || text.length > longest) return undefined;
    const [, tenant, selector] = shape.exec(text) ?? [];
    if (tenant === undefined || selector === undefined || !isSpeltWell(text)) return undefined;
    return { tenant: tenantId(tenant), selector, digest: digestOf(text) };
  },

  same: sameDigest,
};
