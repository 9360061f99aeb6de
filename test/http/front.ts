import { request } from 'node:http';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import type { IncomingHttpHeaders } from 'node:http';
import { app } from '../../src/http/app.ts';
import { listen } from '../../src/http/server.ts';
import { createLog } from '../../src/log.ts';
import type { AppPorts } from '../../src/http/app.ts';
import type { Access } from '../../src/http/exchange.ts';
import type { ProvisioningRow } from '../../src/http/record.ts';
import type { RunningServer } from '../../src/http/server.ts';
import type { ScimRequest } from '../../src/scim/types.ts';

export const goodToken = 'scim_good';
export const pausedToken = 'scim_paused';

const access: Access = {
  caller: {
    tenant: 'demo',
    connection: 'c1',
    dialect: 'lenient',
    scopes: new Set(['users:read', 'users:write', 'groups:read', 'groups:write']),
    adopts: false,
    options: new Set(),
  },
  connectionName: 'Okta',
  paused: false,
};

/** The HTTP front over a real socket, its ports replaced by closures that keep what they were given. */
export interface Front {
  readonly url: string;
  readonly port: number;
  readonly handled: ScimRequest[];
  readonly asked: string[];
  readonly rows: ProvisioningRow[];
  /** The text of the log so far. */
  readonly logged: () => string;
  readonly lines: () => Record<string, unknown>[];
  readonly server: RunningServer;
}

/** A writable that keeps what is written. */
function sink(): { output: Writable; text: () => string } {
  const chunks: string[] = [];
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString('utf8'));
      done();
    },
  });
  return { output, text: () => chunks.join('') };
}

export async function front(ports: Partial<AppPorts> = {}, drainMs = 25_000): Promise<Front> {
  const handled: ScimRequest[] = [];
  const asked: string[] = [];
  const rows: ProvisioningRow[] = [];
  const { output, text } = sink();
  const { handle = () => Promise.resolve({ status: 200, headers: {}, body: { ok: true } }), ...others } = ports;
  const application = app({
    handle: (scimRequest) => {
      handled.push(scimRequest);
      return handle(scimRequest);
    },
    authenticate: (token) => {
      asked.push(token);
      if (token === goodToken) return Promise.resolve(access);
      return Promise.resolve(token === pausedToken ? { ...access, paused: true } : undefined);
    },
    ready: () => ({ status: 'ready' }),
    log: createLog('debug', output),
    record: (row) => rows.push(row),
    attributeNamed: (word) => (word.toLowerCase() === 'username' ? 'userName' : undefined),
    clock: Date.now,
    publicUrl: 'https://scim.corp.example',
    ...others,
  });
  const server = await listen(application, { host: '127.0.0.1', port: 0, drainMs });
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    handled,
    asked,
    rows,
    logged: text,
    lines: () =>
      text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    server,
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Sends a request as it is written, with the good token unless the headers say otherwise (`none` leaves one out). */
export function call(port: number, method: string, path: string, { headers = {}, body }: Sent = {}): Promise<Reply> {
  const all = Object.entries({ Authorization: `Bearer ${goodToken}`, ...headers }).filter(
    ([, value]) => value !== 'none',
  );
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, agent: false, headers: Object.fromEntries(all) },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = /json/.test(incoming.headers['content-type'] ?? '') && text !== '';
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text,
            json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Writes bytes to a socket and gives everything that comes back until it is closed. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    socket.on('error', reject);
  });
}

/** Waits until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  const started = Date.now();
  while (!isSo()) {
    if (Date.now() - started > 5_000) throw new Error('it did not come to be');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
