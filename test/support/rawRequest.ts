import { request } from 'node:http';
import type { Agent } from 'node:http';

/** What a request was answered, as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

interface Raw {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string | undefined;
  readonly agent?: Agent;
}

/** Sends bytes as they are, and reads the answer even where it comes before all of them are sent. */
export function sendRaw(method: string, url: string, { headers, body, agent }: Raw): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const length = String(body === undefined ? 0 : Buffer.byteLength(body));
    const all = { 'Content-Length': length, ...headers };
    const outgoing = request(url, { method, headers: all, ...(agent && { agent }) }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'] ?? '', text });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
