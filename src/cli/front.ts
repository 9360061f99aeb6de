import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Facts } from '../admin/doctor/doctor.ts';
import type { Ports } from '../admin/ports.ts';
import type { Language } from '../words/languages.ts';
import type { Sentence } from '../words/say.ts';
import type { Meter } from './progress.ts';

/** What administration is done with, opened for one command. */
export interface Opened {
  readonly ports: Ports;
  close(): Promise<void>;
}

/** Where a command is typed: what it works on, and where it writes. */
export interface Terminal {
  /** Called once a command is understood. Only who restores may open what is half restored. */
  readonly open: (what?: 'restore') => Promise<Opened>;
  /** Looks at what is there, and changes nothing. */
  readonly examine: (asked: {
    readonly token?: string | undefined;
    readonly url?: string | undefined;
    /** Told how many organizations were looked at. */
    readonly noted: (done: number) => void;
  }) => Promise<Facts>;
  /** The content of a file. */
  readonly read: (file: string) => Promise<string>;
  /** Writes a new file, compressed. */
  readonly save: (file: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  /** The bytes that were written so; tells how far it has read. */
  readonly load: (file: string, noted: (read: number, size: number) => void) => AsyncIterable<Uint8Array>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Shows how far long work is. */
  readonly meter: (language: Language, what: string) => Meter;
  /** What whoever types reads, where the command line says nothing else. */
  readonly language: Language;
}

/** What a command is given: the terminal, and its language. */
export interface Front extends Terminal {
  readonly say: (...sentence: Sentence) => string;
}

/** What was asked is answered, and the answer is that something is wrong. */
export class Unwell extends Error {
  override readonly name = 'Unwell';
}

/** The option that every command has. */
export interface Output {
  readonly json?: true;
}

/** Does a command and shows what it gave: as JSON where that was asked for, for people otherwise. */
export async function perform<Result>(
  { open, out }: Pick<Front, 'open' | 'out'>,
  { json }: Output,
  use: (ports: Ports) => Promise<Result>,
  show: (result: Result) => string,
): Promise<void> {
  const { ports, close } = await open();
  try {
    const result = await use(ports);
    out(`${json ? JSON.stringify(result, null, 2) : show(result)}\n`);
  } finally {
    await close();
  }
}

/** What was given in one of several places. The command ends as not understood where it was not, or differently. */
export function given(
  { say }: Front,
  command: Command,
  which: 'name' | 'connection',
  places: readonly (string | undefined)[],
): string {
  const what = say(`error.what.${which}`);
  const [first, ...others] = new Set(places.filter((text) => text !== undefined));
  if (first === undefined) command.error(say('error.which', { what }));
  if (others.length > 0) command.error(say('error.one-only', { what }));
  return first;
}

/** Names separated by commas. */
export const listed = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== '');

/** Reads a whole number within bounds. */
export const wholeNumber =
  ({ say }: Front, least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(say('error.number', { least, most }));
  };
