import { SingleBar, type Params } from 'cli-progress';
import type { Language } from '../words/languages.ts';
import { say } from '../words/say.ts';

/** Shows how far long work is. */
export interface Meter {
  /** So much is done; of how much, where that is known. */
  at(done: number, total?: number): void;
  /** All is done. */
  end(): void;
  /** It was broken off. */
  stop(): void;
}

/** Where progress is shown: the standard error, be it a terminal or a file. */
export interface Screen {
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Milliseconds of a clock that is never set back. */
  readonly elapsed: () => number;
}

/** A line at most so often where there is no terminal, and none for what is done before. */
const linesApartMs = 5_000;

/** Shows progress as a bar in a terminal, else as plain lines now and then. Both say what is left, where that is known. */
export const meterOn =
  (screen: Screen) =>
  (language: Language, what: string): Meter =>
    screen.stream.isTTY === true ? bar(screen, language, what) : lines(screen, language, what);

function lines({ stream, elapsed }: Screen, language: Language, what: string): Meter {
  const begun = elapsed();
  let last = begun;
  let reached = 0;
  const line = (text: string): void => void stream.write(`${text}\n`);
  return {
    at(done, total) {
      reached = done;
      const now = elapsed();
      if (now - last < linesApartMs) return;
      last = now;
      line(sentence(language, what, { done, total, spent: now - begun }));
    },
    end() {
      if (last === begun) return;
      line(
        say(language, 'progress.done', { what, done: numbered(language, reached), time: lasting(elapsed() - begun) }),
      );
    },
    stop: () => undefined,
  };
}

function bar({ stream, elapsed }: Screen, language: Language, what: string): Meter {
  const begun = elapsed();
  // The bar shows a share; where no total is known there is none, and the sentence stands alone.
  const format = (
    _options: unknown,
    { progress }: Params,
    { done, total }: { done: number; total?: number },
  ): string => {
    const text = sentence(language, what, { done, total, spent: elapsed() - begun });
    return total === undefined ? text : `${'█'.repeat(Math.round(progress * width)).padEnd(width, '░')} ${text}`;
  };
  const shown = new SingleBar({ stream, format, hideCursor: true, clearOnComplete: true, fps: 5, linewrap: false });
  shown.start(1, 0, { done: 0 });
  return {
    at(done, total) {
      if (total !== undefined) shown.setTotal(Math.max(total, done, 1));
      shown.update(total === undefined ? 0 : done, { done, total });
    },
    end: () => shown.stop(),
    stop: () => shown.stop(),
  };
}

const width = 30;

interface Standing {
  readonly done: number;
  readonly total: number | undefined;
  readonly spent: number;
}

function sentence(language: Language, what: string, { done, total, spent }: Standing): string {
  const so = numbered(language, done);
  if (total === undefined || done === 0) return say(language, 'progress.so-far', { what, done: so });
  // An estimate of what there is may turn out too low.
  const all = Math.max(total, done);
  return say(language, 'progress.of', {
    ...{ what, done: so, total: numbered(language, all), share: Math.floor((100 * done) / all) },
    left: lasting((spent * (all - done)) / done),
  });
}

const numbered = (language: Language, count: number): string => count.toLocaleString(language);

/** A time that somebody waits: `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function lasting(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${String(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${String(minutes)} min ${String(seconds % 60)} s`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}
