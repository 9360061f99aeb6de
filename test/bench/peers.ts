import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ended } from '../support/fleet.ts';
import { freePort } from '../support/server.ts';
import { ownFolder, type Contender } from './contenders.ts';
import { groupId, joinerId, memberId, teamCount, teamOf, userBody, userId, userName, type Sizes } from './data.ts';
import { pidOf, serve } from './processes.ts';

const folder = fileURLToPath(new URL('peers', import.meta.url));

/** Installs what Rollcall is compared with, at the versions of its own lockfile; nothing else of the project does. */
function install(): void {
  if (existsSync(join(folder, 'node_modules/scimmy-routers'))) return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore' });
}

/** What scimmy-routers serves from memory; of the groups those of up to so many members. */
const largest = 10_000;

/** scimmy-routers over plain objects in memory: nothing of what it costs is a database's. */
export async function startScimmy({ users, joiners, groups }: Sizes): Promise<Contender> {
  install();
  const file = join(await ownFolder(), 'seed.json');
  await writeFile(file, JSON.stringify({ users: people(users, joiners), groups: crowds(groups) }));
  const port = await freePort();
  const token = 'a-token-of-scimmy';
  const child = await serve(port, [join(folder, 'scimmy.js'), String(port), token, file]);
  const base = `http://127.0.0.1:${port}/scim/v2`;
  return { name: 'scimmy-routers', pid: pidOf(child), base, token, stop: () => ended(child, 'SIGTERM') };
}

const people = (users: number, joiners: number): object[] => [
  ...Array.from({ length: users }, (_, at) => ({
    ...userBody(userName(at)),
    id: userId(at),
    groups: [0, 1, 2].map((more) => {
      const name = `team ${teamOf(at, more)}`;
      return { value: groupId(name), display: name, type: 'direct' };
    }),
  })),
  ...Array.from({ length: joiners }, (_, at) => ({
    ...userBody(`joiner${at}@corp.example`),
    id: joinerId(at),
    groups: [],
  })),
];

const crowds = (sizes: readonly number[]): object[] => [
  ...Array.from({ length: teamCount }, (_, at) => group(`team ${at}`, 0)),
  ...sizes.filter((size) => size <= largest).map((size) => group(`size ${size}`, size)),
];

const group = (displayName: string, size: number): object => ({
  id: groupId(displayName),
  displayName,
  members: Array.from({ length: size }, (_, at) => ({ value: memberId(size, at), type: 'User' })),
});
