import { Agent, request as send } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a request was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined where there is none. */
  readonly body: Record<string, unknown> & { readonly id: string };
}

/** The connection broke in the middle of an answer: what had come of it. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
  readonly headers: Answer['headers'];
  readonly text: string;

  constructor(headers: Answer['headers'], text: string, cause: unknown) {
    super(`The answer broke off after ${text.length} characters`, { cause });
    this.headers = headers;
    this.text = text;
  }
}

/** An identity provider of one connection. */
export interface Client {
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  createUser(userName: string, more?: object): Promise<string>;
  createGroup(displayName: string, members?: readonly string[]): Promise<string>;
  patch(path: string, operations: readonly object[], headers?: Record<string, string>): Promise<Answer>;
  /** The ids of a group's members. */
  members(group: string): Promise<string[]>;
  close(): void;
}

/** A client whose requests go to these SCIM base URLs in turn, over connections that it keeps. */
export function clientOf(bases: readonly string[], token: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  let turn = 0;

  const request: Client['request'] = (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      turn += 1;
      const text = body === undefined ? undefined : JSON.stringify(body);
      const outgoing = send(
        `${bases[turn % bases.length] ?? ''}${path}`,
        {
          method,
          agent,
          headers: {
            Authorization: `Bearer ${token}`,
            ...(text !== undefined && {
              'Content-Type': 'application/scim+json',
              'Content-Length': Buffer.byteLength(text),
            }),
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', (error) => {
            reject(new BrokenOff(incoming.headers, Buffer.concat(chunks).toString(), error));
          });
          incoming.on('end', () => {
            const answer = Buffer.concat(chunks).toString();
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: (answer === '' ? undefined : JSON.parse(answer)) as Answer['body'],
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(text);
    });

  const made = async (path: string, body: object): Promise<string> => {
    const answer = await request('POST', path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };

  return {
    request,
    createUser: (userName, more = {}) => made('/Users', { userName, ...more }),
    createGroup: (displayName, members = []) =>
      made('/Groups', { displayName, members: members.map((value) => ({ value })) }),
    patch: (path, operations, headers) =>
      request(
        'PATCH',
        path,
        { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations },
        headers,
      ),
    async members(group) {
      const { body } = await request('GET', `/Groups/${group}`);
      return ((body['members'] ?? []) as { value: string }[]).map(({ value }) => value);
    },
    close: () => {
      agent.destroy();
    },
  };
}

/** A client's requests, each sent as soon as somebody listens. */
export function onceHeard({ request }: Pick<Client, 'request'>): Client['request'] {
  const isUnheard = (error: unknown): boolean =>
    error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  return async (...asked) => {
    for (;;)
      try {
        return await request(...asked);
      } catch (error) {
        if (!isUnheard(error)) throw error;
        await sleep(50);
      }
  };
}

/** The operation that makes somebody a member. */
export const adding = (...ids: readonly string[]) => ({
  op: 'add',
  path: 'members',
  value: ids.map((value) => ({ value })),
});

/** The operation that ends a membership. */
export const removing = (...ids: readonly string[]) => ({
  op: 'remove',
  path: 'members',
  value: ids.map((value) => ({ value })),
});

/** How often each status occurs. */
export function tally(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
