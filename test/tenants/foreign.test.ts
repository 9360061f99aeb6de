import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { scopes } from '../../src/domain/connections.ts';
import { readTenant } from '../support/checker.ts';
import { clientOf, type Client } from '../support/client.ts';
import { keep, type Kept } from '../support/kept.ts';
import { badge } from '../support/ownSchemas.ts';
import { namingOf, type Asked, type Request } from '../support/naming.ts';
import type { Found } from '../support/replay.ts';
import { methods, places } from '../support/routes.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import type { Setup } from '../support/transcript.ts';

/** Something that a tenant has, and what nobody has, by words of the same length. */
interface Known {
  readonly what: string;
  readonly foreign: Asked;
  readonly unknown: Asked;
}

const unknownAs = (asked: Asked): Asked => ({
  ...(Object.fromEntries(Object.entries(asked).map(([name, word]) => [name, word.replace('owner', 'nobod')])) as Asked),
  id: randomUUID(),
  cursor: `${asked.cursor.slice(0, -4)}AAAA`,
  urn: asked.urn.replace('Badge', 'Bogus'),
});

/** Ids, instants and cursors are other ones in each tenant. */
const made = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|(?<="(next|previous)Cursor":")[^"]+/g;

/** Lists in an order that ids do not decide. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(inOrder).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inOrder(each)]));
}

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** Those who ask: connections of other tenants, of every sort. */
const credentials: Readonly<Record<string, Partial<Setup>>> = {
  'a lenient connection': {},
  'a strict connection': { dialect: 'strict' },
  'a connection that takes over what nobody owns': { options: { adopt: 'userName' } },
  'a connection that only reads': { scopes: scopes.filter((scope) => scope.endsWith(':read')) },
};

interface Owner {
  readonly tenantId: string;
  readonly known: readonly Known[];
  /** What others were not even told of. */
  readonly secrets: readonly string[];
  readonly found: Found;
}

describe('What a tenant has, to the connections of others', function () {
  this.timeout(120_000);
  let server: TestServer;
  let owner: Owner;

  before(async () => {
    server = await startTestServer();
    owner = await anOwner();
  });
  after(() => server.stop());

  /** A tenant with one of each, of which another could have come to know. */
  async function anOwner(): Promise<Owner> {
    const world = await server.tenant({ schemas: ['badge', 'device'] });
    const client = clientOf([server.base], world.token);
    const key = `bulk of owner ${randomUUID()}`;
    const asked = (id: string, name: string, cursor = ''): Asked => ({
      ...{ id, name: `${name} of owner`, externalId: `${name} at owner`, mail: `${name}@owner.example` },
      ...{ cursor, key, urn: badge.id },
    });
    const person = (who: string) => {
      const { name, externalId, mail } = asked('', who);
      return client.createUser(name, { externalId, emails: [{ value: mail }], title: 'confidential' });
    };
    const [user, removed] = [await person('ann'), await person('bob')];
    const group = await client.createGroup(asked('', 'cas').name, [user, removed]);
    const { name: assetTag, externalId } = asked('', 'dan');
    const device = await client.request('POST', '/Devices', { assetTag, externalId, holder: { value: user } });
    const entity = await client.request('POST', '/Entities', { displayName: asked('', 'fay').name });
    const kept = (kind: Kept['kind'], who: string) => {
      const attributes = { displayName: asked('', who).name, description: 'confidential' };
      return keep(server.db, world.tenantId, { kind, attributes, taken: 3 });
    };
    const [role, pool] = [await kept('Role', 'guy'), await kept('Entitlement', 'hal')];
    await client.request('DELETE', `/Users/${removed}`);
    await client.request('POST', '/Bulk', { Operations: [] }, { 'Idempotency-Key': key });
    const eva = await person('eva');
    const list = await client.request('GET', '/Users?count=1&cursor=');
    client.close();
    const cursor = list.body['nextCursor'] as string;
    const known = (what: string, id: string, name: string): Known => {
      const foreign = asked(id, name, cursor);
      return { what, foreign, unknown: unknownAs(foreign) };
    };
    return {
      tenantId: world.tenantId,
      known: [
        known('a user', user, 'ann'),
        known('a removed user', removed, 'bob'),
        known('a group', group, 'cas'),
        known('a device', device.body.id, 'dan'),
        known('an entity', entity.body.id, 'fay'),
        known('a role', role, 'guy'),
        known('a license pool', pool, 'hal'),
      ],
      secrets: ['confidential', eva, ...Object.values(asked(eva, 'eva')).slice(0, 4)],
      found: await settled(world.tenantId),
    };
  }

  /** What is kept of a tenant, once nothing is left to be done behind its writes. */
  async function settled(tenant: string): Promise<Found> {
    for (;;) {
      const found = await readTenant(server.db.getClient(), tenant);
      if (found.closings.length === 0 && found.journal.every(({ pending }) => !pending)) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A client of another tenant, and, where it can make one, one whose token stands for a user. */
  async function asker(setup: Partial<Setup>): Promise<Record<'all' | 'me', Client>> {
    const world = await server.tenant({ schemas: ['device'], ...setup });
    const all = clientOf([server.base], world.token);
    if (setup.scopes) return { all, me: all };
    const token = await world.tokenFor?.(await all.createUser('myself', { schemas: [userSchema] }));
    return { all, me: clientOf([server.base], token ?? '') };
  }

  /** An answer as whoever asked could tell it from another, and what of the owner's is in it that was never asked for. */
  async function told(client: Client, request: Request, side: 'foreign' | 'unknown'): Promise<unknown> {
    const answer = await client.request(request.method, request.path, request.body, request.headers);
    const { date: _date, 'x-request-id': requestId = '', ...others } = answer.headers;
    const text = JSON.stringify({ status: answer.status, headers: others, body: answer.body as unknown });
    const words = owner.known.flatMap((known, at) =>
      Object.entries(known[side]).map(([name, word]) => [word, `<${name} ${at}>`] as const),
    );
    const blank = words.reduce((left, [word, name]) => left.replaceAll(word, name), text);
    const leaked = owner.secrets.filter((word) => blank.includes(word));
    return {
      leaked,
      answer: inOrder(JSON.parse(blank.replaceAll(String(requestId), '<request>').replace(made, '<made>'))),
    };
  }

  for (const [credential, setup] of Object.entries(credentials))
    describe(`of which one is ${credential}`, () => {
      let twins: readonly Record<'all' | 'me', Client>[];
      let compared = 0;

      before(async () => {
        twins = [await asker(setup), await asker(setup)];
      });
      after(() => {
        for (const { all, me } of twins) for (const { close } of [all, me]) close();
      });

      for (const path of places)
        for (const method of methods)
          it(`is as what nobody has: ${method} ${path}`, async () => {
            const [one, other] = twins.map((twin) => (path === '/Me' ? twin.me : twin.all));
            if (!one || !other) throw new Error('nobody asks');
            for (const { what, foreign, unknown } of owner.known)
              for (const naming of namingOf(path, method)) {
                const [answer, expected] = await Promise.all([
                  told(one, naming(foreign), 'foreign'),
                  told(other, naming(unknown), 'unknown'),
                ]);
                expect(answer, `${what}: ${JSON.stringify(naming(foreign))}`).to.deep.equal(expected);
                compared += 1;
              }
          });

      it('was asked for in many ways', () => {
        expect(compared).to.be.greaterThan(500);
      });
    });

  it('is as it was', async () => {
    expect(await settled(owner.tenantId)).to.deep.equal(owner.found);
  });
});
