import { expect } from 'chai';
import { fold } from '../../src/scim/schema/fold.ts';
import { resolvePath } from '../../src/scim/schema/path.ts';
import { extended } from '../../src/scim/schema/registry.ts';
import type { ResourceType } from '../../src/scim/schema/types.ts';
import type { JsonObject } from '../../src/scim/types.ts';
import { customKey, customValues } from '../../src/storage/custom.ts';
import { badge, device, warranty } from '../support/ownSchemas.ts';
import { testRegistry, testType } from '../support/schemas.ts';

const tenants = extended(testRegistry(), [badge, device, warranty]);

function typeNamed(name: string): ResourceType {
  const type = tenants.typeNamed(name);
  if (!type) throw new Error(`No type ${name}`);
  return type;
}

const values = (type: ResourceType, attributes: JsonObject) =>
  customValues(type, fold(type, attributes)).map(({ k, v }) => [k.replace('urn:example:scim:2.0:', ''), v]);

describe('The values of what a tenant made itself', () => {
  it('are those of its extension, folded as filters compare them, each of several by itself', () => {
    const attributes = {
      userName: 'ann',
      [badge.id]: {
        number: 'A7',
        color: 'RED',
        level: 3,
        issued: '2024-05-01T10:00:00+02:00',
        doors: ['North', 'South'],
        loans: [{ value: 'Drill', due: '2024-06-01T00:00:00Z' }, { value: 'Van' }],
      },
    };
    expect(values(typeNamed('User'), attributes)).to.deep.equal([
      ['Badge', true],
      ['Badge:number', 'A7'],
      ['Badge:color', 'red'],
      ['Badge:level', 3],
      ['Badge:issued', new Date('2024-05-01T08:00:00Z')],
      ['Badge:doors', 'north'],
      ['Badge:doors', 'south'],
      ['Badge:loans.value', 'drill'],
      ['Badge:loans.due', new Date('2024-06-01T00:00:00Z')],
      ['Badge:loans.value', 'van'],
    ]);
  });

  it('are those of its own type and of what extends that', () => {
    const attributes = { assetTag: 'PC-1', photo: 'aGk=', [warranty.id]: { until: '2030-01-01T00:00:00Z' } };
    expect(values(typeNamed('Device'), attributes)).to.deep.equal([
      ['Device', true],
      ['Device:assetTag', 'pc-1'],
      ['Warranty', true],
      ['Warranty:until', new Date('2030-01-01T00:00:00Z')],
    ]);
  });

  it('are none where it made nothing, or the resource has nothing of it', () => {
    expect(values(typeNamed('User'), { userName: 'ann' })).to.deep.equal([]);
    expect(values(testType('User'), { userName: 'ann', title: 'x' })).to.deep.equal([]);
  });

  const keys: readonly [type: string, path: string, key: string | undefined][] = [
    ['User', `${badge.id}:color`, `${badge.id}:color`],
    ['User', `${badge.id}:LOANS.value`, `${badge.id}:loans.value`],
    ['User', badge.id, undefined],
    ['User', 'userName', undefined],
    ['User', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', undefined],
    ['Device', 'model', `${device.id}:model`],
    ['Device', `${device.id}:holder.value`, `${device.id}:holder.value`],
    ['Device', 'externalId', undefined],
    ['Device', 'meta.created', undefined],
  ];
  for (const [name, path, key] of keys)
    it(`have ${key === undefined ? 'no key' : 'a key'} for ${path} of a ${name}`, () => {
      const type = typeNamed(name);
      const resolved = resolvePath(type, path);
      if (!resolved) throw new Error(`No path ${path}`);
      expect(customKey(type, resolved)).to.equal(key);
    });
});
