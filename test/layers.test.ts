import { expect } from 'chai';
import { cruise } from 'dependency-cruiser';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ICruiseOptions, ICruiseResult, IForbiddenRuleType } from 'dependency-cruiser';

const root = fileURLToPath(new URL('..', import.meta.url));
const { forbidden, options } = createRequire(import.meta.url)('../scripts/layers.cjs') as {
  forbidden: IForbiddenRuleType[];
  options: ICruiseOptions;
};

/** A source tree in a temporary folder: every file a list of what it imports. */
const tree: Readonly<Record<string, readonly string[]>> = {
  'src/scim/errors.ts': ['node:util', 'ajv', './urns.ts'],
  'src/scim/urns.ts': [],
  'src/scim/clock.ts': ['node:timers/promises'],
  'src/domain/seats.ts': ['mongoose', 'node:fs', '../scim/errors.ts'],
  'src/domain/teams.ts': ['./users.ts'],
  'src/domain/users.ts': ['./teams.ts'],
  'src/domain/licenses.ts': ['./nowhere.ts'],
  'src/provisioning/users.ts': ['../scim/errors.ts', '../domain/credits.ts'],
  'src/domain/credits.ts': [],
  'src/http/scim.ts': ['express', '../scim/errors.ts', '../storage/groups.ts'],
  'src/storage/groups.ts': ['mongoose', 'express', '../../test/support/play.ts'],
  'src/utils/strings.ts': ['../domain/credits.ts'],
  'src/compose.ts': ['./storage/groups.ts', 'express'],
  'test/support/play.ts': [],
};

describe('the layers', () => {
  let violations: readonly string[] = [];

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rollcall-layers-'));
    const before = process.cwd();
    try {
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
      await cp(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
      for (const [file, imports] of Object.entries(tree)) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        const lines = imports.map((from, at) => `import * as m${at} from '${from}';\nexport const n${at} = m${at};\n`);
        await writeFile(join(folder, file), ['export const here = true;\n', ...lines].join(''));
      }
      process.chdir(folder);
      const { output } = await cruise(['src'], { ...options, ruleSet: { forbidden }, validate: true });
      violations = (output as ICruiseResult).summary.violations.map(
        ({ rule, from, to }) => `${rule.name}: ${from} → ${to}`,
      );
    } finally {
      process.chdir(before);
      await rm(folder, { recursive: true, force: true });
    }
  });

  const of = (file: string) => violations.filter((violation) => violation.includes(`: ${file} → `)).sort();
  const places = (file: string) => of(file).map((violation) => violation.replace(/→ .*node_modules.*/, '→ …'));

  it('a package, a Node module and another layer in the domain are each reported', () => {
    expect(places('src/domain/seats.ts')).to.deep.equal([
      'domain-layers: src/domain/seats.ts → src/scim/errors.ts',
      'domain-node: src/domain/seats.ts → fs',
      'domain-packages: src/domain/seats.ts → …',
    ]);
  });

  it('what the table allows is not reported', () => {
    expect(of('src/scim/errors.ts')).to.deep.equal([]);
    expect(of('src/provisioning/users.ts')).to.deep.equal([]);
  });

  it('a Node module beyond the few of a layer is reported', () => {
    expect(of('src/scim/clock.ts')).to.deep.equal(['scim-node: src/scim/clock.ts → timers/promises']);
  });

  it('the web layer may not reach the store, nor the store the web framework or the tests', () => {
    expect(of('src/http/scim.ts')).to.deep.equal(['http-layers: src/http/scim.ts → src/storage/groups.ts']);
    expect(places('src/storage/groups.ts')).to.deep.equal([
      'storage-layers: src/storage/groups.ts → test/support/play.ts',
      'storage-packages: src/storage/groups.ts → …',
    ]);
  });

  it('a cycle is reported', () => {
    expect(of('src/domain/teams.ts')).to.deep.equal(['no-cycles: src/domain/teams.ts → src/domain/users.ts']);
  });

  it('an import that leads nowhere is reported', () => {
    expect(of('src/domain/licenses.ts')[0]).to.match(/^resolvable: /);
  });

  it('a folder without a row in the table is reported', () => {
    expect(of('src/utils/strings.ts')).to.deep.equal(['known-places: src/utils/strings.ts → src/domain/credits.ts']);
  });

  it('the files that compose may import every layer, but not every package', () => {
    expect(places('src/compose.ts')).to.deep.equal(['compose.ts-packages: src/compose.ts → …']);
  });
});
