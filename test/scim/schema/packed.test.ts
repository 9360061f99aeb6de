import { expect } from 'chai';
import { core, read } from '../../support/reading.ts';

describe('Roles and entitlements as JSON in a string', () => {
  it('are unpacked by lenient, beside what else is said, and kept by strict', () => {
    const body = {
      roles: [{ Value: '{"id":"1","value":"admin","displayName":"Admin"}', primary: true }, { value: '{"value":7}' }],
      entitlements: [{ value: ' {"value":"premium","displayName":"x"}', display: 'Premium' }, { value: '{"value":' }],
      emails: [{ value: '{"value":"mail"}' }],
    };
    expect(read(body, 'lenient')).to.deep.equal({
      resource: {
        emails: body.emails,
        entitlements: [{ value: 'premium', display: 'Premium' }, { value: '{"value":' }],
        roles: [{ value: 'admin', display: 'Admin', primary: true }, { value: '{"value":7}' }],
      },
      repaired: { packedValues: 2 },
    });
    expect(read({ ...body, schemas: [core] }, 'strict').resource['roles']).to.deep.equal([
      { value: '{"id":"1","value":"admin","displayName":"Admin"}', primary: true },
      { value: '{"value":7}' },
    ]);
  });
});
