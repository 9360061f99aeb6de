import { expect } from 'chai';
import { connectionLog, createConnection, listConnections, pause, resume } from '../../src/admin/connections.ts';
import type { ConnectionRequest } from '../../src/admin/connections.ts';
import { Refusal } from '../../src/admin/errors.ts';
import { createTenant, listTenants } from '../../src/admin/tenants.ts';
import { createToken, listTokens, revokeToken } from '../../src/admin/tokens.ts';
import { scimBaseUrl, site } from '../support/administration.ts';
import type { Process, Site } from '../support/administration.ts';

const usual: ConnectionRequest = {
  name: 'okta',
  kind: 'okta',
  dialect: 'lenient',
  scopes: ['users:read', 'users:write', 'groups:read', 'groups:write'],
  adopt: 'none',
};

async function refused(work: Promise<unknown>): Promise<string> {
  const outcome = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(outcome).to.be.instanceOf(Refusal);
  return (outcome as Refusal).message;
}

describe('admin', () => {
  let here: Site;
  let one: Process;
  let other: Process;

  before(async () => {
    here = await site();
    [one, other] = await Promise.all([here.process(), here.process()]);
  });

  after(async () => {
    await Promise.all([one.close(), other.close()]);
    await here.drop();
  });

  describe('tenants', () => {
    it('without one, there is nothing to choose', async () => {
      expect(await refused(listConnections(one.ports, undefined))).to.contain('create one first');
    });

    it('the only one need not be named', async () => {
      const acme = await createTenant(one.ports, '  Acme ');
      expect(acme).to.include({ name: 'Acme', createdBy: 'test' });
      expect(await listConnections(one.ports, undefined)).to.deep.equal([]);
    });

    it('one of several has to be, by name or id', async () => {
      const globex = await createTenant(one.ports, 'Globex');
      expect(await refused(listConnections(one.ports, undefined))).to.contain('say which');
      for (const named of [globex.id, globex.id.toUpperCase(), 'Globex', 'GLOBEX '])
        expect(await listConnections(one.ports, named), named).to.deep.equal([]);
      expect(await refused(listConnections(one.ports, 'initech'))).to.contain("no tenant 'initech'");
    });

    it('a name is given once, however it is spelt, whoever is faster', async () => {
      expect(await refused(createTenant(one.ports, 'ACME'))).to.contain('already');
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, at) => createTenant(at % 2 ? one.ports : other.ports, at % 3 ? 'race' : 'RACE')),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    });

    it('are listed in the order of their names', async () => {
      expect((await listTenants(other.ports)).map(({ name }) => name.toLowerCase())).to.deep.equal([
        'acme',
        'globex',
        'race',
      ]);
    });

    for (const name of ['', 'x'.repeat(101), 'a\nb', 'system', '2819c223-7f76-453a-919d-413861904646'])
      it(`${JSON.stringify(name.slice(0, 40))} is refused as a name`, async () => {
        expect(await refused(createTenant(one.ports, name))).to.match(/: \w/);
      });
  });

  describe('connections', () => {
    it('a new one comes with the base URL and a token that is shown this once', async () => {
      const made = await createConnection(one.ports, { ...usual, tenant: 'acme' });
      expect(made).to.include({
        name: 'okta',
        kind: 'okta',
        dialect: 'lenient',
        adopt: 'none',
        paused: false,
        scimBaseUrl,
      });
      expect(made.token).to.match(/^scim_/);
      const kept = JSON.stringify(await one.db.collection('tokens').find().toArray());
      expect(kept).not.to.contain(made.token);
      expect(kept).not.to.contain(made.token.split('_')[2]?.slice(0, 64));
      const [listed] = await listTokens(one.ports, { tenant: 'acme', connection: 'okta' });
      expect(listed).to.include({ id: made.token.split('_')[1], state: 'live', createdBy: 'test' });
      expect(JSON.stringify(listed)).not.to.contain('digest');
    });

    it('names are unique in a tenant, and free in another', async () => {
      expect(await refused(createConnection(one.ports, { ...usual, tenant: 'acme', name: 'OKTA' }))).to.contain(
        'already',
      );
      expect(await createConnection(one.ports, { ...usual, tenant: 'globex' })).to.include({ name: 'okta' });
    });

    it('one that is refused leaves no token behind', async () => {
      const before = await one.db.collection('tokens').countDocuments();
      await refused(createConnection(one.ports, { ...usual, tenant: 'acme' }));
      expect(await one.db.collection('tokens').countDocuments()).to.equal(before);
    });

    it('scopes are checked', async () => {
      const wish = { ...usual, tenant: 'acme', name: 'scoped' };
      expect(await refused(createConnection(one.ports, { ...wish, scopes: ['users:read', 'bulk'] }))).to.contain(
        "'bulk'",
      );
      expect(await refused(createConnection(one.ports, { ...wish, scopes: [] }))).to.contain('At least one');
      expect(await createConnection(one.ports, { ...wish, scopes: ['users:read'] })).to.deep.include({
        scopes: ['users:read'],
      });
    });

    it('one is paused and resumed, by name or id, as often as one likes', async () => {
      const choice = { tenant: 'acme', connection: 'Okta' };
      expect(await pause(one.ports, choice)).to.include({ name: 'okta', paused: true });
      const { id, paused } = await pause(other.ports, choice);
      expect(paused).to.equal(true);
      expect(await resume(one.ports, { tenant: 'acme', connection: id })).to.include({ id, paused: false });
      expect(await resume(one.ports, choice)).to.include({ id, paused: false });
    });

    it("another tenant's connection is an unknown one", async () => {
      const [theirs] = await listConnections(one.ports, 'globex');
      const choice = { tenant: 'acme', connection: theirs?.id ?? '' };
      const unknown = { tenant: 'acme', connection: '2819c223-7f76-453a-919d-413861904646' };
      for (const use of [pause, resume, listTokens, createToken] as const)
        expect((await refused(use(one.ports, choice))).replace(choice.connection, '')).to.equal(
          (await refused(use(one.ports, unknown))).replace(unknown.connection, ''),
        );
      expect((await listConnections(one.ports, 'globex'))[0]).to.deep.equal(theirs);
    });
  });

  describe('tokens', () => {
    const choice = { tenant: 'acme', connection: 'rotating' };

    before(async () => {
      await createConnection(one.ports, {
        ...usual,
        ...choice,
        name: 'rotating',
        scopes: ['users:read', 'groups:read'],
      });
    });

    it('two live at once, so that one is replaced without a gap; a third is refused until one is revoked', async () => {
      const second = await createToken(one.ports, choice);
      expect(second).to.deep.include({ state: 'live', scopes: ['users:read', 'groups:read'] });
      expect(await refused(createToken(one.ports, choice))).to.contain('revoke one first');
      const first = (await listTokens(one.ports, choice)).at(-1);
      expect(await revokeToken(one.ports, { tenant: 'acme', id: first?.id ?? '' })).to.include({ state: 'revoked' });
      const third = await createToken(one.ports, { ...choice, scopes: ['groups:read'], days: 30 });
      expect(third.scopes).to.deep.equal(['groups:read']);
      expect(third.expiresAt.getTime() - third.createdAt.getTime()).to.equal(30 * 86_400_000);
      expect((await listTokens(one.ports, choice)).map(({ state }) => state)).to.deep.equal([
        'live',
        'live',
        'revoked',
      ]);
    });

    it('revoking again changes nothing', async () => {
      const revoked = (await listTokens(one.ports, choice)).find(({ state }) => state === 'revoked');
      const again = await revokeToken(other.ports, { tenant: 'acme', id: revoked?.id ?? '' });
      expect(again).to.deep.equal(revoked);
    });

    it('one may not do more than its connection, nor live for ever', async () => {
      expect(await refused(createToken(one.ports, { ...choice, scopes: ['users:write'] }))).to.contain('users:write');
      for (const days of [0, 1.5, 100_000])
        expect(await refused(createToken(one.ports, { ...choice, days }))).to.contain('1 to 730');
    });

    it("another tenant's token is an unknown one", async () => {
      const [theirs] = await listTokens(one.ports, { tenant: 'globex', connection: 'okta' });
      const id = theirs?.id ?? '';
      expect(await refused(revokeToken(one.ports, { tenant: 'acme', id }))).to.contain('no token');
      expect((await listTokens(one.ports, { tenant: 'globex', connection: 'okta' }))[0]).to.deep.equal(theirs);
    });

    it('an expired one makes room', async () => {
      const name = 'expiring';
      await createConnection({ ...one.ports, now: () => new Date(0) }, { ...usual, tenant: 'acme', name });
      await createToken(one.ports, { tenant: 'acme', connection: name });
      await createToken(one.ports, { tenant: 'acme', connection: name });
      expect(
        (await listTokens(one.ports, { tenant: 'acme', connection: name })).map(({ state }) => state),
      ).to.deep.equal([...['live', 'live', 'expired']]);
      expect(await refused(createToken(one.ports, { tenant: 'acme', connection: name }))).to.contain('most');
    });

    it('never more than two live, however many are made at once by two processes, while others are revoked', async () => {
      const name = 'racing';
      await createConnection(one.ports, { ...usual, tenant: 'acme', name });
      const racing = { tenant: 'acme', connection: name };
      for (let round = 0; round < 10; round += 1) {
        const live = (await listTokens(one.ports, racing)).filter(({ state }) => state === 'live');
        const revoking = live.slice(0, 1 + (round % 2));
        const making = Promise.allSettled(
          Array.from({ length: 20 }, (_, at) => createToken(at % 2 ? one.ports : other.ports, racing)),
        );
        await Promise.all(revoking.map(({ id }) => revokeToken(one.ports, { tenant: 'acme', id })));
        for (const made of await making) if (made.status === 'rejected') expect(made.reason).to.be.instanceOf(Refusal);
        const states = (await listTokens(one.ports, racing)).map(({ state }) => state);
        expect(states.filter((state) => state === 'live').length, `round ${String(round)}`).to.be.at.most(2);
      }
      await Promise.allSettled([createToken(one.ports, racing), createToken(one.ports, racing)]);
      expect((await listTokens(one.ports, racing)).filter(({ state }) => state === 'live')).to.have.length(2);
    });
  });

  describe('log', () => {
    it('the log is read with the connection it is of', async () => {
      expect(await connectionLog(one.ports, { tenant: 'acme', connection: 'okta' }, { limit: 10 })).to.deep.equal([]);
      const before = 'nothing';
      expect(
        await refused(connectionLog(one.ports, { tenant: 'acme', connection: 'okta' }, { limit: 10, before })),
      ).to.contain("'nothing' is no row");
    });
  });
});
