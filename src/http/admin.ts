import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router, type NextFunction, type Request } from 'express';
import { batchSize } from '../admin/api/batch.ts';
import { problem, problemBody, type Problem } from '../admin/api/problems.ts';
import { nobody, type Actor, type Answer as Answered, type Context } from '../admin/api/route.ts';
import type { Api, Found } from '../admin/api/api.ts';
import { languageOf } from '../words/languages.ts';
import { writtenRows, type RowFormat } from '../admin/rows.ts';
import { ScimError } from '../scim/errors.ts';
import { readBody } from './body.ts';
import { within, type Patience } from './deadline.ts';
import { docs } from './docs.ts';
import type { Answer, Log, Step } from './exchange.ts';
import type { Spend } from './rate.ts';
import { strangers } from './strangers.ts';
import { hasTokenInQuery } from './target.ts';

/** Where the admin API is served. */
export const adminPath = '/admin/v1';

/** Whom a key stands for. */
export interface AdminCaller {
  readonly tenant: Context['tenant'];
  readonly actor: Actor;
}

/** What serving the admin API needs. */
export interface AdminPorts {
  readonly api: Api;
  /** What routes are handled with. */
  readonly ports: Context['ports'];
  /** Undefined for a key that is unknown, expired or revoked, or whose person is deactivated. */
  readonly authenticate: (key: string) => Promise<AdminCaller | undefined>;
  /** Makes the OpenAPI document that is shown at `/docs`. */
  readonly document?: () => object;
  /** What a key may ask; without it, as much as it likes. */
  readonly spend?: Spend | undefined;
}

interface Surroundings {
  readonly log: Log;
  readonly clock: () => number;
  readonly patience: Patience;
}

const mebibyte = 1_048_576;
const bodyBytes = mebibyte;
const batchBytes = 8 * mebibyte;

/** A batch has the time that its items need, one after another at worst, but no proxy would wait longer. */
const batchMs = 55_000;

/**
 * Serves the table of routes below `/admin/v1`: the key before anything else, the permission before any body; every
 * refusal a problem (RFC 9457).
 */
export function admin(ports: AdminPorts, around: Surroundings): Router {
  const router = Router({ caseSensitive: true });
  const { document } = ports;
  if (document) {
    let made: object | undefined;
    const once = () => (made ??= document());
    router.use('/docs', docs('Rollcall: the admin API', once));
    // Where programs look for it.
    router.get('/openapi.json', (_, response) => {
      response.json(once());
    });
  }
  router.use(serving(ports, around), problems(ports.api));
  return router;
}

function serving(ports: AdminPorts, { log, clock, patience: { dueMs, graceMs } }: Surroundings): Step {
  const { api, authenticate, spend } = ports;

  const charge = async ({ tenant, actor }: AdminCaller, cost: number, paid?: number): Promise<void> => {
    const verdict = await spend?.({ tenant, connection: `key:${actor.key}` }, cost, paid);
    if (verdict?.status !== 'refused') return;
    const seconds = verdict.retryAfterSeconds;
    throw problem('too-many-requests', { seconds }, { headers: { 'Retry-After': String(seconds) } });
  };

  const known = async (request: Request): Promise<AdminCaller> => {
    const caller = await within(dueMs + graceMs, authenticate(keyOf(request.headers.authorization)), () => undefined);
    if (!caller) throw unauthorized('unknown-key');
    await charge(caller, 1);
    return caller;
  };

  const wait = strangers(clock);
  /** Who has no key asks in the name of nobody, and not too often from one address. */
  const welcome = ({ ip }: Request): AdminCaller => {
    const seconds = wait(ip ?? '');
    if (seconds > 0) throw problem('too-many-requests', { seconds }, { headers: { 'Retry-After': String(seconds) } });
    return nobody;
  };

  return async (request, response) => {
    const { locals } = response;
    if (hasTokenInQuery(request.originalUrl)) throw problem('key-in-address', {});
    const caller = isOpen(api, request) ? welcome(request) : await known(request);
    locals.actor = caller.actor.name;
    const { path, query } = addressOf(request.originalUrl);
    const found = api.find(request.method, path);
    locals.route = `${found.route.method} ${adminPath}${found.route.path}`;
    api.requireAllowed(found, caller.actor);

    const isLong = found.route.takes === 'long';
    const body = await bodyOf(request, isLong ? batchBytes : bodyBytes);
    if (isLong) await charge(caller, Math.max(0, itemsIn(body) - 1), 1);
    const due = isLong ? batchMs : dueMs;
    const language = languageOf(request.headers['accept-language']);
    const now = new Date(clock());
    const deadline = now.getTime() + due;
    const { requestId } = locals;
    const wants = wantedBy(request);
    const context: Context = { ports: ports.ports, ...caller, requestId, deadline, language, now, wants };
    const asked = { query, body, ifMatch: request.headers['if-match'] };
    const begun = api.answer(found, asked, context).then((answer) => begin(answer, formatFor(request)));
    const { answer, rows } = await within(due + graceMs, begun, ({ rows: late }) => {
      log.warn('answer discarded: it came after the deadline', { requestId, connection: caller.actor.name });
      void late?.rest.return();
    });
    await send(request, response, found, answer, rows);
  };
}

/** Whether a route is asked that demands no key: whatever is no route demands one. */
function isOpen(api: Api, request: Request): boolean {
  try {
    const { path } = addressOf(request.originalUrl);
    return api.find(request.method, path).route.permission === 'open';
  } catch {
    return false;
  }
}

