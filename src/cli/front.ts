import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Ports } from '../admin/ports.ts';

/** What administration is done with, opened for one command. */
export interface Opened {
  readonly ports: Ports;
  close(): Promise<void>;
}

/** What the commands work on, and where they write. */
export interface Front {
  /** Called once a command is understood. Only who restores may open what is half restored. */
  readonly open: (what?: 'restore') => Promise<Opened>;
  /** The content of a file. */
  readonly read: (file: string) => Promise<string>;
  /** Writes a new file, compressed. */
  readonly save: (file: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  /** The bytes that were written so. */
  readonly load: (file: string) => AsyncIterable<Uint8Array>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The option that every command has. */
export interface Output {
  readonly json?: true;
}

/** Does a command and shows what it gave: as JSON where that was asked for, for people otherwise. */
export async function perform<Result>(
  { open, out }: Front,
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
export function given(command: Command, what: string, places: readonly (string | undefined)[]): string {
  const [first, ...others] = new Set(places.filter((text) => text !== undefined));
  if (first === undefined) command.error(`error: say which ${what}`);
  if (others.length > 0) command.error(`error: say one ${what}, not several`);
  return first;
}

/** Names separated by commas. */
export const listed = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== '');

/** Reads a whole number within bounds. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${String(least)} to ${String(most)}.`);
  };
