import { expect } from 'chai';
import { ESLint } from 'eslint';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Sources that break one rule each, and which one. */
const table: readonly (readonly [why: string, file: string, source: string, rule: string])[] = [
  ['the environment outside config.ts', 'src/storage/a.ts', 'export const a = process.env;', 'no-restricted-syntax'],
  ['the environment by import', 'src/http/b.ts', `export { env } from 'node:process';`, 'no-restricted-imports'],
  ['the clock in the core', 'src/domain/c.ts', 'export const c = Date.now();', 'no-restricted-properties'],
  ['the time of day in the core', 'src/scim/d.ts', 'export const d = new Date();', 'no-restricted-syntax'],
  ['chance in the core', 'src/provisioning/e.ts', 'export const e = Math.random();', 'no-restricted-properties'],
  ['a timer in the core', 'src/scim/f.ts', 'export const f = setTimeout;', 'no-restricted-globals'],
  ['the console in the core', 'src/domain/g.ts', 'console.log(1);\nexport {};', 'no-restricted-globals'],
  ['the console anywhere in the product', 'src/http/h.ts', 'console.log(1);\nexport {};', 'no-restricted-globals'],
  ['a class', 'src/storage/i.ts', 'export class I { readonly i = 1; }', 'no-restricted-syntax'],
  ['a default export', 'src/scim/j.ts', 'export default 1;', 'no-restricted-syntax'],
  ['a barrel', 'src/scim/k.ts', `export * from './errors.ts';`, 'no-restricted-syntax'],
  [
    'a boolean parameter',
    'src/scim/l.ts',
    'export const l = (loud: boolean): number => Number(loud);',
    'no-restricted-syntax',
  ],
  ['a boolean parameter by default', 'src/scim/m.ts', 'export const m = (x = false) => x;', 'no-restricted-syntax'],
  ['a file of 301 lines', 'src/scim/n.ts', `${'//\n'.repeat(300)}export {};`, 'max-lines'],
  [
    'thirteen ways through a function',
    'src/scim/o.ts',
    `export function o(n: number) {\n${'  if (n > 1) n /= 2;\n'.repeat(12)}  return n;\n}`,
    'complexity',
  ],
  ['any', 'src/scim/p.ts', 'export const p = (q: any): unknown => q;', '@typescript-eslint/no-explicit-any'],
  [
    'an assertion that something is there',
    'src/scim/q.ts',
    'export const q = (r?: string) => r!.length;',
    '@typescript-eslint/no-non-null-assertion',
  ],
  [
    'a promise that nobody waits for',
    'src/http/r.ts',
    'const r = async () => 1;\nr();\nexport {};',
    '@typescript-eslint/no-floating-promises',
  ],
];

/** Sources that break none. */
const harmless: readonly (readonly [why: string, file: string, source: string])[] = [
  ['the environment in config.ts', 'src/config.ts', 'export const all = process.env;'],
  [
    'an error class',
    'src/scim/errors.ts',
    `export class ScimError extends Error { override readonly name = 'ScimError'; }`,
  ],
  ['a given instant in the core', 'src/domain/s.ts', 'export const s = (ms: number) => new Date(ms);'],
  ['the clock at the edge', 'src/http/t.ts', 'export const t = () => Date.now();'],
  [
    'twelve ways through a function',
    'src/scim/u.ts',
    `export function u(n: number) {\n${'  if (n > 1) n /= 2;\n'.repeat(11)}  return n;\n}`,
  ],
];

describe('the linter', function () {
  this.timeout(60_000);
  const reported = new Map<string, readonly string[]>();

  before(async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'rollcall-lint-')));
    try {
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
      for (const file of ['package.json', 'tsconfig.json', 'scripts/eslint.config.js']) {
        await cp(join(root, file), join(folder, file));
      }
      for (const [, file, source] of [...table, ...harmless]) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), `${source}\n`);
      }
      const eslint = new ESLint({ cwd: folder, overrideConfigFile: join(folder, 'scripts/eslint.config.js') });
      for (const { filePath, messages } of await eslint.lintFiles(['src'])) {
        const errors = messages.filter(({ severity }) => severity === 2);
        reported.set(
          filePath.slice(folder.length + 1),
          errors.map(({ ruleId, message }) => ruleId ?? message),
        );
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  for (const [why, file, , rule] of table) {
    it(`refuses ${why}`, () => {
      expect(reported.get(file)).to.include(rule);
    });
  }

  for (const [why, file] of harmless) {
    it(`accepts ${why}`, () => {
      expect(reported.get(file)).to.deep.equal([]);
    });
  }
});
