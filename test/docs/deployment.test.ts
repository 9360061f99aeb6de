import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const root = new URL('../..', import.meta.url);
const read = (file: string) => readFile(new URL(file, root), 'utf8');

/** The Dockerfile's health check, as Docker would run it. */
async function healthCheck(): Promise<readonly string[]> {
  const dockerfile = (await read('Dockerfile')).replace(/\\\n/g, '');
  const [, command = ''] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  return JSON.parse(command) as readonly string[];
}

async function exitCode(command: string, args: readonly string[], port: string): Promise<unknown> {
  const { TLS_CERT: _, ...environment } = process.env;
  const child = spawn(command, args, { env: { ...environment, PORT: port }, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as unknown[];
  return code;
}

describe('the container', () => {
  for (const [status, code] of [
    [200, 0],
    [503, 1],
  ] as const) {
    it(`is ${code === 0 ? 'healthy' : 'unhealthy'} when readiness answers ${status}`, async () => {
      const [command = '', ...args] = await healthCheck();
      const server = createServer((request, response) => {
        response.writeHead(request.url === '/health/ready' ? status : 404).end();
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const { port } = server.address() as AddressInfo;
        expect(await exitCode(command, args, String(port))).to.equal(code);
      } finally {
        server.close();
      }
    });
  }

  it('is unhealthy when nobody listens', async () => {
    const [command = '', ...args] = await healthCheck();
    expect(await exitCode(command, args, '1')).to.equal(1);
  });

  it('starts the server as npm does', async () => {
    const [dockerfile, manifest] = await Promise.all([read('Dockerfile'), read('package.json')]);
    const { scripts } = JSON.parse(manifest) as { scripts: { start: string } };
    const command = JSON.parse(/^CMD (.+)$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
    expect(scripts.start).to.include(` exec ${command.join(' ')}`);
  });

  it('holds every file that its build copies', async () => {
    const [dockerfile, ignore] = await Promise.all([read('Dockerfile'), read('.dockerignore')]);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    const allowed = ignore.split('\n').flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    expect(copied).to.not.have.length(0);
    expect(copied.filter((name) => !allowed.includes(name))).to.deep.equal([]);
  });
});
