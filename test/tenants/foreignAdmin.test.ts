import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { routes } from '../../src/admin/api/table.ts';
import type { Route } from '../../src/admin/api/route.ts';
import { object } from '../../src/admin/api/schema.ts';
import { readTenant } from '../support/checker.ts';
import { clientOf } from '../support/client.ts';
import type { Found } from '../support/replay.ts';
import { sampleOf } from '../support/sample.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Ids, instants, seals and digests are other ones in each tenant. */
const made =
  /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|rck_[\w-]+|\b(?:[\da-f]{24}|[\da-f]{32})\b|\bconnection \d+\b|[\w-]{80,}/g;

/** Every way in which a route can be told an id: in its address, its query and its body. */
function naming(route: Route, id: string): readonly Asked[] {
  const { method } = route;
  const path = route.path.replace(/\{\w+\}/g, id);
  const query = new URLSearchParams(queryOf(route, id)).toString();
  const places = query === '' ? [path] : [path, `${path}?${query}`];
  const bodies = route.body
    ? (['required', 'all'] as const).map((members) => sampleOf(route.body ?? {}, id, members))
    : [undefined];
  return places.flatMap((place) =>
    bodies.map((body) => ({ method, path: place, ...(body !== undefined && { body }) })),
  );
}

function queryOf({ query }: Route, id: string): Record<string, string> {
  const { filter, cursor: _cursor, ...others } = query;
  const all = sampleOf(object({}, others), id, 'all') as Readonly<Record<string, unknown>>;
  const told = Object.entries(all).map(([name, value]) => [name, name === 'sort' ? 'id' : String(value)]);
  return Object.fromEntries(filter ? [...told, ['filter', `id eq "${id}"`]] : told) as Record<string, string>;
}

describe('What a tenant has, to administrators of others', function () {
  this.timeout(120_000);
  let server: TestServer;
  let owner: { readonly tenant: string; readonly ids: ReadonlyMap<string, string>; readonly found: Found };
  let twins: readonly string[];

  before(async () => {
    server = await startTestServer();
    owner = await anOwner();
    twins = [await askerKey(), await askerKey()];
  });
  after(() => server.stop());

  const askerKey = async () => server.adminKey((await server.tenant()).tenantId);

  /** A tenant with one of each. */
  async function anOwner() {
    const world = await server.tenant();
    const tenant = world.tenantId;
    const client = clientOf([server.base], world.token);
    const user = await client.createUser('ann of owner', { emails: [{ value: 'ann@owner.example' }] });
    const group = await client.createGroup('team of owner', [user]);
    client.close();
    const key = await server.adminKey(tenant);
    const list = await ask({ method: 'GET', path: '/keys' }, key);
    const { items } = JSON.parse(list.text) as { items: readonly { id: string }[] };
    await ask({ method: 'PATCH', path: '/settings', body: { countryPrefix: '+49' } }, key);
    const make = async (path: string, body?: object): Promise<string> => {
      const { status, text } = await ask({ method: 'POST', path, body }, key);
      if (status >= 300) throw new Error(`${path}: ${text}`);
      return (JSON.parse(text) as { readonly id: string }).id;
    };
    const role = await make('/roles', { name: 'role of owner', permissions: ['users.read'] });
    const pool = await make('/license-pools', { name: 'pool of owner', seats: 5 });
    const entity = await make('/entities', { name: 'entity of owner' });
    const number = await make('/numbers', { number: '+49301234567', type: 'landline' });
    const guest = await make('/users', {
      userName: 'guest@owner.example',
      email: 'guest@owner.example',
      begins: 'prepared',
    });
    const invitation = await make(`/users/${guest}/invitation`);
    const ids = new Map([
      ['a user', user],
      ['a team', group],
      ['a key', items[0]?.id ?? ''],
      ['a connection', world.connectionId],
      ['a role', role],
      ['a license pool', pool],
      ['an entity', entity],
      ['a number', number],
      ['an invitation', invitation],
      ['the tenant itself', tenant],
    ]);
    return { tenant, ids, found: await settled(tenant) };
  }

  async function settled(tenant: string): Promise<Found> {
    for (;;) {
      const found = await readTenant(server.db.getClient(), tenant);
      if (found.closings.length === 0 && found.journal.every(({ pending }) => !pending)) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function ask({ method, path, body }: Asked, key: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(server.adminApiUrl + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  /** An answer as whoever asked could tell it from another. */
  async function told(asked: Asked, key: string, id: string) {
    const { status, text } = await ask(asked, key);
    return { status, text: text.replace(made, '<made>').replaceAll(id, '<id>') };
  }

  for (const route of routes)
    it(`is as what nobody has: ${route.method} ${route.path}`, async () => {
      const [one = '', other = ''] = twins;
      for (const [what, foreign] of owner.ids) {
        const unknown = randomUUID();
        const [asked, same] = [naming(route, foreign), naming(route, unknown)];
        for (const [at, request] of asked.entries()) {
          const twin = same[at] ?? request;
          const [answer, expected] = await Promise.all([told(request, one, foreign), told(twin, other, unknown)]);
          expect(answer, `${what}: ${JSON.stringify(request)}`).to.deep.equal(expected);
          expect(answer.status, answer.text).to.be.below(500);
          expect(answer.text).not.to.contain('of owner').and.not.contain('owner.example').and.not.contain('+49');
        }
      }
    });

  it('is as it was', async () => {
    expect(await settled(owner.tenant)).to.deep.equal(owner.found);
  });
});
