import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { broken, typed } from './typed.ts';

const call = promisify(execFile);

const { rollcall } = typed(() => {
  throw new Error('completion opens nothing');
});

/** What bash offers behind what was typed: as it asks, by COMP_WORDS. */
async function offered(script: string, ...typedWords: readonly string[]): Promise<string[]> {
  const words = ['rollcall', ...typedWords].map((word) => `'${word}'`).join(' ');
  const asked = `${script}\nCOMP_WORDS=(${words})\nCOMP_CWORD=${String(typedWords.length)}\n_rollcall\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await call('bash', ['--norc', '--noprofile', '-uc', asked]);
  return stdout.split('\n').filter((word) => word !== '');
}

const isThere = (shell: string): Promise<boolean> =>
  call(shell, ['-c', 'true']).then(
    () => true,
    () => false,
  );

describe('cli: shell completion', () => {
  let script = '';
  before(async () => {
    const { code, out } = await rollcall('completion bash');
    expect(code).to.equal(0);
    script = out;
  });

  const table: readonly (readonly [words: readonly string[], has: readonly string[], not: readonly string[]])[] = [
    [[''], ['tenant', 'connection', 'token', 'backup', 'completion', 'help', '--lang'], ['create', '--json']],
    [['te'], ['tenant'], ['token']],
    [
      ['connection', ''],
      ['create', 'list', 'log', 'pause', '--help'],
      ['tenant', '--kind'],
    ],
    [['connection', 'create', '--'], ['--kind', '--scopes', '--json', '--lang'], ['--outcome']],
    [
      ['connection', 'create', '--kind', ''],
      ['okta', 'entra', 'generic'],
      ['--kind', 'create'],
    ],
    [['connection', 'create', '--kind', 'ok'], ['okta'], ['entra']],
    [['connection', 'log', '--tenant', 'token', '--out'], ['--outcome'], []],
    [['--lang', 'fr', 'token', ''], ['create', 'revoke', 'list'], ['connection']],
    [['--lang', ''], ['en', 'fr'], ['tenant']],
    [['completion', ''], ['bash', 'zsh', 'fish'], []],
    [['connection', 'create', 'tenant', '--di'], ['--dialect'], []],
    [['nothing', 'like', 'that', 'ten'], ['tenant'], []],
  ];
  for (const [words, has, not] of table)
    it(`bash offers what may come after '${words.join(' ')}'`, async () => {
      const found = await offered(script, ...words);
      expect(found).to.include.members(has);
      for (const word of not) expect(found).to.not.include(word);
    });

  it('every command can be reached by what is offered, and every option of it is', async () => {
    const commands = async (path: readonly string[]): Promise<string[][]> => {
      const found = (await offered(script, ...path, '')).filter((word) => !word.startsWith('-') && word !== 'help');
      const isEnd = path.length === 2 || ['backup', 'restore', 'completion'].includes(path[0] ?? '');
      return isEnd ? [[...path]] : (await Promise.all(found.map((word) => commands([...path, word])))).flat();
    };
    const all = await commands([]);
    expect(all).to.have.length.above(15);
    for (const path of all) {
      const { out } = await rollcall(`${path.join(' ')} --help`);
      const options = [...out.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = '']) => option);
      expect(await offered(script, ...path, '--'), path.join(' ')).to.include.members(options);
    }
  });

  it('is not put out by quotes in what commands are described by, in any language', async () => {
    for (const shell of ['bash', 'zsh', 'fish'])
      for (const language of ['en', 'fr']) {
        const { code, out } = await rollcall(`completion ${shell} --lang ${language}`);
        expect(code).to.equal(0);
        expect(out).to.contain('connection create').and.contain('--outcome');
        // Each shell that is here reads its script without a word.
        if (await isThere(shell)) await call(shell, ['-n', '-c', out]);
      }
  });

  it('opens nothing', async () => {
    const { run } = await import('../../src/cli/run.ts');
    expect(await run(['completion', 'fish'], broken)).to.equal(0);
  });
});
