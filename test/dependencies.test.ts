import { expect } from 'chai';
import { readFileSync } from 'node:fs';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as Lock;

/** What is installed, whoever needs it: name and version. */
const installed = Object.entries(lock.packages).flatMap(([path, { version = '' }]) => {
  const name = path.split('node_modules/').at(-1) ?? '';
  return name === '' ? [] : [{ name, version }];
});

const numbers = (version: string): number[] => version.split('.').map(Number);

/** Whether a version comes before another. */
function isBefore(version: string, other: string): boolean {
  const [a, b] = [numbers(version), numbers(other)];
  const at = a.findIndex((number, index) => number !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

describe('What is installed', () => {
  it('has none of the packages that fail by design', () => {
    const failing = ['scim-patch', 'scimmy', 'scimmy-routers', 'exceljs', 'xlsx', 'safe-regex2'];
    expect(installed).to.have.length.above(100);
    expect(installed.filter(({ name }) => failing.includes(name))).to.deep.equal([]);
  });

  const fixed: [name: string, first: string, why: string][] = [
    ['sift', '17.1.4', 'CVE-2026-85625'],
    ['mongoose', '8.9.5', 'CVE-2024-53900, CVE-2025-23061'],
  ];
  for (const [name, first, why] of fixed)
    it(`has no version of ${name} before ${first}`, () => {
      const versions = installed.filter((one) => one.name === name).map(({ version }) => version);
      expect(versions, name).to.not.deep.equal([]);
      for (const version of versions) expect(isBefore(version, first), `${name} ${version}: ${why}`).to.equal(false);
    });
});
