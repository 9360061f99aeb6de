import { randomUUID } from 'node:crypto';
import { STATUS_CODES, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ScimError } from '../scim/errors.ts';
import { errorBody } from './errors.ts';

/** Where to listen, and with which certificate. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  /** PEM texts; absent: plain HTTP, for loopback or behind a proxy. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** How long running requests may take to finish when the server closes. */
  readonly drainMs?: number;
  /** The settings that say where; shown where nobody can listen there. */
  readonly settings?: string;
}

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Stops accepting, lets running requests finish, and closes what is left. Closing twice is closing once. */
  close(): Promise<void>;
}

/** Against clients that send slowly or not at all: tried with 2,000 sockets that never finish their headers. */
const timeouts: ServerOptions = {
  headersTimeout: 8_000,
  connectionsCheckingInterval: 2_000,
  // The largest body at the slowest pace that is let through; slower ones are cut earlier.
  requestTimeout: 540_000,
  // Longer than the usual 60 s of load balancers: they close idle connections, so none is closed under a request.
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
  // The Host header is never used.
  requireHostHeader: false,
};

/** A client that reads nothing for so long is gone. */
const idleMs = 120_000;

const maxConnections = 10_000;

/**
 * Listens with an application, over TLS 1.2 or newer where there is a certificate (RFC 7644 §7.2).
 *
 * @throws Error with what to do, and the code of what is in the way (`EADDRINUSE`)
 */
export async function listen(
  app: RequestListener,
  { host, port, tls, drainMs = 25_000, settings = 'PORT or HOST' }: Listening,
): Promise<RunningServer> {
  const server = tls
    ? createTlsServer({ ...timeouts, ...tls, minVersion: 'TLSv1.2' }, app)
    : createServer(timeouts, app);
  const scheme = tls ? 'https' : 'http';
  server.maxConnections = maxConnections;
  server.timeout = idleMs;
  server.on('clientError', refuse);
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    app(request, response);
  });
  const connections = connected(server, scheme);
  await new Promise<void>((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) => {
      reject(cannotListen(error, `${host}:${String(port)}`, settings));
    };
    server.once('error', refused);
    server.listen(port, host, () => {
      server.off('error', refused);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(server.address(), scheme),
    close: () => (closing ??= closed(server, connections, drainMs)),
  };
}

const inTheWay: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'something else listens there'],
  ['EACCES', 'this user may not use that port'],
  ['EADDRNOTAVAIL', 'this machine does not have that address'],
]);

function cannotListen(cause: NodeJS.ErrnoException, place: string, settings: string): Error {
  const { code = '', message } = cause;
  const why = inTheWay.get(code) ?? message;
  return Object.assign(new Error(`Cannot listen on ${place}: ${why}. Set ${settings} to another`, { cause }), {
    code,
  });
}

function urlOf(address: AddressInfo | string | null, scheme: 'http' | 'https'): string {
  if (address === null || typeof address === 'string') throw new Error('not listening on a TCP port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${scheme}://${host}:${String(address.port)}`;
}

/** What is connected, so that closing need not wait for clients that ask nothing. */
interface Connected {
  /** Cuts connections on which no request is being served; node leaves those that have not sent one yet. */
  cutIdle(): void;
  cutAll(): void;
}

function connected(server: Server, scheme: 'http' | 'https'): Connected {
  const all = new Set<Duplex>();
  const speaking = new Set<Duplex>();
  const busy = new Set<Duplex>();
  const keepIn = (sockets: Set<Duplex>) => (socket: Duplex) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  server.on('connection', keepIn(all));
  server.on(scheme === 'https' ? 'secureConnection' : 'connection', keepIn(speaking));
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
  });
  return {
    cutIdle() {
      for (const socket of speaking) if (!busy.has(socket)) socket.destroy();
    },
    cutAll() {
      for (const socket of all) socket.destroy();
    },
  };
}

function closed(server: Server, { cutIdle, cutAll }: Connected, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(cutAll, drainMs);
    // Connections become idle as their requests finish.
    const idle = setInterval(cutIdle, 50);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(idle);
      resolve();
    });
  });
}

/** What keeps a request from being read, and what is said of it. */
const refusals: ReadonlyMap<string, readonly [status: number, detail: string]> = new Map([
  ['HPE_HEADER_OVERFLOW', [431, 'Address and headers may be at most 16 KiB together: search by POST to .search']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'The request came too slowly']],
]);

/** What is not HTTP never reaches the application, and is answered here, as a SCIM Error all the same. */
function refuse(error: Error & { code?: string }, socket: Duplex): void {
  // An answer may have begun on this connection; a second one must not be mixed into it.
  const { _httpMessage: current } = socket as Duplex & { _httpMessage?: ServerResponse | null };
  if (!socket.writable || error.code === 'ECONNRESET' || current?.headersSent === true) {
    socket.destroy();
    return;
  }
  const [status, detail] = refusals.get(error.code ?? '') ?? [400, 'This is not a well-formed HTTP request'];
  const requestId = randomUUID();
  const body = JSON.stringify(errorBody(new ScimError(status, detail), requestId));
  socket.end(
    [
      `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
      'Content-Type: application/scim+json; charset=utf-8',
      `Content-Length: ${String(Buffer.byteLength(body))}`,
      `X-Request-Id: ${requestId}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
