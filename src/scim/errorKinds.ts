import * as catalogue from './errors.ts';
import type { ScimType } from './errors.ts';

/** A kind of error answer. */
export interface ErrorKind {
  /** What the catalogue calls it. */
  readonly name: string;
  readonly status: number;
  readonly scimType: ScimType | undefined;
}

/** The catalogue of errors, by status: what documents say of it is never more or less than there is. */
export function errorKinds(): readonly ErrorKind[] {
  const makers: Readonly<Record<string, unknown>> = catalogue;
  return Object.entries(makers)
    .flatMap(([name, make]): ErrorKind[] => {
      if (typeof make !== 'function' || make === catalogue.ScimError) return [];
      const error: unknown = (make as (...words: string[]) => unknown)('', '');
      return error instanceof catalogue.ScimError ? [{ name, status: error.status, scimType: error.scimType }] : [];
    })
    .sort((a, b) => a.status - b.status || a.name.localeCompare(b.name));
}
