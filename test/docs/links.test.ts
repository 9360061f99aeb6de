import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function documents(): Promise<readonly string[]> {
  const within = async (folder: string) =>
    (await readdir(join(root, folder), { recursive: true })).map((name) => join(folder, name));
  const all = await Promise.all(['docs', 'src', 'test', '.github'].map(within));
  const there = [...all.flat(), 'schemas/README.md', 'README.md', 'CHANGELOG.md'];
  const own = there.filter((name) => name.endsWith('.md') && !name.includes('node_modules'));
  return own.filter((name) => existsSync(join(root, name)));
}

const headings = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

/** The links of a document that lead nowhere: to a file that is not there, or to a heading that its file lacks. */
async function deadLinks(file: string, markdown: string): Promise<readonly string[]> {
  const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const local = targets.filter((target) => !/^[a-z]+:/.test(target));
  const dead = await Promise.all(
    local.map(async (target) => {
      const [path = '', anchor] = target.split('#');
      const to = path === '' ? file : normalize(join(dirname(file), path));
      if (!existsSync(join(root, to))) return [target];
      if (anchor === undefined) return [];
      return headings(await readFile(join(root, to), 'utf8')).includes(anchor) ? [] : [target];
    }),
  );
  return dead.flat();
}

describe('the documents', () => {
  it('every link within the project leads to something that is there', async () => {
    const dead: string[] = [];
    for (const file of await documents()) {
      for (const link of await deadLinks(file, await readFile(join(root, file), 'utf8'))) dead.push(`${file}: ${link}`);
    }
    expect(dead).to.deep.equal([]);
  });

  it('a link to a file or a heading that is not there is noticed', async () => {
    const links = '[a](nowhere.md) [b](README.md#no-such-heading) [c](README.md) [d](https://example.com/x)';
    expect(await deadLinks('links.md', links)).to.deep.equal(['nowhere.md', 'README.md#no-such-heading']);
  });
});
