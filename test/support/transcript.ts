import { kinds, namesIn } from './expectation.ts';
import type { Json } from './expectation.ts';

/** What a transcript asks of the tenant that it is played against; said by the directives under its first line. */
export interface Setup {
  /** How its connections read requests (`# dialect: strict`). */
  readonly dialect: 'lenient' | 'strict';
  /** What its first connection may do (`# scopes: users:read`); absent: everything. */
  readonly scopes?: readonly string[];
  /** `two`: a second connection on the tenant (`{token2}`), and a tenant of somebody else's (`{foreignToken}`). */
  readonly connections: 'one' | 'two';
  /** Further options of its connections (`# options: adopt=userName interop`), and whom a token stands for (`me=ann`). */
  readonly options: Readonly<Record<string, string>>;
  /** Schemas that its tenant makes beforehand, in that order: files of test/transcripts/custom (`# schemas: badge device`). */
  readonly schemas?: readonly string[];
  /** Roles and license pools that its tenant has: files of test/support/kept (`# kept: sales premium`). */
  readonly kept?: readonly string[];
}

/** A server with a fresh tenant: its SCIM base URL, the token of the first connection, and the others where asked for. */
export interface World {
  readonly base: string;
  readonly token: string;
  readonly token2?: string;
  readonly foreignToken?: string;
  /** Makes another token of the first connection, which stands for a user. */
  readonly tokenFor?: (user: string) => Promise<string>;
}

/** Makes a fresh tenant as a transcript asks for it. */
export type TranscriptWorld = (setup: Setup) => Promise<World>;

/** A header as written in a transcript. */
export type Header = readonly [name: string, value: string];

/** One request and the answer expected. */
export interface Exchange {
  readonly title: string;
  readonly line: number;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly Header[];
  readonly body: string | undefined;
  readonly expected: { readonly status: number; readonly headers: readonly Header[]; readonly body: Json | undefined };
}

/** A recorded conversation between a client and the server. */
export interface Transcript {
  readonly file: string;
  /** The first line: which client does this, and why or by which section. */
  readonly about: string;
  readonly setup: Setup;
  /** Users made before the first exchange, each known by its name (`# people: ann bob`). */
  readonly people: readonly string[];
  readonly exchanges: readonly Exchange[];
}

/** Reads a transcript. @throws Error with file and line where it is malformed or uses a name before it was captured */
export function parseTranscript(file: string, text: string): Transcript {
  const [head = '', ...sections] = text.split(/^(?=### )/m);
  const [first = '', ...comments] = head.split('\n');
  const about = /^# (.+)$/.exec(first)?.[1];
  if (about === undefined)
    throw new Error(`${file}:1: the first line is a comment that names the client and the reason`);
  const directives = new Map(
    comments.flatMap((line) => {
      const [, name, value] = /^# (dialect|scopes|connections|options|people|schemas|kept): (.+)$/.exec(line) ?? [];
      return name !== undefined && value !== undefined ? [[name, value] as const] : [];
    }),
  );
  let line = head.split('\n').length;
  const exchanges = sections.map((section) => {
    const exchange = parseExchange(file, line, section);
    line += section.split('\n').length - 1;
    return exchange;
  });
  if (exchanges.length === 0) throw new Error(`${file}: has no exchange`);
  const transcript = {
    file,
    about,
    setup: setupOf(file, directives),
    people: words(directives.get('people')),
    exchanges,
  };
  requireNames(transcript);
  return transcript;
}

const words = (text: string | undefined): readonly string[] =>
  text?.split(/[\s,]+/).filter((word) => word !== '') ?? [];

function setupOf(file: string, directives: ReadonlyMap<string, string>): Setup {
  const dialect = directives.get('dialect') ?? 'lenient';
  const connections = directives.get('connections') ?? 'one';
  if (dialect !== 'lenient' && dialect !== 'strict') throw new Error(`${file}: '${dialect}' is no dialect`);
  if (connections !== 'one' && connections !== 'two') throw new Error(`${file}: connections are one or two`);
  const options = Object.fromEntries(
    words(directives.get('options')).map((option) => {
      const [key = '', ...value] = option.split('=');
      return [key, value.join('=')];
    }),
  );
  const scopes = directives.get('scopes');
  const schemas = words(directives.get('schemas'));
  const kept = words(directives.get('kept'));
  return {
    dialect,
    connections,
    options,
    ...(scopes !== undefined && { scopes: words(scopes) }),
    ...(schemas.length > 0 && { schemas }),
    ...(kept.length > 0 && { kept }),
  };
}

function parseExchange(file: string, line: number, section: string): Exchange {
  const fail = (why: string): never => {
    throw new Error(`${file}:${String(line)}: ${why}`);
  };
  const [title = '', ...all] = section.split('\n');
  const lines = all.slice(all.findIndex((text) => text !== '' && !text.startsWith('#')));
  const answerAt = lines.findIndex((text) => /^HTTP \d{3}$/.test(text));
  if (answerAt < 0) fail('an exchange has one line "HTTP <status>"');
  const [requestLine = '', ...request] = lines.slice(0, answerAt);
  const [, method, target] = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/.*)$/.exec(requestLine) ?? [];
  if (method === undefined || target === undefined) return fail(`'${requestLine}' is no request line`);
  const sent = headersAndBody(request, fail);
  const wanted = headersAndBody(lines.slice(answerAt + 1), fail);
  return {
    title: title.slice('### '.length).trim(),
    line,
    method,
    target,
    headers: sent.headers,
    body: sent.body,
    expected: {
      status: Number((lines[answerAt] ?? '').slice('HTTP '.length)),
      headers: wanted.headers,
      body: wanted.body === undefined ? undefined : expectedBody(wanted.body, fail),
    },
  };
}

function headersAndBody(
  lines: readonly string[],
  fail: (why: string) => never,
): { headers: readonly Header[]; body: string | undefined } {
  const blank = lines.indexOf('');
  const headers = lines.slice(0, blank < 0 ? lines.length : blank).map((text): Header => {
    const [, name, value = ''] = /^([\w-]+):(?: (.*))?$/.exec(text) ?? [];
    return name === undefined ? fail(`'${text}' is no header`) : [name, value];
  });
  const body = blank < 0 ? '' : lines.slice(blank).join('\n').trim();
  return { headers, body: body === '' ? undefined : body };
}

function expectedBody(text: string, fail: (why: string) => never): Json {
  const known = (key: string, value: Json): Json => {
    const isKind = typeof value === 'string' && /^<[a-z-]+>$/.test(value);
    if (isKind && !kinds.has(value) && !['<any-order>', '<contains>'].includes(value))
      fail(`'${value}' at '${key}' is unknown`);
    return value;
  };
  try {
    return JSON.parse(text, known) as Json;
  } catch (cause) {
    return fail(`the expected body is no JSON: ${String(cause)}`);
  }
}

/** A name that a request uses was captured before, or the runner gives it. */
function requireNames({ file, setup, people, exchanges }: Transcript): void {
  const known = new Set([
    'base',
    'token',
    ...people,
    ...(setup.connections === 'two' ? ['token2', 'foreignToken'] : []),
    ...(setup.options['me'] === undefined ? [] : ['meToken']),
  ]);
  for (const { line, target, headers, body, expected } of exchanges) {
    const used = namesIn([target, ...headers.map(([, value]) => value), body ?? ''].join('\n'));
    const unknown = used.find((name) => !known.has(name));
    if (unknown !== undefined) throw new Error(`${file}:${String(line)}: {${unknown}} is used before it is captured`);
    for (const name of namesIn(JSON.stringify([expected.headers, expected.body]))) known.add(name);
  }
}
