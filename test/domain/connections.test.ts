import { expect } from 'chai';
import fc from 'fast-check';
import { allowed, concerns, readScopes, scopes } from '../../src/domain/connections.ts';

describe('domain/connections', () => {
  it('knows its scopes, each once, and names what is none', () => {
    expect(readScopes(['groups:write', 'users:read', 'users:read', 'bulk', 'Users:Read'])).to.deep.equal({
      known: ['users:read', 'groups:write'],
      unknown: ['bulk', 'Users:Read'],
    });
  });

  it('a token is never allowed what its connection is not, nor what it was not given', () => {
    const some = fc.subarray([...scopes]);
    fc.assert(
      fc.property(some, some, (connection, token) => {
        const both = allowed(connection, token);
        for (const scope of scopes)
          expect(both.has(scope)).to.equal(connection.includes(scope) && token.includes(scope));
      }),
    );
  });

  it('each is about the resources of one kind; all types of tenants’ own share theirs', () => {
    const about = (kind: string) => scopes.filter((scope) => concerns(scope, kind));
    expect(about('Role')).to.deep.equal(['roles:read']);
    expect(about('Entitlement')).to.deep.equal(['entitlements:read']);
    expect(about('Entity')).to.deep.equal(['entities:read', 'entities:write']);
    expect(about('Device')).to.deep.equal(about('Robot')).and.to.deep.equal(['custom:read', 'custom:write']);
    expect(['User', 'Group', 'Role', 'Entitlement', 'Entity', 'Device'].flatMap(about)).to.deep.equal(scopes);
  });
});
