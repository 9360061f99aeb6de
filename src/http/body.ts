import { createGunzip, createInflate } from 'node:zlib';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { ScimError, invalidSyntax, payloadTooLarge, unsupportedMediaType } from '../scim/errors.ts';
import { limits } from '../scim/limits.ts';
import type { Json } from '../scim/types.ts';

/** How slow a body may come: that many bytes in each window. */
export interface Pace {
  readonly windowMs: number;
  readonly bytes: number;
}

const slowest: Pace = { windowMs: 10_000, bytes: 163_840 };

/** Keys that reach an object's prototype where code is careless (CVE-2026-48170, CVE-2026-61834). */
const dangerousKeys = new Set(['__proto__', 'constructor', 'prototype']);

const mediaTypes = new Set(['application/scim+json', 'application/json']);

/** How large a body may be, by the first segment of its address: groups name many members, a Bulk has many operations. */
export function bodyLimit(endpoint: string | undefined): number {
  if (endpoint === 'Bulk') return limits.bulkBodyBytes;
  return endpoint === 'Groups' ? limits.groupBodyBytes : limits.userBodyBytes;
}

/**
 * The JSON of a request; nothing when it has no body. A missing Content-Type is taken for JSON.
 *
 * @throws ScimError 415 for another media type, charset or encoding; 413 above the limit, inflated; 408 when it comes too
 *   slowly; 400 `invalidSyntax` when it is not JSON, nested too deeply, or has a dangerous key
 */
export async function readBody(request: IncomingMessage, limit: number, pace = slowest): Promise<Json | undefined> {
  const { headers } = request;
  if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) return undefined;
  requireJsonType(headers['content-type']);
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const bytes = await collect(request, inflated(request), limit, pace);
  return bytes.length === 0 ? undefined : parseJson(bytes);
}

/**
 * The JSON in some bytes.
 *
 * @throws ScimError 400 `invalidSyntax` when there is none, or it is not to be touched
 */
function parseJson(bytes: Uint8Array): Json {
  const value = parsed(bytes);
  requireTame(value, 1);
  return value;
}

function requireJsonType(contentType: string | undefined): void {
  if (contentType === undefined) return;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((parameter) => /^charset\s*=\s*"?([^"\s]*)"?$/.exec(parameter.trim())?.[1]);
  const isUtf8 = charset.every((name) => name === undefined || name === 'utf-8' || name === 'utf8');
  if (!mediaTypes.has(type.trim()) || !isUtf8) {
    throw unsupportedMediaType('A body is application/scim+json or application/json, in UTF-8');
  }
}

function inflated(request: IncomingMessage): Readable {
  switch (request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity') {
    case 'identity':
      return request;
    case 'gzip':
      return request.pipe(createGunzip());
    case 'deflate':
      return request.pipe(createInflate());
    default:
      throw unsupportedMediaType('A body may be compressed with gzip or deflate only');
  }
}

function collect(request: IncomingMessage, source: Readable, limit: number, pace: Pace): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let before = request.socket.bytesRead;
    const clock = setInterval(() => {
      const now = request.socket.bytesRead;
      if (now - before < pace.bytes) end(new ScimError(408, 'The body came too slowly'));
      before = now;
    }, pace.windowMs);
    const end = (result: Buffer | Error) => {
      clearInterval(clock);
      source.off('data', take);
      request.off('close', onClose);
      if (!(result instanceof Error)) {
        resolve(result);
        return;
      }
      // The rest is dropped by node when the answer is out, for as long as an unread body may go on.
      if (source !== request) request.unpipe();
      request.pause();
      reject(result);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) end(tooLarge(limit));
      else chunks.push(chunk);
    };
    const onClose = () => {
      if (!request.complete) end(invalidSyntax('The body broke off'));
    };
    source.on('data', take);
    source.on('end', () => {
      end(Buffer.concat(chunks));
    });
    source.on('error', (cause) => {
      end(invalidSyntax('The body is not well compressed, or broke off', { cause }));
    });
    request.on('close', onClose);
  });
}

const tooLarge = (limit: number) =>
  payloadTooLarge(`A body may be at most ${String(limit / 1_048_576)} MiB here; send it in parts`);

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parsed(bytes: Uint8Array): Json {
  try {
    return JSON.parse(utf8.decode(bytes)) as Json;
  } catch {
    // Without the cause: its message quotes the body.
    throw invalidSyntax('The body is not JSON in UTF-8');
  }
}

/** Recursion ends at the depth limit; JSON.parse itself does not recurse. */
function requireTame(value: Json, depth: number): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalidSyntax('A number is too large');
  if (typeof value !== 'object' || value === null) return;
  if (depth > limits.jsonDepth) throw invalidSyntax(`The body is nested deeper than ${String(limits.jsonDepth)}`);
  if (Array.isArray(value)) {
    for (const element of value) requireTame(element, depth + 1);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    // In any letter case: SCIM ignores it in names, so code below may lower it.
    if (dangerousKeys.has(key.toLowerCase())) throw invalidSyntax('The body has a key that no attribute may have');
    requireTame(member, depth + 1);
  }
}
