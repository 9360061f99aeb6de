import { randomBytes } from 'node:crypto';
import type { Links } from '../domain/invitations.ts';
import { tenantId } from '../domain/tenants.ts';
import type { Seals } from './seals.ts';
import { checksum, digestOf, isSpeltWell, sameDigest } from './secretTexts.ts';

// rci_<tenant>_<invitation>_<secret: 32 bytes><checksum: 6 of base 62>. The invitation is a UUID; what follows the tenant has
// one length.
const shape = /^rci_([\w-]{1,64})_([\da-f-]{36})_[\da-f]{64}[\dA-Za-z]{6}$/;
const longest = 'rci_'.length + 64 + 1 + 36 + 1 + 64 + 6;

const contextOf = (tenant: string, invitation: string): string => JSON.stringify([tenant, invitation]);

/**
 * How links of invitations are written: with whose invitation it is, so that it is looked up there and nowhere else, and
 * 256 secret bits. Sealed, they stand in the journal for who sends them.
 */
export const links = (seals: Seals): Links => ({
  async issue(tenant, invitation) {
    const body = `rci_${tenant}_${invitation}_${randomBytes(32).toString('hex')}`;
    const text = body + checksum(body);
    return { digest: digestOf(text), sealed: await seals.seal(text, contextOf(tenant, invitation)) };
  },

  open: (tenant, invitation, sealed) => seals.open(sealed, contextOf(tenant, invitation)),

  parse(text) {
    if (text.length > longest) return undefined;
    const [, tenant, invitation] = shape.exec(text) ?? [];
    if (tenant === undefined || invitation === undefined || !isSpeltWell(text)) return undefined;
    return { tenant: tenantId(tenant), invitation, digest: digestOf(text) };
  },

  same: sameDigest,
});
