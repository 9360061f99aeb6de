import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientOf, type Client } from '../support/client.ts';
import { figures } from '../support/figures.ts';
import { temporaryFolders } from '../support/folders.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';
import { endPrograms, firstRunOf, serve, stop, type Program } from '../support/process.ts';
import { freePort } from '../support/server.ts';

const crowd = 2_000;

/** So many knock at once: of more than wait in the system's queue (511) some are not there yet, though they think so. */
const together = 200;

/** Within this long all of them are gone, in milliseconds. */
const promised = 15_000;

/** What is sent at once, and then, if anything, a letter a second. */
const kinds: Readonly<Record<string, (token: string) => readonly [head: string, drip: string]>> = {
  'say nothing': () => ['', ''],
  'end no header': (token) => [`GET /scim/v2/Users HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n`, ''],
  'send a header letter by letter': () => ['GET /scim/v2/Users HTTP/1.1\r\nX-Slow: ', 'x'],
  'send no body': (token) => [`${posting(token)}\r\n`, ''],
  'send a body letter by letter': (token) => [`${posting(token)}\r\n{"userName":"`, 'x'],
};

const posting = (token: string): string =>
  `POST /scim/v2/Users HTTP/1.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/scim+json\r\nContent-Length: 100000\r\n`;

describe(`${crowd} clients that are slow, or only half there`, function () {
  this.timeout(60_000);
  const folders = temporaryFolders();
  let database: TestDatabase;
  let program: Program;
  let client: Client;
  /** When each came, and how long it was there, in milliseconds; those that still are have no length. */
  const joined: { readonly kind: string; since: number; after: number | undefined }[] = [];
  /** The same, before we ended those that still were there. */
  let cut: typeof joined = [];
  const statuses: number[] = [];
  /** How long others waited for their answers, in milliseconds. */
  const waits: number[] = [];

  before(async () => {
    database = await freshDatabase();
    const [dataDir, port] = [await folders.make(), await freePort()];
    const settings = { MONGODB_URI: database.uri, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'error' };
    program = await serve({ ...settings, SCIM_RATE_LIMIT: '0' });
    const { token } = await firstRunOf(dataDir);
    client = clientOf([`http://127.0.0.1:${port}/scim/v2`], token);
    await client.createUser('ann');

    const sockets: Socket[] = [];
    while (sockets.length < crowd)
      sockets.push(
        ...(await Promise.all(Array.from({ length: together }, (_, at) => join(port, token, sockets.length + at)))),
      );
    const isAwaited = ({ since, after }: (typeof joined)[number]) =>
      after === undefined && performance.now() - since < promised + 1_000;
    while (joined.some(isAwaited)) {
      const asked = performance.now();
      statuses.push((await client.request('GET', '/Users?count=1')).status);
      waits.push(performance.now() - asked);
      await sleep(20);
    }
    cut = structuredClone(joined);
    for (const socket of sockets) socket.destroy();
    report();
  });
  after(async () => {
    client.close();
    await stop(program);
    endPrograms();
    await database.drop();
    await folders.remove();
  });

  function report(): void {
    const seen = figures('Clients that are slow, or only half there');
    const ends = cut.flatMap(({ after }) => (after === undefined ? [] : [after]));
    seen.count('clients', cut.length);
    seen.count('cut', ends.length);
    seen.most('longest until cut', Math.max(...ends) / 1_000, 's');
    seen.count('requests of others', statuses.length);
    seen.count('of these failed', statuses.filter((status) => status !== 200).length);
    const inOrder = waits.toSorted((a, b) => a - b);
    for (const part of [50, 99])
      seen.most(`their p${part}`, inOrder[Math.floor((inOrder.length * part) / 100)] ?? 0, 'ms');
  }

  async function join(port: number, token: string, at: number): Promise<Socket> {
    const all = Object.entries(kinds);
    const [kind, write] = all[at % all.length] ?? [];
    if (kind === undefined || !write) throw new Error('no kind');
    const [head, drip] = write(token);
    const one: (typeof joined)[number] = { kind, since: performance.now(), after: undefined };
    joined.push(one);
    let timer: NodeJS.Timeout | undefined;
    const socket = connect(port, '127.0.0.1', () => {
      one.since = performance.now();
      if (head !== '') socket.write(head);
      if (drip !== '') timer = setInterval(() => socket.write(drip), 1_000);
    });
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      one.after = performance.now() - one.since;
    });
    await once(socket, 'connect');
    return socket;
  }

  for (const kind of Object.keys(kinds))
    it(`are cut within 15 s: those that ${kind}`, () => {
      const own = cut.filter((each) => each.kind === kind);
      expect(own).to.have.lengthOf(crowd / Object.keys(kinds).length);
      expect(own.filter(({ after }) => after === undefined || after > promised)).to.deep.equal([]);
    });

  it('leave others what they ask for', () => {
    expect(statuses).to.have.length.of.at.least(100);
    expect(new Set(statuses)).to.deep.equal(new Set([200]));
  });
});
