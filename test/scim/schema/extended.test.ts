import { expect } from 'chai';
import { resolvePath } from '../../../src/scim/schema/path.ts';
import { endpointsBeside, extended } from '../../../src/scim/schema/registry.ts';
import { badge, device, ownSchema, warranty } from '../../support/ownSchemas.ts';
import { testRegistry } from '../../support/schemas.ts';

const everybodys = testRegistry();

describe("A registry with a tenant's own schemas", () => {
  const own = extended(everybodys, [badge, warranty, device]);

  it('is that of everybody where the tenant made none', () => {
    expect(extended(everybodys, [])).to.equal(everybodys);
  });

  it('has what everybody has, and then its own', () => {
    const added = own.schemas.slice(everybodys.schemas.length);
    expect(own.schemas.slice(0, everybodys.schemas.length)).to.deep.equal(everybodys.schemas);
    expect(added.map(({ id, madeBy }) => [id, madeBy])).to.deep.equal(
      [badge.id, warranty.id, device.id].map((id) => [id, 'tenant']),
    );
    expect(own.types.map(({ name }) => name)).to.deep.equal([...everybodys.types.map(({ name }) => name), 'Device']);
  });

  it('has the extension last, never required, and resolves paths in it', () => {
    const user = own.typeNamed('User');
    expect(user?.extensions.at(-1)).to.deep.include({ required: false });
    expect(user?.extensions.at(-1)?.schema.id).to.equal(badge.id);
    expect(user && resolvePath(user, `${badge.id}:LOANS.due`)?.keys).to.deep.equal([badge.id, 'loans', 'due']);
    expect(user && resolvePath(user, 'emails.value')?.keys).to.deep.equal(['emails', 'value']);
  });

  it('has the type with the common attributes, its name and its extension', () => {
    const type = own.typeAt('Devices');
    expect(type).to.include({ id: 'Device', name: 'Device', endpoint: '/Devices' });
    expect(type?.attributes.slice(0, 4).map(({ name }) => name)).to.have.members([
      'schemas',
      'id',
      'externalId',
      'meta',
    ]);
    expect(type?.nameAttribute.name).to.equal('assetTag');
    expect(type?.extensions.map(({ schema }) => schema.id)).to.deep.equal([warranty.id]);
  });

  it('leaves that of everybody as it is, and the places of others unknown to it', () => {
    expect(everybodys.typeAt('Devices')).to.equal(undefined);
    const [shipped, made] = [everybodys.typeNamed('User'), own.typeNamed('User')];
    expect(shipped?.extensions.map(({ schema }) => schema.id)).not.to.include(badge.id);
    expect(shipped && endpointsBeside(shipped).get('Device')).to.equal(undefined);
    expect(made && endpointsBeside(made).get('Device')).to.equal('/Devices');
  });

  it('refuses what contradicts', () => {
    expect(() => extended(everybodys, [badge, badge])).to.throw(/defined twice/);
    const twice = ownSchema(
      JSON.stringify({ ...device, state: undefined, createdAt: undefined, createdBy: undefined, id: 'urn:acme:D' }),
    );
    expect(() => extended(everybodys, [device, twice])).to.throw(/'Device' is defined twice/);
  });
});
