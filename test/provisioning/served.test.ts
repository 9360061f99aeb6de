import { expect } from 'chai';
import type { Change } from '../../src/domain/changes.ts';
import { DomainError } from '../../src/domain/errors.ts';
import type { UnitOfWork } from '../../src/domain/ports.ts';
import { schemasKnownMs, withdrawalMs } from '../../src/domain/tenantSchemas.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { patience, patienceFor } from '../../src/http/deadline.ts';
import { sameForAll } from '../../src/provisioning/registries.ts';
import { servedType, underSchemas } from '../../src/provisioning/served.ts';
import { limits } from '../../src/scim/limits.ts';
import { extended } from '../../src/scim/schema/registry.ts';
import { creating, newState, renaming } from '../support/changes.ts';
import { badge } from '../support/ownSchemas.ts';
import { testInternal, testRegistry } from '../support/schemas.ts';

const acme = tenantId('acme');

describe('A change under the schemas of its tenant', () => {
  const done = { version: 1, at: new Date(0) };
  const work: UnitOfWork = {
    commit: () => Promise.resolve(done),
    commitAll: (changes) => Promise.resolve(changes.map(() => done)),
  };
  const without = underSchemas(work, sameForAll(testRegistry()), testInternal());
  const within = underSchemas(work, sameForAll(extended(testRegistry(), [badge])), testInternal());
  const change = (kind: string, attributes: object): Change => {
    const state = { ...newState(acme, kind, 'x', new Date(0)), attributes: { ...attributes } };
    return creating(state);
  };
  const badged = change('User', { userName: 'x', [badge.id]: { number: '1' } });

  const fault = (promise: Promise<unknown>) =>
    promise.then(
      () => 'none',
      (error: unknown) => (error instanceof DomainError ? error.violation : error),
    );

  it('is committed where they describe what it writes', async () => {
    expect(await within.commit(badged, 0)).to.equal(done);
    expect(await within.commitAll([badged, badged], 0)).to.deep.equal([done, done]);
    expect(await without.commit(change('User', { userName: 'x' }), 0)).to.equal(done);
  });

  it('is refused where a schema is there no more, alone and together with others', async () => {
    const withdrawn = { rule: 'schema-withdrawn', schema: badge.id };
    expect(await fault(without.commit(badged, 0))).to.deep.equal(withdrawn);
    expect(await fault(without.commitAll([change('User', {}), badged], 0))).to.deep.equal(withdrawn);
    expect(await fault(without.commit(change('Device', {}), 0))).to.deep.equal({
      rule: 'schema-withdrawn',
      schema: 'Device',
    });
  });

  it('is committed where it is of a kind of our own, which SCIM does not serve', async () => {
    expect(testRegistry().typeNamed('Number')).to.equal(undefined);
    expect(await within.commit(change('Number', { name: '+33123456789' }), 0)).to.equal(done);
    expect(await fault(without.commit(change('Number', { [badge.id]: { number: '1' } }), 0))).to.deep.equal({
      rule: 'schema-withdrawn',
      schema: badge.id,
    });
  });

  it('is about a type that describes all of it, also when its turn comes', () => {
    const registry = extended(testRegistry(), [badge]);
    expect(servedType(registry, badged)).to.equal(registry.typeNamed('User'));
    expect(() => servedType(testRegistry(), badged)).to.throw(DomainError);
  });

  it('is written or refused before its schema is looked for in resources', () => {
    const { dueMs, graceMs } = patienceFor(patience, limits.bulkBodyBytes);
    expect(withdrawalMs).to.be.above(schemasKnownMs + dueMs + graceMs);
  });

  it('is committed where what nobody describes was there before', async () => {
    const before = { ...newState(acme, 'User', 'x', new Date(0)), attributes: { [badge.id]: { number: '1' } } };
    expect(await without.commit(renaming(before, 'y'), 0)).to.equal(done);
  });
});
