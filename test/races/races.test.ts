import { expect } from 'chai';
import { adding, removing, tally, type Client } from '../support/client.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** How many processes there are, and how many workers of each. */
const shapes: readonly (readonly [name: string, processes: number, workers: string])[] = [
  ['1 process', 1, '1'],
  ['2 processes', 2, '1'],
  ['2 workers of a process', 1, '2'],
];

for (const [name, processes, workers] of shapes)
  describe(`Races through ${name}`, function () {
    this.timeout(240_000);
    let fleet: Fleet;
    let client: Client & { readonly tenantId: string };

    before(async () => {
      fleet = await startFleet(processes, { WORKERS: workers });
    });
    after(() => fleet.stop());
    beforeEach(async () => {
      client = await fleet.tenant();
    });
    afterEach(() => {
      client.close();
    });

    it('200 parallel PATCHes that each add another member leave 200 members', async () => {
      const users = await Promise.all(times(200, (at) => client.createUser(`user${at}`)));
      const group = await client.createGroup('group');
      const answers = await Promise.all(users.map((id) => client.patch(`/Groups/${group}`, [adding(id)])));
      expect(tally(answers)).to.deep.equal({ 204: 200 });
      expect(await client.members(group)).to.have.members(users);
      const versions = answers.map(({ headers }) => headers['etag']);
      expect(new Set(versions)).to.have.lengthOf(200);
    });

    it('200 removals and 200 additions at once leave exactly the right 200', async () => {
      const users = await Promise.all(times(400, (at) => client.createUser(`user${at}`)));
      const [leaving, joining] = [users.slice(0, 200), users.slice(200)];
      const group = await client.createGroup('group', leaving);
      const answers = await Promise.all([
        ...leaving.map((id) => client.patch(`/Groups/${group}`, [removing(id)])),
        ...joining.map((id) => client.patch(`/Groups/${group}`, [adding(id)])),
      ]);
      expect(tally(answers)).to.deep.equal({ 204: 400 });
      expect(await client.members(group)).to.have.members(joining);
    });

    it('of 100 parallel identical POSTs one is created and 99 are refused as taken', async () => {
      const answers = await Promise.all(
        times(100, () => client.request('POST', '/Users', { userName: 'kim@corp.example' })),
      );
      expect(tally(answers)).to.deep.equal({ 201: 1, 409: 99 });
      const groups = await Promise.all(times(100, () => client.request('POST', '/Groups', { displayName: 'Ops' })));
      expect(tally(groups)).to.deep.equal({ 201: 1, 409: 99 });
      for (const { body, status } of answers)
        if (status === 409) expect(body).to.include({ scimType: 'uniqueness', status: '409' });
    });

    it('of twenty PATCHes of a user with one If-Match at most one succeeds', async () => {
      for (let round = 0; round < 20; round += 1) {
        const user = await client.createUser(`user${round}`);
        const answers = await Promise.all(
          times(20, (at) =>
            client.patch(`/Users/${user}`, [{ op: 'replace', path: 'nickName', value: `n${at}` }], {
              'If-Match': 'W/"1"',
            }),
          ),
        );
        expect(tally(answers)).to.deep.equal({ 200: 1, 412: 19 });
      }
    });

    it('of twenty PATCHes of a group with one If-Match at most one succeeds while members join', async () => {
      const users = await Promise.all(times(100, (at) => client.createUser(`user${at}`)));
      let succeeded = 0;
      for (let round = 0; round < 20; round += 1) {
        const group = await client.createGroup(`group ${round}`);
        const { headers } = await client.request('GET', `/Groups/${group}`);
        const version = String(headers['etag']);
        const joins = users.map((id) => client.patch(`/Groups/${group}`, [adding(id)]));
        const guarded = times(20, (at) =>
          client.patch(`/Groups/${group}`, [{ op: 'replace', path: 'displayName', value: `name ${round} ${at}` }], {
            'If-Match': version,
          }),
        );
        const counts = tally(await Promise.all(guarded));
        succeeded += counts[204] ?? 0;
        expect(counts[204] ?? 0).to.be.at.most(1);
        expect((counts[204] ?? 0) + (counts[412] ?? 0)).to.equal(20);
        expect(tally(await Promise.all(joins))).to.deep.equal({ 204: 100 });
        expect(await client.members(group)).to.have.lengthOf(100);
      }
      expect(succeeded).to.be.at.least(0);
    });

    it('adding a member while that user is deleted leaves no orphan, 1,000 times', async () => {
      const group = await client.createGroup('group');
      await rounds(1_000, 25, async (at) => {
        const user = await client.createUser(`user${at}`);
        const [add, remove] = await Promise.all([
          client.patch(`/Groups/${group}`, [adding(user)]),
          client.request('DELETE', `/Users/${user}`),
        ]);
        expect(add.status).to.equal(204);
        expect(remove.status).to.equal(204);
      });
      expect(await client.members(group)).to.have.lengthOf(0);
      expect(await orphans(fleet, client.tenantId)).to.deep.equal([]);
    });

    it('adding 150 members while some of them are deleted leaves no orphan, 40 times', async () => {
      const staff = await Promise.all(times(145, (at) => client.createUser(`stays${at}`)));
      const groups = await Promise.all(times(4, (at) => client.createGroup(`group ${at}`)));
      await rounds(40, 4, async (at) => {
        const leavers = await Promise.all(times(5, (more) => client.createUser(`leaves${at} ${more}`)));
        const group = groups[at % groups.length] ?? '';
        const [add, ...removals] = await Promise.all([
          client.patch(`/Groups/${group}`, [adding(...staff, ...leavers)]),
          ...leavers.map((user) => client.request('DELETE', `/Users/${user}`)),
        ]);
        expect(tally([add, ...removals])).to.deep.equal({ 204: 6 });
        expect((await client.patch(`/Groups/${group}`, [removing(...staff)])).status).to.equal(204);
      });
      for (const group of groups) expect(await client.members(group)).to.have.lengthOf(0);
      expect(await orphans(fleet, client.tenantId)).to.deep.equal([]);
    });

    it('adding a member while that group is deleted leaves no orphan, 1,000 times', async () => {
      const user = await client.createUser('user');
      await rounds(1_000, 25, async (at) => {
        const group = await client.createGroup(`group ${at}`);
        const [add, remove] = await Promise.all([
          client.patch(`/Groups/${group}`, [adding(user)]),
          client.request('DELETE', `/Groups/${group}`),
        ]);
        expect([204, 404]).to.include(add.status);
        expect(remove.status).to.equal(204);
      });
      const { body } = await client.request('GET', `/Users/${user}`);
      expect(body).not.to.have.property('groups');
    });

    it('A in B while B in A leaves no cycle, 1,000 times', async () => {
      await rounds(1_000, 10, async (at) => {
        const [a, b] = await Promise.all([client.createGroup(`a ${at}`), client.createGroup(`b ${at}`)]);
        const answers = await Promise.all([
          client.patch(`/Groups/${a}`, [adding(b)]),
          client.patch(`/Groups/${b}`, [adding(a)]),
        ]);
        expect(tally(answers)).to.deep.equal({ 204: 1, 400: 1 });
      });
    });
  });

/** Does something so many times, several at once. */
async function rounds(count: number, together: number, run: (at: number) => Promise<void>): Promise<void> {
  for (let at = 0; at < count; at += together) await Promise.all(times(together, (more) => run(at + more)));
}

/** Live edges whose member is no more. */
const orphans = (fleet: Fleet, tenant: string) =>
  fleet.db
    .collection('edges')
    .aggregate([
      { $match: { tenant, live: true } },
      { $lookup: { from: 'resources', localField: 'member', foreignField: '_id', as: 'found' } },
      { $match: { found: [] } },
    ])
    .toArray();
