import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { startTestServer, type TestServer } from '../support/server.ts';

interface Index {
  readonly key: Readonly<Record<string, unknown>>;
  readonly unique?: boolean;
  readonly partialFilterExpression?: object;
}

const keysOf = ({ key }: Index): readonly string[] => Object.keys(key);

const isPrefix = (prefix: readonly string[], keys: readonly string[]): boolean =>
  prefix.every((name, at) => keys[at] === name);

describe('docs/scaling.md', function () {
  this.timeout(60_000);
  let server: TestServer;
  let text: string;
  const indexes = new Map<string, readonly Index[]>();

  before(async () => {
    text = await readFile(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
    server = await startTestServer();
    // What is made with its first document.
    const { base, token } = await server.tenant();
    await fetch(`${base}/Users`, { headers: { Authorization: `Bearer ${token}` } });
    for (const { name } of await server.db.listCollections())
      indexes.set(name, await server.db.collection(name).indexes());
  });
  after(() => server.stop());

  /** The shard keys of its table, by collection. */
  const shardKeys = (): ReadonlyMap<string, readonly string[]> =>
    new Map(
      [...text.matchAll(/^\| `(\w+)` \| (`.+`) \| .+ \|$/gm)].map(([, name = '', keys = '']) => [
        name,
        [...keys.matchAll(/`(\w+)`/g)].map(([, key = '']) => key),
      ]),
    );

  it('names every collection: in the table, or among those that stay whole', () => {
    const [, whole = ''] = /stays whole on the first shard: (.+?)\. /.exec(text) ?? [];
    const named = [...shardKeys().keys(), ...[...whole.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)];
    expect(new Set(named)).to.have.length(named.length);
    expect(named).to.include.members([...indexes.keys()]);
  });

  it('gives each a shard key that MongoDB takes, the beginning of every unique index, or says that it does not', () => {
    expect(shardKeys().size).to.equal(9);
    const uniqueOf = (name: string) => (indexes.get(name) ?? []).filter(({ unique }) => unique).map(keysOf);
    const refused = [...shardKeys()].filter(([name, key]) => uniqueOf(name).some((keys) => !isPrefix(key, keys)));
    expect(refused).to.deep.equal([['resources', ['tenant', '_id']]]);
    expect(text).to.match(/^\| `resources` .* against the unique index `\{ tenant, key \}` .*$/m);
    for (const name of shardKeys().keys()) for (const [first] of uniqueOf(name)) expect(first, name).to.equal('tenant');
  });

  it('says where an index that begins with the tenant is missing', () => {
    const full = (name: string) => (indexes.get(name) ?? []).filter((index) => !index.partialFilterExpression);
    const lacking = [...shardKeys().keys()].filter(
      (name) => !full(name).some((index) => keysOf(index)[0] === 'tenant'),
    );
    expect(lacking).to.deep.equal(['edges']);
    expect(text).to.match(/^\| `edges` .* a full one has to be made first, .*$/m);
  });
});
