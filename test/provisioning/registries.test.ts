import { expect } from 'chai';
import type { OwnSchema, SchemaSet } from '../../src/domain/tenantSchemas.ts';
import { registries } from '../../src/provisioning/registries.ts';
import { testRegistry } from '../support/schemas.ts';
import { badge } from '../support/ownSchemas.ts';

describe('The schemas of a tenant, as a process knows them', () => {
  /** Registries over sets that a test changes, with a clock that it sets. */
  function world() {
    const sets = new Map<string, SchemaSet>();
    const site = { now: 0, reads: 0, fails: 0, held: Promise.resolve() };
    const known = registries(
      testRegistry(),
      {
        async read(tenant) {
          site.reads += 1;
          await site.held;
          if (site.fails > 0) {
            site.fails -= 1;
            throw new Error('away');
          }
          return sets.get(tenant) ?? { version: 0, schemas: [] };
        },
      },
      () => site.now,
    );
    const put = (tenant: string, version: number, ...schemas: OwnSchema[]) => sets.set(tenant, { version, schemas });
    return { site, known, put };
  }

  const extensions = async ({ known }: ReturnType<typeof world>, tenant = 'acme') =>
    ((await known.of(tenant)).typeNamed('User')?.extensions ?? []).map(({ schema }) => schema.id);

  it('are the same object for every tenant that made none', async () => {
    const here = world();
    expect(await here.known.of('acme')).to.equal(testRegistry());
    expect(await here.known.of('globex')).to.equal(testRegistry());
  });

  it('are looked up once a second, however many ask, and known at once in between', async () => {
    const here = world();
    await Promise.all(Array.from({ length: 50 }, async () => here.known.of('acme')));
    expect(here.site.reads).to.equal(1);
    here.site.now = 899;
    expect(here.known.of('acme')).to.equal(testRegistry());
    here.site.now = 900;
    expect(here.known.of('acme')).to.be.instanceOf(Promise);
    await here.known.of('acme');
    expect(here.site.reads).to.equal(2);
  });

  it('come with the next look-up, stay the same object while nothing changes, and go again', async () => {
    const here = world();
    expect(await extensions(here)).not.to.include(badge.id);
    here.put('acme', 1, badge);
    here.site.now = 1_000;
    expect(await extensions(here)).to.include(badge.id);
    const before = await here.known.of('acme');
    here.site.now = 2_000;
    expect(await here.known.of('acme')).to.equal(before);
    expect(here.known.last('acme')).to.equal(before);
    here.put('acme', 2, { ...badge, state: 'withdrawn' });
    here.site.now = 3_000;
    expect(await here.known.of('acme')).to.equal(testRegistry());
    expect(await extensions(here, 'globex')).not.to.include(badge.id);
  });

  it('are never older than a second, however long a look-up takes', async () => {
    const here = world();
    let release: () => void = () => undefined;
    here.site.held = new Promise((resolve) => (release = resolve));
    const first = here.known.of('acme');
    here.site.now = 5_000;
    const second = here.known.of('acme');
    release();
    await Promise.all([first, second]);
    expect(here.site.reads).to.equal(2);
  });

  it('are looked up again after a failure, which whoever asked is told', async () => {
    const here = world();
    here.site.fails = 1;
    const failures = await Promise.allSettled([here.known.of('acme'), here.known.of('acme')]);
    expect(failures.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(await here.known.of('acme')).to.equal(testRegistry());
    expect(here.site.reads).to.equal(2);
  });

  it('are those of everybody for a tenant that nobody has asked for', () => {
    expect(world().known.last('acme')).to.equal(testRegistry());
  });
});
