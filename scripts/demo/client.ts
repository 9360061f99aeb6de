import { isDeepStrictEqual } from 'node:util';

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** Where the server is, and what opens it. */
export interface Target {
  readonly scimBaseUrl: string;
  readonly token: string;
}

/** What a client sends. */
export interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: JsonObject;
}

/** What it is answered. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

/** One step: what is sent, what the identity provider needs to be answered, and which resource to watch. */
export interface Step extends Sent {
  readonly title: string;
  readonly status: number;
  /** The resource that the step changes, as a path; its before and after are compared. */
  readonly watch?: string;
  /** What the answer must hold besides its status: each sentence with whether it does. */
  readonly expects?: (answer: JsonObject) => Readonly<Record<string, boolean>>;
}

/** An answer that the identity provider could not go on with. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

/** An identity provider at work: each step is sent, printed and checked. */
export interface Client {
  /** @throws UnexpectedAnswer where the answer is not what the provider needs */
  step(step: Step): Promise<JsonObject>;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The part of a value under that key, as an object; empty where there is none. */
export const part = (value: JsonObject, key: string): JsonObject => {
  const inner = value[key];
  return isObject(inner) ? inner : {};
};

/** The string under that key. @throws UnexpectedAnswer where there is none */
export function text(value: JsonObject, key: string): string {
  const inner = value[key];
  if (typeof inner !== 'string') throw new UnexpectedAnswer(`The answer has no '${key}'`);
  return inner;
}

/** The resources of a ListResponse. */
export const resources = (list: JsonObject): readonly JsonObject[] => {
  const found = list['Resources'];
  return Array.isArray(found) ? found.filter(isObject) : [];
};

/** Sends one request. @throws UnexpectedAnswer where nobody answers or the answer is no JSON */
export async function send(target: Target, headers: Readonly<Record<string, string>>, sent: Sent): Promise<Answer> {
  const url = `${target.scimBaseUrl.replace(/(?<!\/)\/+$/, '')}${sent.path}`;
  const init = {
    method: sent.method,
    headers: { Accept: 'application/scim+json', Authorization: `Bearer ${target.token}`, ...headers },
    ...(sent.body && { body: JSON.stringify(sent.body) }),
  };
  const response = await fetch(url, init).catch((cause: unknown) => {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new UnexpectedAnswer(`No answer from ${url} (${why}): is the server running?`);
  });
  const content = await response.text();
  if (content === '') return { status: response.status, body: {} };
  try {
    const body: unknown = JSON.parse(content);
    if (isObject(body)) return { status: response.status, body };
  } catch {
    // Said below.
  }
  throw new UnexpectedAnswer(`${response.status} with a body that is no JSON object: ${content.slice(0, 200)}`);
}

/** The leaves of a resource by their path, in the order they stand; what changes with every write is left out. */
function leaves(value: Json, path = ''): readonly (readonly [path: string, value: Json])[] {
  if (path === 'meta' || path === 'schemas') return [];
  const under = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((one) => leaves(one, `${path}${label(one)}`));
  if (isReference(value)) return [[path, value['type'] ?? 'User']];
  if (isObject(value)) return Object.entries(value).flatMap(([key, one]) => leaves(one, under(key)));
  return [[path, value]];
}

/** A reference is one leaf: whom it names is all there is to it. */
const isReference = (value: Json): value is JsonObject & { value: string } =>
  isObject(value) && '$ref' in value && typeof value['value'] === 'string';

/** How one of several values is told from the others: by what it is called, by its type, or by itself. */
function label(one: Json): string {
  if (!isObject(one)) return `[${JSON.stringify(one)}]`;
  const names = [one['display'], one['type'] === 'User' ? undefined : one['type'], one['value']];
  return `[${names.find((name) => typeof name === 'string') ?? ''}]`;
}

/** What changed between two states of a resource, one line each. */
export function differences(before: JsonObject, after: JsonObject): readonly string[] {
  if (Object.keys(after).length === 0 && Object.keys(before).length > 0) return ['gone'];
  const [old, now] = [new Map(leaves(before)), new Map(leaves(after))];
  const shown = (value: Json | undefined) => (value === undefined ? '' : JSON.stringify(value));
  const added = [...now].filter(([path]) => !old.has(path)).map(([path, value]) => `+ ${path}: ${shown(value)}`);
  const gone = [...old].filter(([path]) => !now.has(path)).map(([path, value]) => `- ${path}: ${shown(value)}`);
  const changed = [...now]
    .filter(([path, value]) => old.has(path) && !isDeepStrictEqual(old.get(path), value))
    .map(([path, value]) => `~ ${path}: ${shown(old.get(path))} → ${shown(value)}`);
  return [...changed, ...gone, ...added];
}

/** A client of that name, with the headers it sends, printing as it goes. */
export function client(
  name: string,
  target: Target,
  headers: Readonly<Record<string, string>>,
  print: (line: string) => void,
): Client {
  let count = 0;
  /** Whom the ids belong to, as far as this client made them. */
  const names = new Map<string, string>();

  const named = (line: string): string =>
    line.replace(/\[([\da-f-]{36})\]/g, (whole, id: string) => (names.has(id) ? `[${names.get(id) ?? ''}]` : whole));

  const look = async (path: string | undefined): Promise<JsonObject> => {
    if (path === undefined) return {};
    const { status, body } = await send(target, {}, { method: 'GET', path });
    return status === 200 ? body : {};
  };

  const check = ({ status, expects }: Step, answer: Answer): void => {
    const { detail } = answer.body;
    print(`  ← ${answer.status}${typeof detail === 'string' ? ` ${detail}` : ''}`);
    if (answer.status !== status) throw new UnexpectedAnswer(`${name} expects ${status} here, not ${answer.status}`);
    for (const [sentence, holds] of Object.entries(expects?.(answer.body) ?? {})) {
      if (!holds) throw new UnexpectedAnswer(`${name} expects: ${sentence}; answered ${JSON.stringify(answer.body)}`);
      print(`    ${sentence}`);
    }
  };

  return {
    async step(step) {
      const { title, method, path, body, watch } = step;
      count += 1;
      print(`\n${name} ${count}. ${title}`);
      print(`  → ${method} ${decodeURIComponent(path)}`);
      if (body) print(`    ${JSON.stringify(body)}`);
      const before = await look(watch);
      const answer = await send(target, headers, step);
      check(step, answer);
      if (watch === undefined && method !== 'POST') return answer.body;
      if (method === 'POST') {
        const name = path === '/Users' ? 'userName' : 'displayName';
        names.set(text(answer.body, 'id'), text(answer.body, name));
      }
      const lines = differences(before, method === 'POST' ? answer.body : await look(watch));
      for (const line of lines.length === 0 ? ['nothing changed'] : lines) print(`    ${named(line)}`);
      return answer.body;
    },
  };
}
