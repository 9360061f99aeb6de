import { Refusal } from './errors.ts';

/** More than a line or the documents behind it ever are: MongoDB ends an answer at 16 MB and one document. */
const most = 64 * 1_024 * 1_024;

const lineEnd = 10;

/** Bytes that come in pieces, read as lines and as blocks of a known length. */
export interface Input {
  /** @throws Refusal where there is no whole line */
  line(): Promise<Buffer>;
  /** @throws Refusal where there are not so many */
  take(length: number): Promise<Buffer>;
  /** @throws Refusal where there is more */
  end(): Promise<void>;
  /** Reads no further. */
  close(): Promise<void>;
}

/** What is wrong with a backup that is not as it was written. */
export const damaged = (cause?: unknown): Refusal => new Refusal('backup.damaged').because(cause);

/** Reads bytes in the pieces in which they come, and keeps no more than was asked for and one piece. */
export function inputOf(bytes: AsyncIterable<Uint8Array>): Input {
  const source = bytes[Symbol.asyncIterator]();
  let held: Uint8Array[] = [];
  let size = 0;

  async function next(): Promise<Uint8Array | undefined> {
    const result = await source.next();
    if (result.done) return undefined;
    const { value } = result;
    held.push(value);
    size += value.length;
    return value;
  }

  async function take(length: number): Promise<Buffer> {
    if (length > most) throw damaged();
    while (size < length) if (!(await next())) throw damaged();
    const all = Buffer.concat(held);
    held = [all.subarray(length)];
    size -= length;
    return all.subarray(0, length);
  }

  return {
    take,
    async line() {
      let before = 0;
      let at = Buffer.concat(held).indexOf(lineEnd);
      while (at < 0) {
        before = size;
        const piece = await next();
        if (!piece || size > most) throw damaged();
        at = piece.indexOf(lineEnd);
      }
      return take(before + at + 1);
    },
    async end() {
      while (size === 0) if (!(await next())) return;
      throw damaged();
    },
    async close() {
      await source.return?.();
    },
  };
}
