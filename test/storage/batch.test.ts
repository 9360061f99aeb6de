import { expect } from 'chai';
import type { Unit } from '../../src/domain/changes.ts';
import type { Head, State } from '../../src/domain/states.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { assemble } from '../../src/storage/batch.ts';
import { headCache } from '../../src/storage/heads.ts';
import { memberOf, moving, renaming } from '../support/changes.ts';
import { testTypeOf } from '../support/schemas.ts';

const tenant = tenantId('acme');
const then = new Date('2026-01-01T00:00:00Z');
const now = new Date('2026-01-02T00:00:00Z');

const group: Head = { id: 'group', kind: 'Group', version: 4, revision: 1, generation: 1, modified: then };

const stateOf = (head: Head): State => ({
  ...head,
  tenant,
  owner: undefined,
  name: head.id,
  created: then,
  revised: then,
  externalIds: {},
  attributes: {},
});

const removing = (head: Head, leaves: readonly Head[]): Unit => ({
  changes: [
    {
      tenant,
      removes: { state: stateOf(head), leaves, edges: leaves.length },
      relies: [],
      entry: {
        order: { connection: 'okta', request: 'request' },
        operation: 'remove',
        kind: head.kind,
        resource: head.id,
        differences: [],
      },
    },
  ],
});

describe('A batch of changes', () => {
  /** The heads when somebody else has emptied the group since. */
  const emptiedSince = () => {
    const heads = headCache();
    heads.keep({ ...group, version: 5, generation: 2 });
    return heads;
  };

  it('closes behind a removed group what was opened since its removal was decided', () => {
    const { writes, stale } = assemble([removing(group, [])], emptiedSince(), testTypeOf, now);
    expect(stale).to.deep.equal([]);
    expect(writes.closings).to.deep.equal([{ tenant, group: 'group', below: 3, at: now }]);
  });

  it('closes a version with what it said, whatever of the resource is remembered from before', () => {
    const heads = headCache();
    const before = { ...stateOf(group), name: 'first' };
    const put = (unit: Unit) => {
      const { writes, heads: left } = assemble([unit], heads, testTypeOf, now);
      for (const head of left) heads.keep(head);
      return writes.history;
    };
    expect(put({ changes: [renaming(before, 'second')] }).map(({ name }) => name)).to.deep.equal(['first']);
    put({ changes: [moving(tenant, before, { joins: [memberOf('somebody')] })] });
    // Read after the first of these and before the second.
    const second = { ...before, name: 'second', version: 5, revision: 2, modified: now, revised: now };
    const [closed] = put({ changes: [renaming(second, 'third')] });
    expect(closed).to.include({ name: 'second', version: 6, revision: 2, from: now });
  });

  it('leaves out who is removed from a group that was emptied since, for another decision', () => {
    const user: Head = { ...group, id: 'user', kind: 'User' };
    const removal = removing(user, [group]);
    expect(assemble([removal], headCache(), testTypeOf, now).stale).to.deep.equal([]);
    const { stale, writes } = assemble([removal], emptiedSince(), testTypeOf, now);
    expect(stale).to.deep.equal([removal]);
    expect(writes.resources.updates).to.deep.equal([]);
  });
});
