import { expect } from 'chai';
import { createUsers } from '../../../src/admin/people/create.ts';
import { deactivateUser, editUser, reactivateUser } from '../../../src/admin/people/edit.ts';
import { appointFirst } from '../../../src/admin/people/primaryAdmin.ts';
import { removalOf, removeUser } from '../../../src/admin/people/remove.ts';
import { shownUser } from '../../../src/admin/people/shown.ts';
import { Refusal } from '../../../src/admin/errors.ts';
import { DomainError } from '../../../src/domain/errors.ts';
import { storeOn } from '../../storage/store.ts';
import { portsOver } from '../../../src/protocol.ts';
import { connect } from '../../../src/storage/connect.ts';
import { testRegistry } from '../../support/schemas.ts';
import { broken, draft, forSuite, madeIn, type Organization } from './organization.ts';

const password = 'correct horse battery staple';

describe('Primary Admins', function () {
  this.timeout(60_000);
  let org: Organization;
  forSuite((opened) => {
    org = opened;
  });

  const appoint = async (userName: string, more: { readonly password?: string } = {}) =>
    shownUser(await appointFirst(org.ports, org.asker(), { profile: { userName }, ...more }));
  const another = async () => {
    const rights = { primaryRole: 'primary-admin' } as const;
    return madeIn(org, draft(undefined, { rights }));
  };
  const outcome = (doing: Promise<unknown>) =>
    doing.then(
      () => 'done',
      (error: unknown) => {
        if (error instanceof DomainError) return error.violation.rule;
        if (error instanceof Refusal) return error.said.key;
        throw error;
      },
    );

  it('begin with the first, who is created with a password or invited', async () => {
    expect(await org.users()).to.equal(0);
    const first = await appoint('root@example.com', { password });
    expect(first).to.include({ status: 'active', primaryRole: 'primary-admin', administrative: true });
    expect(await org.primaryAdmins()).to.equal(1);
    expect((await org.entries(first.id))[0]?.act).to.equal('appoint');
    org.begin();
    expect(await appoint('root@example.com')).to.include({ status: 'invited' });
  });

  it('begin with somebody who is there, where he has that login', async () => {
    const [there] = await createUsers(org.ports, org.asker(), [draft('alice@example.com', { begins: 'prepared' })]);
    const first = await appoint('Alice@example.com');
    expect([first.id, first.status, first.primaryRole]).to.deep.equal([there?.state.id, 'prepared', 'primary-admin']);
  });

  it('can act: nobody is appointed who is deactivated', async () => {
    const [there] = await createUsers(org.ports, org.asker(), [draft('alice@example.com')]);
    await deactivateUser(org.ports, org.asker(), there?.state.id ?? '');
    expect(await outcome(appoint('alice@example.com'))).to.equal('wrong-status');
    expect(await org.primaryAdmins()).to.equal(0);
  });

  it('appoint each other from then on: there is one first, whoever appoints at once', async () => {
    const names = Array.from({ length: 6 }, (_, at) => `root${String(at)}@example.com`);
    const outcomes = await Promise.all(names.map((name) => outcome(appoint(name))));
    expect(outcomes.filter((each) => each === 'done')).to.have.length(1);
    expect(outcomes.filter((each) => each === 'primary-admin.there')).to.have.length(5);
    expect([await org.users(), await org.primaryAdmins()]).to.deep.equal([1, 1]);
    await another();
    expect(await org.primaryAdmins()).to.equal(2);
  });

  /** The ways by which a Primary Admin would cease to be one. */
  const ways: readonly [about: string, act: (id: string, ports?: Organization['ports']) => Promise<unknown>][] = [
    ['removed', (id, ports = org.ports) => removeUser(ports, org.asker(), id)],
    ['deactivated', (id, ports = org.ports) => deactivateUser(ports, org.asker(), id)],
    ['demoted', (id, ports = org.ports) => editUser(ports, org.asker(), id, { rights: { primaryRole: 'admin' } })],
  ];

  for (const [about, act] of ways)
    it(`keep the last one from being ${about}`, async () => {
      const { id } = await appoint('root@example.com', { password });
      expect(await broken(act(id))).to.equal('last-primary-admin');
      expect(await broken(removalOf(org.ports, org.asker(), id))).to.equal('last-primary-admin');
      const second = await another();
      expect(await broken(act(second))).to.equal(undefined);
      expect(await broken(act(id))).to.equal('last-primary-admin');
      expect(await org.primaryAdmins()).to.equal(1);
    });

  for (const [one, first] of ways)
    for (const [other, second] of ways)
      it(`keep one of two, where one is ${one} and the other ${other} at once`, async () => {
        const { id } = await appoint('root@example.com', { password });
        const ids = [id, await another()] as const;
        // Two processes: nothing that one of them knows tells the other.
        const elsewhere = await connect(org.store.uri);
        try {
          const ports = { deciding: { ...portsOver(elsewhere, testRegistry()), work: storeOn(elsewhere).work } };
          const outcomes = await Promise.all([outcome(first(ids[0])), outcome(second(ids[1], ports))]);
          expect(outcomes).to.have.members(['done', 'last-primary-admin']);
          expect(await org.primaryAdmins()).to.equal(1);
        } finally {
          await elsewhere.close();
        }
      });

  it('count those who can act: one who is deactivated keeps nobody else', async () => {
    const { id } = await appoint('root@example.com', { password });
    const second = await another();
    await deactivateUser(org.ports, org.asker(), second);
    expect(await broken(deactivateUser(org.ports, org.asker(), id))).to.equal('last-primary-admin');
    await reactivateUser(org.ports, org.asker(), second);
    await deactivateUser(org.ports, org.asker(), id);
    expect(await org.primaryAdmins()).to.equal(1);
  });

  it('alone appoint Primary Admins: a key that may do less gives no such role', async () => {
    const rights = { primaryRole: 'primary-admin' } as const;
    const key = org.asker(['users.manage', 'admins.manage']);
    expect(await broken(createUsers(org.ports, key, [draft(undefined, { rights })]))).to.equal('not-allowed');
    const small = appointFirst(org.ports, org.asker(['users.manage']), { profile: { userName: 'a@example.com' } });
    expect(await broken(small)).to.equal('not-allowed');
  });
});
