import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { openapiOf } from '../../src/admin/api/openapi.ts';
import { api } from '../../src/admin/api/serve.ts';
import type { Route } from '../../src/admin/api/route.ts';
import type { Ports } from '../../src/admin/ports.ts';
import { seals } from '../../src/credentials/seals.ts';
import { everyPermission, isPermission, type Permission } from '../../src/domain/permissions.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { front, type Front } from '../http/front.ts';

/** An answer of the admin API. */
export interface AdminAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Its JSON; undefined where it has none. */
  readonly json: Record<string, unknown> | undefined;
}

/** Routes over a real socket. A key is what it may do: `users.read,teams.read`, `all`, `none`; anything else is unknown. */
export interface AdminFront extends Front {
  ask(
    method: string,
    path: string,
    options?: {
      readonly key?: string | undefined;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<AdminAnswer>;
}

const permitted = (key: string): readonly Permission[] | undefined => {
  if (key === 'all') return everyPermission;
  if (key === 'none') return [];
  const words = key.split(',');
  return words.every(isPermission) ? words : undefined;
};

/** Serves routes over ports of memory: those that are given, and what every route may use. */
export async function adminFront(
  routes: readonly Route[],
  ports: Partial<Ports> = {},
  more: Partial<Parameters<typeof front>[0]> = {},
): Promise<AdminFront> {
  const secret = new Uint8Array(32).fill(7);
  const given = {
    now: () => new Date(),
    newId: () => randomUUID(),
    seals: seals(() => Promise.resolve(secret), 'admin'),
    ...ports,
    // Whatever else a route asked for would be missing loudly.
  } as Ports;
  const defects: unknown[] = [];
  const made = api(routes, { isOutage: () => false, onDefect: (_, failure) => defects.push(failure) });
  const served = await front({
    admin: {
      api: made,
      document: () => openapiOf(made.routes, 'https://id.example/admin/v1'),
      ports: given,
      authenticate: (key) => {
        const permissions = permitted(key);
        if (!permissions) return Promise.resolve(undefined);
        return Promise.resolve({
          tenant: tenantId('demo'),
          actor: { name: `key:${key}`, key, permissions: new Set(permissions) },
        });
      },
    },
    ...more,
  });
  return { ...served, ask: (method, path, options) => ask(served.url, method, path, options) };
}

function ask(
  url: string,
  method: string,
  path: string,
  { key = 'all', body, headers = {} }: Parameters<AdminFront['ask']>[2] = {},
): Promise<AdminAnswer> {
  const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asking = request(
      `${url}/admin/v1${path}`,
      {
        method,
        agent: false,
        headers: {
          ...(key !== '' && { authorization: `Bearer ${key}` }),
          ...(sent !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = (response.headers['content-type'] ?? '').includes('json') && !text.includes('\n');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : undefined,
          });
        });
      },
    );
    asking.on('error', reject);
    asking.end(sent);
  });
}
