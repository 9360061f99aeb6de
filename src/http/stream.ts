import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ServerResponse } from 'node:http';
import type { Body, Chunks, Entry, Json, Resource, ScimResponse } from '../scim/types.ts';

/** An answer whose beginning is there: its source has been asked and has not failed so far. */
export interface Begun {
  readonly response: ScimResponse;
  readonly text: string;
  /** What is still to come after `text`. */
  readonly rest?: AsyncGenerator<string, void, undefined>;
}

/** How an answer is sent: what has gathered, or each part of it as soon as it is there. */
export type Pace = 'in pieces' | 'at once';

const pieceLength: Readonly<Record<Pace, number>> = { 'in pieces': 16_384, 'at once': 1 };

/** What every body is. */
export const mediaType = 'application/scim+json; charset=utf-8';

/** Waits for the first piece of an answer's body, so that a source that fails at once becomes an error answer. */
export async function begun(response: ScimResponse, pace: Pace = 'in pieces'): Promise<Begun> {
  const { body } = response;
  if (body === undefined) return { response, text: '' };
  if (!isStreaming(body)) return { response, text: JSON.stringify(body) };
  const length = pieceLength[pace];
  const rest = pieces(body, length);
  const first = await rest.next();
  const text = first.done ? '' : first.value;
  return text.length < length ? { response, text } : { response, text, rest };
}

/** Lets go of what an answer that nobody gets would still have read. */
export async function discard({ response, rest }: Begun): Promise<void> {
  await rest?.return();
  // What nobody has begun to read yet.
  for (const value of Object.values(response.body ?? {})) {
    if (isChunks(value)) await value[Symbol.asyncIterator]().return?.();
  }
}

/**
 * Sends an answer (RFC 7644 §3.1, §8.1), no faster than the client reads it. Where the source fails midway the socket is
 * cut: the client sees a broken answer, never a short one.
 *
 * @throws what the source throws, or that the client has gone, with the socket closed
 */
export async function send(http: ServerResponse, method: string, answer: Begun): Promise<void> {
  const { response, text, rest } = answer;
  http.statusCode = response.status;
  for (const [name, value] of Object.entries(response.headers)) http.setHeader(name, value);
  if (response.body !== undefined) http.setHeader('Content-Type', mediaType);
  if (method === 'HEAD' || response.body === undefined) {
    await discard(answer);
    http.end();
    return;
  }
  if (!rest) {
    http.setHeader('Content-Length', Buffer.byteLength(text));
    http.end(text);
    return;
  }
  try {
    await pipeline(Readable.from(from(text, rest)), http);
  } finally {
    await discard(answer);
  }
}

async function* from(text: string, rest: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  yield text;
  yield* rest;
}

/** The JSON of a body in pieces; only the last one is shorter than `length`. */
async function* pieces(body: Body, length: number): AsyncGenerator<string, void, undefined> {
  let text = '';
  for await (const fragment of fragments(body)) {
    text += fragment;
    if (text.length < length) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

async function* fragments(object: Body | Entry): AsyncGenerator<string, void, undefined> {
  let separator = '{';
  for (const [key, value] of Object.entries(object)) {
    yield `${separator}${JSON.stringify(key)}:`;
    separator = ',';
    if (isChunks(value)) yield* elements(value);
    else if (isStreaming(value)) yield* fragments(value);
    else yield JSON.stringify(value);
  }
  yield separator === '{' ? '{}' : '}';
}

async function* elements(chunks: Chunks<Json | Resource | Entry>): AsyncGenerator<string, void, undefined> {
  let separator = '[';
  for await (const chunk of chunks) {
    if (chunk.length === 0) {
      // It goes on: nobody on the way takes the connection for dead.
      yield ' ';
      continue;
    }
    const opening = separator;
    separator = ',';
    if (!chunk.some(isStreaming)) {
      yield opening + JSON.stringify(chunk).slice(1, -1);
      continue;
    }
    yield opening;
    yield* mixed(chunk);
  }
  yield separator === '[' ? '[]' : ']';
}

/** Elements some of which have arrays of their own that are still coming: a page of groups. */
async function* mixed(chunk: readonly (Json | Resource | Entry)[]): AsyncGenerator<string, void, undefined> {
  for (const [index, element] of chunk.entries()) {
    if (index > 0) yield ',';
    if (isStreaming(element)) yield* fragments(element);
    else yield JSON.stringify(element);
  }
}

const isChunks = (value: unknown): value is Chunks<Json | Resource | Entry> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** Whether something of it is still to come: of itself, or of the resource that an entry of a Bulk shows. */
const isStreaming = (value: unknown): value is Body | Entry => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (Object.values(value).some(isChunks)) return true;
  return 'response' in value && isStreaming(value.response);
};
