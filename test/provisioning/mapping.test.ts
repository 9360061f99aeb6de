import { expect } from 'chai';
import { recorded } from '../../src/domain/journal.ts';
import { contentOf, groupsOf, membersOf, toStored } from '../../src/provisioning/mapping.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import type { Chunks, Json } from '../../src/scim/types.ts';
import { testCaller } from '../support/callers.ts';
import { memberOf, newState } from '../support/changes.ts';

const at = new Date('2026-01-01T00:00:00Z');
const [okta, entra] = [testCaller({ connection: 'okta' }), testCaller({ connection: 'entra' })];
const ann = { ...newState(tenantId('acme'), 'User', 'ann', at), externalIds: { okta: 'o-1', ping: 'p-1' } };

describe('SCIM said in the words of the domain, and back', () => {
  it('shows a connection the external id that it set, and no other', () => {
    expect(toStored(ann, okta).attributes).to.deep.equal({ externalId: 'o-1', userName: 'ann' });
    expect(toStored(ann, entra).attributes).to.deep.equal({ userName: 'ann' });
    expect(toStored(ann, entra, { groups: [] })).to.deep.include({
      id: ann.id,
      version: 1,
      created: at,
      lastModified: at,
    });
  });

  it('keeps the external ids of other connections, and takes back the own one where it is left out', () => {
    const ids = (attributes: Record<string, Json>, caller = okta) =>
      contentOf(attributes, 'userName', caller, ann).content.externalIds;
    expect(ids({ userName: 'ann', externalId: 'o-2' })).to.deep.equal({ okta: 'o-2', ping: 'p-1' });
    expect(ids({ userName: 'ann' })).to.deep.equal({ ping: 'p-1' });
    expect(ids({ userName: 'ann', externalId: 'e-1' }, entra)).to.deep.equal({
      okta: 'o-1',
      ping: 'p-1',
      entra: 'e-1',
    });
  });

  it('keeps a password apart from all else', () => {
    const { content, password } = contentOf({ userName: 'ann', password: 'secret' }, 'userName', okta);
    expect([password, content.name]).to.deep.equal(['secret', 'ann']);
    expect(JSON.stringify(content)).not.to.include('secret');
    expect(contentOf({ active: true }, 'userName', okta)).to.deep.equal({
      content: { name: '', externalIds: {}, attributes: { active: true } },
      password: undefined,
    });
  });

  it('tells the journal what differs, external ids too, and of a password only that there is a new one', () => {
    const { content } = contentOf({ userName: 'anna', externalId: 'o-1' }, 'userName', okta, ann);
    expect(recorded(ann, content, 'secret')).to.deep.equal([
      { path: 'userName', before: 'ann', after: 'anna' },
      { path: 'password' },
    ]);
    expect(recorded({ ...ann, owner: undefined }, { ...ann, owner: 'okta' }, undefined)).to.deep.equal([
      { path: 'owner', after: 'okta' },
    ]);
    expect(recorded(undefined, ann, undefined)).to.deep.equal([
      { path: 'userName', after: 'ann' },
      { path: 'externalIds', after: { okta: 'o-1', ping: 'p-1' } },
    ]);
    expect(recorded(ann, { ...ann, externalIds: {} }, undefined).map(({ path }) => path)).to.deep.equal([
      'externalIds',
    ]);
  });

  it('shows groups and members only where there are some', () => {
    expect([groupsOf([]), membersOf([])]).to.deep.equal([{}, {}]);
    expect(groupsOf([{ group: 'g', name: 'Ops', how: 'indirect' }])).to.deep.equal({
      groups: [{ value: 'g', display: 'Ops', type: 'indirect' }],
    });
    expect(membersOf([memberOf('u'), memberOf('g', 'Group')])).to.deep.equal({
      members: [
        { value: 'u', type: 'User' },
        { value: 'g', type: 'Group' },
      ],
    });
  });

  it('hands on members as they come', async () => {
    async function* coming() {
      yield [memberOf('a')];
      yield await Promise.resolve([memberOf('b'), memberOf('c')]);
    }
    const sizes: number[] = [];
    for await (const chunk of membersOf(coming())['members'] as Chunks<Json>) sizes.push(chunk.length);
    expect(sizes).to.deep.equal([1, 2]);
  });
});
