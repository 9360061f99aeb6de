import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The paths that a text names in backticks: what has a slash or ends like a file, and no blank in it.
 * URLs' paths begin with a slash, and module names with `node:` or `@`; patterns (`*`, `{id}`, `…`) name no one file.
 */
const pathsIn = (markdown: string): readonly string[] =>
  [...markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\s]+)`/g)]
    .map(([, code = '']) => code.replace(/:\d+$/, ''))
    .filter((code) => /^[\w.][\w./-]*$/.test(code))
    .filter((code) => code.includes('/') || /\.(ts|js|cjs|json|md|http)$/.test(code))
    .filter((code) => !/^(application|text)\//.test(code));

/** Those of the paths that are neither in the project, nor below src/, nor, without a folder, the name of any file. */
async function missing(paths: readonly string[]): Promise<readonly string[]> {
  const folders = ['src', 'test', 'scripts', 'schemas'];
  const names = await Promise.all(folders.map((folder) => readdir(join(root, folder), { recursive: true })));
  const known = new Set(names.flat().map((name) => basename(name)));
  const isThere = (path: string) =>
    existsSync(join(root, path)) ||
    existsSync(join(root, 'src', path)) ||
    existsSync(join(root, 'src', `${path}.ts`)) ||
    (!path.includes('/') && known.has(path));
  return paths.filter((path) => !isThere(path));
}

describe('src/ARCHITECTURE.md', () => {
  it('names only files and folders that are there', async () => {
    const named = pathsIn(await readFile(join(root, 'src/ARCHITECTURE.md'), 'utf8'));
    expect(named).to.not.have.length(0);
    expect(await missing(named)).to.deep.equal([]);
  });

  it('a file or folder that is not there would be noticed', async () => {
    const text =
      'See `scim/nowhere.ts`, `missing.ts`, `nothing/`, `src/scim/errors.ts`, `errors.ts` and `scim/errors`.';
    expect(await missing(pathsIn(text))).to.deep.equal(['scim/nowhere.ts', 'missing.ts', 'nothing/']);
  });

  it('a media type, a URL and a pattern are no files', () => {
    expect(
      pathsIn('`application/scim+json` `/scim/v2` `a/{id}` `transcripts/*.http` `node:fs/promises` `x y.ts`'),
    ).to.eql([]);
  });
});
