import { readdirSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
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

  it('fails alone where a hash is none, and goes on', async () => {
    const { verifyPassword: verify } = passwords(1);
    const failed = await verify('acme', 'no hash', 'p4ssw0rd').catch((cause: unknown) => cause);
    expect(failed).to.be.instanceOf(Error);
    expect(await verify('acme', await hashPassword('acme', 'p4ssw0rd'), 'p4ssw0rd')).to.equal(true);
  });

  it('hashes on threads that let everything else go first, on Linux', async function () {
    if (process.platform !== 'linux') this.skip();
    await hashPassword('acme', 'p4ssw0rd');
    const niceness = readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)));
    expect(niceness).to.include(constants.priority.PRIORITY_LOW);
    expect(getPriority()).to.be.below(constants.priority.PRIORITY_LOW);
  });

  it('takes two ways to type one password for the same', async () => {
    const kept = await hashPassword('acme', 'caf\u00e9\u00a0noir');
    expect(await verifyPassword('acme', kept, 'cafe\u0301 noir')).to.equal(true);
    expect(await verifyPassword('acme', kept, 'cafe noir')).to.equal(false);
  });
});
