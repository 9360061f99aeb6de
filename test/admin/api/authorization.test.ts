import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { keyAccess } from '../../../src/admin/keyAccess.ts';
import { openapiOf } from '../../../src/admin/api/openapi.ts';
import { routes as table } from '../../../src/admin/api/table.ts';
import { api } from '../../../src/admin/api/serve.ts';
import type { Context, Route } from '../../../src/admin/api/route.ts';
import { keyFormat } from '../../../src/credentials/keys.ts';
import type { ApiKey, FoundKey } from '../../../src/domain/keys.ts';
import { builtIn, everyPermission, type Permission } from '../../../src/domain/permissions.ts';
import type { Person } from '../../../src/domain/person.ts';
import type { Role } from '../../../src/domain/roles.ts';
import { tenantId } from '../../../src/domain/tenants.ts';
import { front, type Front } from '../../http/front.ts';

const [acme, globex] = [tenantId('acme'), tenantId('globex_2')];

/** What docs/authorization.md says of a route: what it demands, and yes or no by the name of each role. */
interface Row {
  readonly route: string;
  readonly demand: string;
  readonly roles: Readonly<Record<string, string>>;
}

function rowsOf(document: string): readonly Row[] {
  const lines = document.slice(document.indexOf('## Routes')).split('\n');
  const [head = [], , ...rows] = lines
    .filter((line) => line.startsWith('|'))
    .map((line) => line.slice(2, -2).split(' | '));
  return rows.map(([route = '', demand = '', ...said]) => ({
    route: route.replaceAll('`', ''),
    demand: demand.replaceAll('`', ''),
    roles: Object.fromEntries(said.map((each, at) => [head[at + 2] ?? '', each])),
  }));
}

const expected = rowsOf(readFileSync(new URL('../../../docs/authorization.md', import.meta.url), 'utf8'));

/** Which route was handled last, for whom. */
const handled: { readonly route: string; readonly context: Context }[] = [];

/** The routes as they are, but that they take anything and do nothing. */
const idle: readonly Route[] = table.map((route): Route => {
  const note = (context: Context) => {
    handled.push({ route: `${route.method} ${route.path}`, context });
  };
  const { effects, body: _body, ...rest } = route;
  return {
    ...rest,
    query: {},
    handle: async (context) => {
      note(context);
      return { status: 204 };
    },
    ...(effects && { effects: { ...effects, of: async (context) => (note(context), {}) } }),
  };
});

const kept = new Map<string, FoundKey>();
let made = 0;

/** A key as it may be found, and its text. */
function keyOf(permissions: readonly Permission[], more: Partial<ApiKey> = {}, holder?: FoundKey['holder']): string {
  made += 1;
  const tenant = more.tenant ?? acme;
  const { text, selector, digest } = keyFormat.issue(tenant);
  const key: ApiKey = {
    ...{ id: `key-${made}`, tenant, selector, label: 'test', permissions, person: undefined, madeBy: 'test' },
    ...{ createdAt: new Date(0), expiresAt: undefined, revokedAt: undefined, version: 1, ...more },
  };
  kept.set(`${tenant} ${selector}`, { key, digest, lastUsedAt: undefined, holder });
  return text;
}

const personal = (person: Partial<Person>, roles: readonly Role[] = []): string =>
  keyOf(
    everyPermission,
    { person: 'ann' },
    {
      person: { status: 'active', primaryRole: 'user', grants: [], ...person },
      roles: new Map(roles.map((role) => [role.id, role])),
    },
  );

const holding = (name: 'Admin' | 'Manager' | 'User', status: Person['status'] = 'active'): string =>
  personal({ status, grants: [{ what: 'role', id: name, origins: [{ by: 'hand' }] }] }, [
    { id: name, name, permissions: builtIn.workspace[name], teams: [], builtIn: true },
  ]);

/** Who is in each role, by its column in the document. */
const inRoles: Readonly<Record<string, () => string>> = {
  'Primary Admin': () => personal({ primaryRole: 'primary-admin' }),
  Admin: () => personal({ primaryRole: 'admin' }),
  'Workspace Admin': () => holding('Admin'),
  'Workspace Manager': () => holding('Manager'),
  'Workspace User': () => holding('User'),
};

/** Keys that are good for nothing, whatever they allow. */
const spent: Readonly<Record<string, () => string | undefined>> = {
  'no key': () => undefined,
  'a key that nobody has': () => keyFormat.issue(acme).text,
  'a key of another tenant, told to be of this one': () =>
    keyOf(everyPermission, { tenant: globex }).replace(globex, acme),
  'a key that was revoked': () => keyOf(everyPermission, { revokedAt: new Date(1) }),
  'a key that has expired': () => keyOf(everyPermission, { expiresAt: new Date(1) }),
  'a key of somebody who is deactivated': () => personal({ primaryRole: 'primary-admin', status: 'deactivated' }),
  'a key of somebody who is not there yet': () => personal({ primaryRole: 'primary-admin', status: 'invited' }),
  'a key of somebody who is no more': () => keyOf(everyPermission, { person: 'bob' }),
};

