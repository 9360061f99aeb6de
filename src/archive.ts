import { open, rename, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import { Refusal } from './admin/errors.ts';

/** The standard input or output. */
const standard = '-';

const chunkSize = 256 * 1_024;

const compressed = () => createGzip({ level: constants.Z_BEST_SPEED, chunkSize });

const why = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/**
 * Writes bytes, compressed, to a new file that only its owner can read; it has its name once it is whole and on the disk.
 *
 * @throws Refusal where the file can't be made
 */
export async function save(file: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  if (file === standard) {
    if (process.stdout.isTTY) throw new Refusal('backup.to-terminal');
    await pipeline(bytes, compressed(), process.stdout, { end: false });
    return;
  }
  if (await isThere(file)) throw new Refusal('file.there', { file });
  const partial = `${file}.partial`;
  const handle = await open(partial, 'wx', 0o600).catch((cause: unknown) => {
    throw new Refusal('file.unwritable', { file: partial, why: why(cause) }).because(cause);
  });
  try {
    await pipeline(bytes, compressed(), handle.createWriteStream({ flush: true }));
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/**
 * Reads what `save` wrote, and tells how many bytes of how many it has read.
 *
 * @throws Refusal where there is no such file, or it was not written so
 */
export async function* load(
  file: string,
  noted: (read: number, size: number) => void = () => undefined,
): AsyncGenerator<Uint8Array, undefined> {
  const source = file === standard ? process.stdin : await reading(file, noted);
  const bytes = createGunzip({ chunkSize });
  // Whatever happens to the source happens to what is read of it.
  pipeline(source, bytes).catch(() => undefined);
  try {
    for await (const chunk of bytes) yield chunk as Uint8Array;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!code.startsWith('Z_')) throw cause;
    throw new Refusal('backup.no-backup').because(cause);
  }
  return undefined;
}

async function reading(file: string, noted: (read: number, size: number) => void): Promise<Readable> {
  try {
    const handle = await open(file);
    const { size } = await handle.stat();
    const bytes = handle.createReadStream({ highWaterMark: chunkSize });
    bytes.on('data', () => noted(bytes.bytesRead, size));
    // Who reads decides how fast: being told of what is read alone would make it flow.
    return bytes.pause();
  } catch (cause) {
    throw new Refusal('file.unreadable', { file, why: why(cause) }).because(cause);
  }
}