function keyOf(header: string | undefined): string {
  const [scheme = '', key, ...more] = (header ?? '').trim().split(/\s+/);
  if (scheme.toLowerCase() !== 'bearer' || !key || more.length > 0) throw unauthorized('no-key');
  return key;
}

const unauthorized = (code: 'no-key' | 'unknown-key'): Problem =>
  problem(code, {}, { headers: { 'WWW-Authenticate': 'Bearer realm="admin"' } });

/** What is asked for, below the prefix; the target may be in absolute form (RFC 9112 §3.2.2). */
function addressOf(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const relative = url.replace(/^https?:\/\/[^/?]*/i, '');
  const [path = '', ...query] = relative.split('?');
  if (!path.startsWith(`${adminPath}/`)) throw problem('no-such-address', {});
  return { path: path.slice(adminPath.length), query: new URLSearchParams(query.join('?')) };
}

async function bodyOf(request: Request, limit: number): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  try {
    return await readBody(request, limit);
  } catch (error) {
    throw error instanceof ScimError ? ofBody(error, limit) : error;
  }
}

/** What is wrong with a body, as a problem. */
function ofBody(error: ScimError, limit: number): Problem {
  switch (error.status) {
    case 408:
      return problem('body-too-slow', {}, { cause: error });
    case 413:
      return problem('body-too-large', { mebibytes: limit / mebibyte }, { cause: error });
    case 415:
      return problem('not-json', {}, { cause: error });
    default:
      return problem('malformed-body', {}, { cause: error });
  }
}

/** How many things a body lists. */
function itemsIn(body: unknown): number {
  const lists = typeof body === 'object' && body !== null ? Object.values(body).filter(Array.isArray) : [];
  const items = Math.max(0, ...lists.map(({ length }) => length));
  // One that has too many is refused, and does none of them.
  return items <= batchSize ? items : 0;
}

/** CSV where it is asked for, else a JSON object on each line. */
const formatFor = (request: Request): RowFormat =>
  request.accepts(['application/x-ndjson', 'text/csv']) === 'text/csv' ? 'csv' : 'ndjson';

/** What is liked best where there is a choice of all: JSON where nothing is said. */
function wantedBy(request: Request): Context['wants'] {
  switch (request.accepts(['application/json', 'application/x-ndjson', 'text/csv'])) {
    case 'application/x-ndjson':
      return 'ndjson';
    case 'text/csv':
      return 'csv';
    default:
      return 'json';
  }
}

const mediaTypes: Readonly<Record<RowFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

interface BegunRows {
  readonly format: RowFormat;
  readonly first: string;
  readonly rest: AsyncGenerator<string, void, undefined>;
}

/** Waits for the first rows, so that a source that fails at once becomes a problem. */
async function begin(answer: Answered, format: RowFormat): Promise<{ answer: Answered; rows?: BegunRows }> {
  if (!answer.rows) return { answer };
  const rest = writtenRows(answer.rows, format);
  const pieces = [await rest.next()];
  // The header alone says nothing of whether the source can be read.
  if (format === 'csv') pieces.push(await rest.next());
  return { answer, rows: { format, first: pieces.map(({ value }) => value ?? '').join(''), rest } };
}

async function send(
  request: Request,
  response: Answer,
  { route }: Found,
  { status, body, version, location }: Answered,
  rows: BegunRows | undefined,
): Promise<void> {
  response.status(status);
  if (version !== undefined) response.setHeader('ETag', `"${version}"`);
  if (location !== undefined) response.setHeader('Location', `${adminPath}${location}`);
  if (rows) {
    response.setHeader('Content-Type', mediaTypes[rows.format]);
    response.setHeader('Vary', 'Accept');
    if (request.method === 'HEAD') {
      await rows.rest.return();
      response.end();
      return;
    }
    await pipeline(Readable.from(joined(rows)), response);
    return;
  }
  if (body === undefined) {
    response.end();
    return;
  }
  if (route.answers[status] === undefined && !route.effects)
    throw new Error('an answer that its route does not declare');
  sendJson(request, response, 'application/json; charset=utf-8', body);
}

async function* joined({ first, rest }: BegunRows): AsyncGenerator<string, void, undefined> {
  if (first !== '') yield first;
  yield* rest;
}

function sendJson(request: Request, response: Answer, mediaType: string, body: unknown): void {
  const text = JSON.stringify(body);
  response.setHeader('Content-Type', mediaType);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(request.method === 'HEAD' ? undefined : text);
}

/** The last step: every failure becomes a problem, in the language that the client reads. */
function problems(api: Api) {
  // Express tells an error handler by its four parameters.
  return (cause: unknown, request: Request, response: Answer, _next: NextFunction): void => {
    const { requestId } = response.locals;
    const told = cause instanceof ScimError ? ofFront(cause) : api.told(cause, requestId);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const language = languageOf(request.headers['accept-language']);
    for (const header of ['ETag', 'Location']) response.removeHeader(header);
    for (const [name, value] of Object.entries(told.headers)) response.setHeader(name, value);
    response.status(told.status).setHeader('Content-Language', language);
    sendJson(request, response, 'application/problem+json', problemBody(told, requestId, language));
  };
}

/** What is refused for SCIM and the admin API alike: a method that a page does not have; and the deadline. */
function ofFront(cause: ScimError): Problem {
  const { status, headers } = cause;
  if (status === 405) return problem('no-such-method', { allowed: headers['Allow'] ?? '' }, { headers, cause });
  return problem('too-late', {}, { headers, cause });
}