describe('Who may do what in the admin API', function () {
  this.timeout(60_000);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  let on: Front;

  before(async () => {
    const { authenticate } = keyAccess({
      keys: {
        find: async (tenant, selector) => kept.get(`${tenant} ${selector}`),
        used: () => Promise.resolve(),
      },
      keyFormat,
      now: () => new Date(),
      elapsed: () => performance.now(),
      onUnnoted: () => undefined,
    });
    const served = api(idle, { isOutage: () => false, onDefect: () => undefined });
    const ports = { now: () => new Date(), seals: { seal: async () => 'sealed', open: async () => undefined } };
    on = await front({
      admin: {
        api: served,
        authenticate,
        ports: ports as unknown as Context['ports'],
        document: () => openapiOf([], ''),
      },
      // Each request as of another address: that strangers may not ask often is shown elsewhere.
      trustProxy: ['127.0.0.1'],
    });
  });
  after(async () => {
    agent.destroy();
    await on.server.close();
  });

  /** The status and the code of what a key is answered. */
  function ask(route: string, key: string | undefined): Promise<{ status: number; code: unknown; text: string }> {
    const [method = '', path = ''] = route.split(' ');
    const headers = {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      'x-forwarded-for': `10.0.${made % 200}.${(asked += 1) % 250}`,
    };
    return new Promise((resolve, reject) => {
      const asking = request(
        { agent, host: '127.0.0.1', port: on.port, method, path: `/admin/v1${path.replace(/\{\w+\}/g, 'x')}`, headers },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => {
            const { code } = (text === '' ? {} : JSON.parse(text)) as { code?: unknown };
            resolve({ status: response.statusCode ?? 0, code, text });
          });
        },
      );
      asking.on('error', reject);
      asking.end();
    });
  }
  let asked = 0;

  /** It is let in, and handled once. */
  const admitted = async (route: string, key: string | undefined) => {
    const before = handled.length;
    const { status, code } = await ask(route, key);
    if (route === 'POST /batch') {
      expect([status, code]).to.deep.equal([400, 'body-missing']);
      return;
    }
    expect(status, route).to.be.oneOf([200, 204]);
    expect(handled.slice(before).map((each) => each.route)).to.deep.equal([route]);
  };

  const refused = async (route: string, key: string | undefined, permission: string) => {
    const before = handled.length;
    const { status, code, text } = await ask(route, key);
    expect([status, code], route).to.deep.equal([403, 'not-allowed']);
    expect(text).to.contain(`'${permission}'`);
    expect(handled.length, 'nothing was done').to.equal(before);
  };

  it('is written down of every route, and of nothing else', () => {
    const served = api(idle, { isOutage: () => false, onDefect: () => undefined });
    const demands = served.routes.map(({ method, path, permission }) => `${method} ${path}: ${permission}`);
    const words = new Map([
      ['any key', 'any-key'],
      ['no key', 'open'],
    ]);
    expect(expected.map(({ route, demand }) => `${route}: ${words.get(demand) ?? demand}`)).to.have.members(demands);
    for (const { roles } of expected) expect(Object.keys(roles)).to.deep.equal(Object.keys(inRoles));
  });

  for (const { route, demand, roles } of expected) {
    const isFree = demand === 'any key' || demand === 'no key';

    it(`${route} is for who has the permission, and for nobody with any other alone`, async () => {
      for (const permission of everyPermission) {
        const key = keyOf([permission]);
        if (isFree || permission === demand) await admitted(route, key);
        else await refused(route, key, demand);
      }
      const others = everyPermission.filter((permission) => permission !== demand);
      if (!isFree) await refused(route, keyOf(others), demand);
      if (!isFree) await refused(route, keyOf([]), demand);
    });

    it(`${route} is for the roles that the table says`, async () => {
      for (const [role, key] of Object.entries(inRoles)) {
        if (roles[role] === 'yes') await admitted(route, key());
        else await refused(route, key(), demand);
      }
    });

    it(`${route} is not for keys that are over`, async () => {
      for (const [what, key] of Object.entries(spent)) {
        if (demand === 'no key') {
          await admitted(route, key());
          continue;
        }
        const before = handled.length;
        const { status, code } = await ask(route, key());
        expect([status, code], what).to.deep.equal([401, what === 'no key' ? 'no-key' : 'unknown-key']);
        expect(handled.length, 'nothing was done').to.equal(before);
      }
    });

    it(`${route} is about the tenant of the key, whatever is asked`, async () => {
      handled.length = 0;
      await admitted(route, keyOf(everyPermission, { tenant: globex }));
      const tenants = handled.map(({ context }) => context.tenant);
      expect(tenants).to.deep.equal(route === 'POST /batch' ? [] : [demand === 'no key' ? 'nobody' : globex]);
    });
  }
});
