import { expect } from 'chai';
import fc from 'fast-check';
import { Agent } from 'node:http';
import type { Json } from '../../src/scim/types.ts';
import { hostile } from '../support/hostile.ts';
import type { Hostile } from '../support/hostile.ts';
import { keep, type Kept } from '../support/kept.ts';
import { prototypes } from '../support/prototypes.ts';
import { sendRaw } from '../support/rawRequest.ts';
import type { RawAnswer } from '../support/rawRequest.ts';
import { exampleOf, methods, places, type Method } from '../support/routes.ts';
import { startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';

/** Where clients make nothing: administrators do. */
const kinds: Readonly<Record<string, Kept['kind']>> = { '/Roles': 'Role', '/Entitlements': 'Entitlement' };

/** How many requests each place gets by each method: more in `npm run test:hostile`. */
const rounds = Number(process.env['HOSTILE_ROUNDS'] ?? 10);

/** What is wrong with an answer; undefined where nothing is. */
function fault({ status, type, text }: RawAnswer): string | undefined {
  if (status >= 500 && status !== 501) return `is answered ${status}: ${text}`;
  if (status < 400) return undefined;
  const body = JSON.parse(text) as Record<string, Json>;
  const isError = JSON.stringify(body['schemas']) === '["urn:ietf:params:scim:api:messages:2.0:Error"]';
  if (!type.startsWith('application/scim+json') || !isError) return `is refused with no SCIM Error: ${text}`;
  if (body['status'] !== String(status) || typeof body['detail'] !== 'string') return `says ${text}, with ${status}`;
  return text.length > 2_000 ? `is answered at length: ${text.slice(0, 200)}` : undefined;
}

for (const dialect of ['lenient', 'strict'] as const)
  describe(`Hostile requests to a ${dialect} connection`, function () {
    this.timeout(120_000);
    const agent = new Agent({ keepAlive: true });
    const untouched = prototypes();
    let server: TestServer;
    let tenant: string;
    let tokens: { readonly all: string; readonly me: string };

    before(async () => {
      server = await startTestServer();
      const world = await server.tenant({ dialect, schemas: ['badge', 'device'] });
      tenant = world.tenantId;
      tokens = { all: world.token, me: '' };
      const user = await make('/Users');
      tokens = { ...tokens, me: (await world.tokenFor?.(user)) ?? '' };
    });

    after(async () => {
      agent.destroy();
      await server.stop();
    });

    function send(method: Method, path: string, { search, headers, body }: Hostile): Promise<RawAnswer> {
      const token = path === '/Me' ? tokens.me : tokens.all;
      const url = `${server.base}${path}${search === '' ? '' : `?${search}`}`;
      return sendRaw(method, url, { headers: { Authorization: `Bearer ${token}`, ...headers }, body, agent });
    }

    let made = 0;

    /** The id of a new resource of the type served there. */
    async function make(endpoint: string): Promise<string> {
      made += 1;
      const kind = kinds[endpoint];
      if (kind) return keep(server.db, tenant, { kind, attributes: { displayName: `n${made}` } });
      const { userName, displayName, assetTag, ...example } = exampleOf(endpoint, 'POST');
      const names = { userName, displayName, assetTag };
      const named = Object.entries(names).flatMap(([name, value]) => (value === undefined ? [] : [[name, `n${made}`]]));
      const body = Buffer.from(JSON.stringify({ ...example, ...Object.fromEntries(named) }));
      const answer = await send('POST', endpoint, { search: '', headers: {}, body });
      expect(answer.status, answer.text).to.equal(201);
      return (JSON.parse(answer.text) as { readonly id: string }).id;
    }

    const kept = new Map<string, string>();

    async function addressOf(path: string, method: Method): Promise<string> {
      const endpoint = path.replace('/{id}', '');
      if (endpoint === path) return path;
      if (endpoint === '/Schemas' || endpoint === '/ResourceTypes') return `${endpoint}/User`;
      const id = (method === 'DELETE' ? undefined : kept.get(endpoint)) ?? (await make(endpoint));
      if (method !== 'DELETE') kept.set(endpoint, id);
      return `${endpoint}/${id}`;
    }

    for (const path of places)
      for (const method of methods)
        it(`are answered with SCIM errors at worst: ${method} ${path}`, async () => {
          const property = fc.asyncProperty(hostile(exampleOf(path, method)), async (one) => {
            const answer = await send(method, await addressOf(path, method), one);
            const wrong = fault(answer);
            if (wrong !== undefined) throw new Error(`${one.body?.toString().slice(0, 500) ?? ''} ${wrong}`);
          });
          await fc.assert(property, { numRuns: rounds, seed: 7_644, endOnFailure: false });
          expect(prototypes()).to.deep.equal(untouched);
        });

    it('leave the server as it was', async () => {
      expect(await make('/Users')).to.be.a('string');
      expect(await make('/Groups')).to.be.a('string');
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    });
  });
