import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testBinary } from '../support/mongod.ts';

/** A mongod that is no replica set. */
export async function startStandalone(): Promise<{ readonly uri: string; stop(): Promise<void> }> {
  const { file } = await testBinary();
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-standalone-'));
  const log = join(folder, 'log');
  const args = ['--dbpath', folder, '--logpath', log, '--bind_ip', '127.0.0.1', '--port', '0', '--nounixsocket'];
  const child: ChildProcess = spawn(file, args, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  let port: string | undefined;
  for (let left = 1_000; left > 0 && port === undefined; left -= 1) {
    await sleep(20);
    const text = await readFile(log, 'utf8').catch(() => '');
    port = /"Waiting for connections","attr":\{"port":(\d+)/.exec(text)?.[1];
  }
  return {
    uri: `mongodb://127.0.0.1:${port ?? '0'}/standalone`,
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A wire to a mongod that can be cut once something was said on it. */
export interface Wire {
  readonly uri: string;
  /** Lets that word through to the server, and no answer back, then or later, until it is mended. */
  cutAfter(word: string): void;
  mend(): void;
  close(): Promise<void>;
}

/** Puts a wire before the server of a URI that names one host. */
export async function wireTo(uri: string): Promise<Wire> {
  const { host, hostname, port } = new URL(uri);
  const sockets = new Set<Socket>();
  let trigger: Buffer | undefined;
  let state: 'whole' | 'cut' = 'whole';
  const server = createServer((client) => {
    if (state === 'cut') {
      client.destroy();
      return;
    }
    const upstream = createConnection({ host: hostname, port: Number(port) });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
    client.on('data', (data) => {
      if (trigger && data.includes(trigger)) {
        trigger = undefined;
        state = 'cut';
        // The server hears it; the clients hear nothing more.
        upstream.write(data, () => {
          for (const socket of sockets) if (socket !== upstream) socket.destroy();
        });
        return;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (state === 'whole') client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    uri: uri.replace(host, own).replace(/replicaSet=\w+/, 'directConnection=true'),
    cutAfter(word) {
      trigger = Buffer.from(word);
    },
    mend() {
      state = 'whole';
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
