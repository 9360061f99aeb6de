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
    expect(text).to.match(/^rci_acme_[\da-f-]{36}_[\da-f]{64}$/);
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

  it('are nothing else than what was issued', () => {
    const uuid = randomUUID();
    const hex = 'a'.repeat(64);
    for (const text of [
      '',
      'rci_',
      `rci_acme_${uuid}_${hex}a`,
      `rci_a b_${uuid}_${hex}`,
      `scim_${uuid}_${hex}`,
      'x'.repeat(9e5),
    ])
      expect(made.parse(text), text.slice(0, 60)).to.equal(undefined);
    expect(made.parse(`rci_acme_${uuid}_${hex}`)).to.not.equal(undefined);
  });
});
