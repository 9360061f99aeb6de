import { expect } from 'chai';
import fc from 'fast-check';
import { DomainError } from '../../src/domain/errors.ts';
import type { Grant } from '../../src/domain/grants.ts';
import type { Person } from '../../src/domain/person.ts';
import { teamChanges } from '../../src/domain/personTeams.ts';
import type { Standing } from '../../src/domain/teams.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { newState } from '../support/changes.ts';

const tenant = tenantId('acme');
const order = { connection: 'key:1', request: 'r' };
const ids = ['a', 'b', 'c', 'd'] as const;

/** Teams, and how somebody is in each; those that are not named are not there. */
type Teams = ReadonlyMap<string, Standing>;

const statesOf = (teams: Teams) => ({
  readForMembers: (_: unknown, team: string, [user = '']: readonly string[]) => {
    if (!teams.has(team)) return Promise.resolve(undefined);
    const standing = teams.get(team);
    return Promise.resolve({
      state: { ...newState(tenant, 'Group', team, new Date(0)), id: team },
      known: [],
      present: new Set(standing === undefined ? [] : [user]),
      given: new Map(standing === 'role' || standing === 'both' ? [[user, standing] as const] : []),
    });
  },
  groupsOf: () => {
    const groups = [...teams].flatMap(([id, standing]) =>
      standing === undefined ? [] : [{ ...newState(tenant, 'Group', id, new Date(0)), id }],
    );
    return Promise.resolve({ groups, edges: groups.length });
  },
});

const personIn = (teams: readonly string[]): Person => ({
  status: 'active',
  primaryRole: 'user',
  grants: teams.map((id): Grant => ({ what: 'team', id, origins: [{ by: 'role', ref: 'r' }] })),
});

const byRole = (standing: Standing) => standing === 'role' || standing === 'both';
const byChoice = (standing: Standing) => standing === 'chosen' || standing === 'both';
const entriesOf = (teams: Teams) => [...teams];

/** How he is in the teams after the changes. */
async function after(teams: Teams, roles: readonly string[], chosen: readonly string[] | undefined): Promise<Teams> {
  const before = personIn(entriesOf(teams).flatMap(([id, standing]) => (byRole(standing) ? [id] : [])));
  const moving = { id: 'ann', before, after: personIn(roles), chosen };
  const result = new Map(teams);
  for (const { members, relies, entry } of await teamChanges(statesOf(teams), moving, { tenant, order })) {
    if (!members) throw new Error('a change of members');
    const { joins, leaves, marks = [] } = members;
    for (const { id, via } of joins) {
      expect([id, relies]).to.deep.equal(['ann', ['ann']]);
      result.set(members.group.id, via ?? 'chosen');
    }
    if (leaves.length > 0) result.set(members.group.id, undefined);
    for (const { to } of marks) result.set(members.group.id, to ?? 'chosen');
    expect(entry).to.include({ operation: 'members', resource: members.group.id });
  }
  return result;
}

describe('The teams of a person', () => {
  const standing = fc.constantFrom<Standing>(undefined, 'chosen', 'role', 'both');
  const teams = fc
    .tuple(standing, standing, standing, standing)
    .map((all) => new Map(ids.map((id, at) => [id, all[at]])));
  const some = fc.subarray([...ids]);

  it('are those that his roles bring, and those that are chosen for him', () =>
    fc.assert(
      fc.asyncProperty(teams, some, fc.option(some, { nil: undefined }), async (before, roles, chosen) => {
        const result = await after(before, roles, chosen);
        for (const id of ids) {
          const now = result.get(id);
          expect(byRole(now), id).to.equal(roles.includes(id));
          expect(byChoice(now), id).to.equal(chosen ? chosen.includes(id) : byChoice(before.get(id)));
        }
      }),
    ));

  it('change once each, and not at all where nothing does', async () => {
    const before = new Map<string, Standing>([
      ['a', 'both'],
      ['b', 'role'],
      ['c', 'chosen'],
    ]);
    const moving = { id: 'ann', before: personIn(['a', 'b']), after: personIn(['a', 'b']), chosen: ['a', 'c'] };
    expect(await teamChanges(statesOf(before), moving, { tenant, order })).to.deep.equal([]);
    const all = await teamChanges(statesOf(before), { ...moving, after: personIn([]), chosen: [] }, { tenant, order });
    expect(all.map(({ entry }) => entry.resource)).to.have.members(['a', 'b', 'c']);
    expect(all.map(({ members }) => members?.leavesVia)).to.have.members(['both', 'role', undefined]);
  });

  it('are nothing of what is gone, unless it is chosen', async () => {
    const moving = { id: 'ann', before: undefined, after: personIn(['gone']), chosen: undefined };
    expect(await teamChanges(statesOf(new Map()), moving, { tenant, order })).to.deep.equal([]);
    const choosing = teamChanges(statesOf(new Map()), { ...moving, chosen: ['gone'] }, { tenant, order });
    const error = await choosing.catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(DomainError).with.nested.property('violation.rule', 'unknown');
  });
});
