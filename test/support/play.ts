import { request } from 'node:http';
import { isMismatch, kinds, match, matchText } from './expectation.ts';
import type { Json, Mismatch, Names, Outcome } from './expectation.ts';
import type { Exchange, Header, Transcript, TranscriptWorld, World } from './transcript.ts';

/** An answer as it came over the wire. */
interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

/**
 * Plays a transcript over HTTP against a fresh tenant.
 *
 * @throws Error that shows the file, the exchange, the path of the first mismatch and the whole answer
 */
export async function play(transcript: Transcript, makeWorld: TranscriptWorld): Promise<void> {
  const world = await makeWorld(transcript.setup);
  const expected = (exchange: Exchange, answer: Answer, names: Names): Names => {
    const outcome = judge(exchange, answer, names);
    if (isMismatch(outcome)) throw new Error(complaint(transcript, exchange, outcome, answer));
    return outcome.names;
  };
  const me = transcript.setup.options['me'];
  let names = await sendAll(transcript.people.map(arrival), given(world), expected);
  if (me !== undefined) names = new Map([...names, ['meToken', (await world.tokenFor?.(names.get(me) ?? '')) ?? '']]);
  await sendAll(transcript.exchanges, names, expected);
}

/** Sends the requests of a transcript again, whatever is answered: what names stand for is taken where it comes. */
export async function repeat({ people, exchanges }: Transcript, world: World): Promise<void> {
  await sendAll([...people.map(arrival), ...exchanges], given(world), (exchange, answer, names) => {
    const outcome = judge(exchange, answer, names);
    return isMismatch(outcome) ? names : outcome.names;
  });
}

const given = ({ base, ...tokens }: World): Names =>
  new Map([
    ['base', base],
    ...Object.entries(tokens).filter((token): token is [string, string] => typeof token[1] === 'string'),
  ]);

async function sendAll(
  exchanges: readonly Exchange[],
  names: Names,
  next: (exchange: Exchange, answer: Answer, names: Names) => Names,
): Promise<Names> {
  let known = names;
  for (const exchange of exchanges) known = next(exchange, await send(exchange, known), known);
  return known;
}

/** One of the people that a transcript takes for granted is created. */
export const arrival = (name: string): Exchange => ({
  title: `(${name} is created)`,
  line: 0,
  method: 'POST',
  target: '/scim/v2/Users',
  headers: [],
  body: JSON.stringify({ schemas: [userSchema], userName: `${name}@corp.example` }),
  expected: { status: 201, headers: [], body: { id: `{${name}}` } },
});

function send({ method, target, headers, body }: Exchange, names: Names): Promise<Answer> {
  const content = body === undefined ? undefined : fill(body, names);
  const all = new Map<string, Header>([['authorization', ['Authorization', 'Bearer {token}']]]);
  if (content !== undefined) all.set('content-type', ['Content-Type', 'application/scim+json']);
  for (const header of headers) all.set(header[0].toLowerCase(), header);
  const { hostname, port } = new URL(names.get('base') ?? '');
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        method,
        agent: false,
        path: fill(target, names).replace(/[^\x21-\x7e]/gu, encodeURIComponent),
        headers: Object.fromEntries(
          [...all.values()]
            .filter(([, value]) => value !== '<none>')
            .map(([name, value]) => [name, fill(value, names)]),
        ),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const received = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
          resolve({
            status: incoming.statusCode ?? 0,
            headers: new Map(received),
            text: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(content);
  });
}

/** Puts in what `{name}` stands for; `{1000 times x}` becomes that many x. */
export function fill(text: string, names: Names): string {
  return text
    .replace(/\{(\d+) times (\S+)\}/g, (_, count: string, what: string) => what.repeat(Number(count)))
    .replace(/\{([A-Za-z]\w*)\}/g, (_, name: string) => names.get(name) ?? '');
}

function judge({ expected }: Exchange, answer: Answer, names: Names): Outcome {
  if (answer.status !== expected.status) return { path: 'status', expected: expected.status, got: answer.status };
  const body = bodyOf(answer);
  let known = names;
  for (const [name, value] of expected.headers) {
    const path = `header ${name}`;
    const got = answer.headers.get(name.toLowerCase());
    const outcome = kinds.has(value) ? match(value, got, known, path) : matchText(value, got ?? '', known, path);
    if (isMismatch(outcome)) return outcome;
    known = outcome.names;
  }
  const outcome = expected.body === undefined ? { names: known } : match(expected.body, body, known);
  return isMismatch(outcome) ? outcome : (brokenRule(answer, body) ?? outcome);
}

function bodyOf({ text }: Answer): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** What holds of every answer of the server, and so is not repeated in the transcripts. */
function brokenRule(answer: Answer, body: Json | undefined): Mismatch | undefined {
  const { status, headers, text } = answer;
  const id = headers.get('x-request-id');
  if (id === undefined || id === '') return { path: 'header X-Request-Id', expected: '<any>', got: id };
  if (status === 204 || status === 304) return text === '' ? undefined : { path: '$', expected: 'no body', got: text };
  const type = headers.get('content-type');
  if (text !== '' && !/^application\/scim\+json(; ?charset=utf-8)?$/i.test(type ?? '')) {
    return { path: 'header Content-Type', expected: 'application/scim+json', got: type };
  }
  return status >= 400 ? brokenErrorRule(answer, body, id) : brokenBodyRule(answer, body);
}

/** Every error is a SCIM Error (RFC 7644 §3.12) whose detail ends with the request id; 401 says how to authenticate. */
function brokenErrorRule({ status, headers }: Answer, body: Json | undefined, id: string): Mismatch | undefined {
  const error = { schemas: [errorSchema], status: String(status), detail: `{sentence} [request ${id}]` };
  const outcome = match(error, body, new Map());
  if (isMismatch(outcome)) return outcome;
  const challenge = headers.get('www-authenticate');
  const isMute = status === 401 && challenge === undefined;
  return isMute ? { path: 'header WWW-Authenticate', expected: '<any>', got: challenge } : undefined;
}

/** itemsPerPage counts the page (RFC 7644 §3.4.2.4); meta.version and ETag agree (RFC 7643 §3.1). */
function brokenBodyRule({ headers }: Answer, body: Json | undefined): Mismatch | undefined {
  const { Resources, itemsPerPage, meta } = Object(body) as {
    Resources?: unknown;
    itemsPerPage?: unknown;
    meta?: unknown;
  };
  if (Array.isArray(Resources) && itemsPerPage !== Resources.length) {
    return { path: '$.itemsPerPage', expected: Resources.length, got: itemsPerPage };
  }
  const { version } = Object(meta) as { version?: unknown };
  const etag = headers.get('etag');
  if (etag === undefined || version === undefined || version === etag) return undefined;
  return { path: '$.meta.version', expected: etag, got: version };
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

function complaint(
  { file }: Transcript,
  { title, line }: Exchange,
  { path, expected, got }: Mismatch,
  answer: Answer,
): string {
  const headers = [...answer.headers].map(([name, value]) => `  ${name}: ${value}`);
  const body = bodyOf(answer);
  return [
    `${file}:${String(line)}: ${title}`,
    `  at       ${path}`,
    `  expected ${shown(expected)}`,
    `  got      ${shown(got)}`,
    `The whole answer:`,
    `  HTTP ${String(answer.status)}`,
    ...headers,
    '',
    body === undefined ? '  (no body)' : JSON.stringify(body, null, 2).replace(/^/gm, '  '),
  ].join('\n');
}
