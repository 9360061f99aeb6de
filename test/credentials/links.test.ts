import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { links } from '../../src/credentials/links.ts';
import { seals } from '../../src/credentials/seals.ts';
import { tenantId } from '../../src/domain/tenants.ts';

const secret = new Uint8Array(32).fill(7);
const made = links(seals(() => Promise.resolve(secret), 'invitations'));
const acme = tenantId('acme');

describe('Links of invitations', () => {
  it('say whose invitation they are of, and are known by their digest alone', async () => {
    const invitation = randomUUID();
    const { digest, sealed } = await made.issue(acme, invitation);
    const text = (await made.open(acme, invitation, sealed)) ?? '';
    const presented = made.parse(text);
    expect(presented).to.deep.equal({ tenant: 'acme', invitation, digest });
    expect(made.same(digest, presented?.digest ?? '')).to.equal(true);
    expect(text).to.match(/^rci_acme_[\da-f-]{36}_[\da-f]{64}[\dA-Za-z]{6}$/);
  });

  it('are never twice the same', async () => {
    const invitation = randomUUID();
    const [one, other] = await Promise.all([made.issue(acme, invitation), made.issue(acme, invitation)]);
    expect(made.same(one.digest, other.digest)).to.equal(false);
  });

  it('are sealed for their invitation, their tenant and their deployment', async () => {
    const invitation = randomUUID();
    const { sealed } = await made.issue(acme, invitation);
    expect(await made.open(acme, randomUUID(), sealed)).to.equal(undefined);
    expect(await made.open(tenantId('other'), invitation, sealed)).to.equal(undefined);
    const elsewhere = links(seals(() => Promise.resolve(new Uint8Array(32).fill(8)), 'invitations'));
    expect(await elsewhere.open(acme, invitation, sealed)).to.equal(undefined);
  });

  it('are nothing else than what was issued, misspelt never', async () => {
    const invitation = randomUUID();
    const hex = 'a'.repeat(64);
    for (const text of [
      '',
      'rci_',
      `rci_acme_${invitation}_${hex}`,
      `scim_${invitation}_${hex}abcdef`,
      'x'.repeat(9e5),
    ])
      expect(made.parse(text), text.slice(0, 60)).to.equal(undefined);
    const text = (await made.open(acme, invitation, (await made.issue(acme, invitation)).sealed)) ?? '';
    expect(made.parse(text)).to.not.equal(undefined);
    for (const other of [`${text}a`, text.slice(1), text.replace('acme', 'a b'), text.replace('acme', 'acne')])
      expect(made.parse(other), other).to.equal(undefined);
  });
});
