import { expect } from 'chai';
import { leniency } from '../../../src/scim/dialects.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { parsePatch } from '../../../src/scim/patch/parse.ts';
import { registry } from '../../../src/scim/schema/registry.ts';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { exchange } from '../../support/exchange.ts';
import { patchOp, refusalOf } from '../../support/patched.ts';
import { schemaFiles, servedSchemaFiles } from '../../support/schemas.ts';

const badge = 'urn:example:schemas:extension:badge:2.0:User';
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';

const attribute = (name: string, other: JsonObject = {}): JsonObject => ({
  name,
  type: 'string',
  multiValued: false,
  description: name,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...other,
});

/** The shipped schemas and an extension of users with what those lack. */
const types = registry(
  [
    ...servedSchemaFiles(),
    {
      id: badge,
      name: 'Badge',
      description: 'A badge',
      attributes: [
        attribute('serial', { mutability: 'immutable' }),
        attribute('tags', { multiValued: true }),
        attribute('desk', { type: 'complex', subAttributes: [attribute('floor'), attribute('room')] }),
        attribute('keys', {
          type: 'complex',
          multiValued: true,
          subAttributes: [attribute('value', { mutability: 'immutable' }), attribute('label')],
        }),
      ],
    },
  ],
  schemaFiles('resource-types').map((file) => {
    const type = file as JsonObject;
    if (type['name'] !== 'User') return type;
    const extensions = type['schemaExtensions'] as Json[];
    return { ...type, schemaExtensions: [...extensions, { schema: badge, required: false }] };
  }),
);

const user = { userName: 'mia', [badge]: { serial: 'A1', tags: ['x', 'Y'], desk: { floor: '1', room: '2' } } };

function patched(...operations: Json[]): Json | undefined {
  const type = types.typeNamed('User');
  if (!type) throw new Error('No User');
  const tally = leniency('lenient');
  return applyPatch(type, user, parsePatch(type, patchOp(...operations), tally), tally, 'id')[badge];
}

describe('An extension of a tenant', () => {
  it('has attributes that PATCH sets once', () => {
    const path = `${badge}:serial`;
    expect(patched({ op: 'add', path, value: 'a1' })).to.deep.equal({ ...user[badge], serial: 'a1' });
    for (const operation of [
      { op: 'replace', path, value: 'B2' },
      { op: 'remove', path },
      { op: 'replace', path: badge, value: { serial: 'B2' } },
    ]) {
      expect(refusalOf(() => patched(operation))).to.equal('400 mutability');
    }
    const renamed = { op: 'add', path: `${badge}:keys[value eq "k"].value`, value: 'l' };
    expect(refusalOf(() => patched({ op: 'add', path: `${badge}:keys`, value: [{ value: 'k' }] }, renamed))).to.equal(
      '400 mutability',
    );
  });

  it('has lists of plain values that PATCH adds to and removes from', () => {
    const path = `${badge}:tags`;
    const tags = (value: Json | undefined): Json | undefined => (value as JsonObject)['tags'];
    expect(tags(patched({ op: 'add', path, value: ['y', 'z'] }))).to.deep.equal(['x', 'Y', 'z']);
    expect(tags(patched({ op: 'remove', path, value: ['y'] }))).to.deep.equal(['x']);
    expect(tags(patched({ op: 'remove', path, value: ['X', 'Y'] }))).to.equal(undefined);
    expect(refusalOf(() => patched({ op: 'remove', path: `${path}[value eq "x"]` }))).to.equal('400 invalidPath');
  });

  it('has complex attributes that PATCH merges, however deep the value names them', () => {
    for (const operation of [
      { op: 'replace', path: badge, value: { desk: { floor: '', room: '3' } } },
      { op: 'replace', value: { [badge]: { Desk: { Floor: null, room: '3' } } } },
    ]) {
      expect(patched(operation)).to.deep.equal({ ...user[badge], desk: { room: '3' } });
    }
  });

  it('has attributes that PUT sets once, and leaves as they are where it does not name them', async () => {
    const send = exchange({}, types);
    const body = { schemas: [core, badge], ...user };
    const { body: created } = await send('POST', '/Users', { body });
    const place = `/Users/${created['id'] as string}`;
    const renamed = await send('PUT', place, { body: { ...body, [badge]: { serial: 'B2' } } });
    expect([renamed.status, renamed.body['scimType']]).to.deep.equal([400, 'mutability']);
    const silent = await send('PUT', place, { body: { schemas: [core], userName: 'mia' } });
    expect(silent.body[badge]).to.deep.equal({ serial: 'A1' });
    const again = await send('PUT', place, { body: { ...body, [badge]: { serial: 'a1', tags: ['z'] } } });
    expect(again.body[badge]).to.deep.equal({ serial: 'A1', tags: ['z'] });
  });
});
