/** The embedded MongoDB server cannot be had or started; the message says why and what to do about it. */
export class MongodError extends Error {
  override readonly name = 'MongodError';
}

/** What a caught value says, on one line. */
export const reason = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, ' ').trim();

/** A file-system error's code (`ENOENT`), when the value is one. */
export const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
