import { Agent, request as send } from 'node:http';
import type { Sent } from './operation.ts';

/** Who is asked, and as whom. */
export interface Address {
  readonly base: string;
  readonly token: string;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

const patience = 30_000;

/** Connections that are kept open, at most so many. */
export const connections = (most: number): Agent => new Agent({ keepAlive: true, maxSockets: most });

/** Sends one request and reads the whole answer. */
export function ask(agent: Agent, { base, token }: Address, { method, path, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(text !== undefined && {
        'Content-Type': 'application/scim+json',
        'Content-Length': Buffer.byteLength(text),
      }),
    };
    const outgoing = send(`${base}${path}`, { method, agent, headers, timeout: patience }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path} was not answered in time`)));
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}
