import { load, save } from '../../src/archive.ts';
import type { Terminal } from '../../src/cli/front.ts';
import { run } from '../../src/cli/run.ts';
import type { Ports } from '../../src/admin/ports.ts';

/** What a command ended with and wrote. */
interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A terminal without files, nothing to look at, of somebody who reads English and watches nothing. */
const plain: Omit<Terminal, 'open' | 'out' | 'err'> = {
  examine: () => Promise.reject(new Error('there is nothing to look at')),
  read: () => Promise.resolve(''),
  save,
  load,
  meter: () => ({ at: () => undefined, end: () => undefined, stop: () => undefined }),
  language: 'en',
};

/** A terminal whose database can't be opened. */
export const broken: Terminal = {
  ...plain,
  open: () => Promise.reject(new Error('away')),
  out: () => undefined,
  err: () => undefined,
};

/** Runs commands as they are typed; `files` hold what a command may name. */
export function typed(
  ports: () => Ports,
  files: ReadonlyMap<string, string> = new Map(),
  terminal: Partial<Pick<Terminal, 'language' | 'meter' | 'examine'>> = {},
) {
  let opened = 0;

  /** Runs a command, and tells how it ended and what it wrote. */
  async function rollcall(line: string): Promise<Ended> {
    let out = '';
    let err = '';
    const code = await run(line === '' ? [] : line.split(' '), {
      ...plain,
      ...terminal,
      open: () => {
        opened += 1;
        return Promise.resolve({ ports: ports(), close: () => Promise.resolve(void (opened -= 1)) });
      },
      read: (file) => Promise.resolve(files.get(file) ?? ''),
      out: (text) => (out += text),
      err: (text) => (err += text),
    });
    return { code, out, err };
  }

  /** What a command answers to programs. @throws Error where it ends otherwise than well */
  async function json(line: string): Promise<unknown> {
    const { code, out, err } = await rollcall(`${line} --json`);
    if (code !== 0 || err !== '') throw new Error(`${line}: ${String(code)} ${err}`);
    return JSON.parse(out) as unknown;
  }

  return {
    rollcall,
    json,
    /** How many times what commands work on is open. */
    opened: () => opened,
  };
}
