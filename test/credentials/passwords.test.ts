import { expect } from 'chai';
import { passwords } from '../../src/credentials/passwords.ts';

describe('credentials/passwords', () => {
  const { hashPassword, verifyPassword } = passwords();

  it('keeps argon2id of 19 MiB, two passes and one lane, salted', async () => {
    const [one, other] = await Promise.all([hashPassword('acme', 'p4ssw0rd'), hashPassword('acme', 'p4ssw0rd')]);
    expect(one).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.to.equal(other);
  });

  it('knows the password of a hash, and no other', async () => {
    const kept = await hashPassword('acme', 'p4ssw0rd');
    expect(await verifyPassword('acme', kept, 'p4ssw0rd')).to.equal(true);
    expect(await verifyPassword('acme', kept, 'P4ssw0rd')).to.equal(false);
    expect(await verifyPassword('acme', kept, '')).to.equal(false);
  });

  it('takes two ways to type one password for the same', async () => {
    const kept = await hashPassword('acme', 'caf\u00e9\u00a0noir');
    expect(await verifyPassword('acme', kept, 'cafe\u0301 noir')).to.equal(true);
    expect(await verifyPassword('acme', kept, 'cafe noir')).to.equal(false);
  });
});
