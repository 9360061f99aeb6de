import { longestName, nameFault } from '../domain/tenants.ts';
import { Refusal } from './errors.ts';

/**
 * The name as it is kept.
 *
 * @throws Refusal where nothing may be named so
 */
export function requireName(what: 'tenant' | 'connection', text: string): string {
  const name = text.normalize('NFC').trim();
  const fault = nameFault(name);
  switch (fault) {
    case undefined:
      return name;
    case 'empty':
      throw new Refusal(`A ${what} needs a name: give it one`);
    case 'too-long':
      throw new Refusal(`The name of a ${what} may be at most ${String(longestName)} characters long: shorten it`);
    case 'unprintable':
      throw new Refusal(`The name of a ${what} may hold no invisible characters: leave them out`);
    case 'reserved':
      throw new Refusal(`The name '${name}' is reserved: choose another for the ${what}`);
    case 'like-an-id':
      throw new Refusal(`The name of a ${what} may not look like an id: choose another`);
    default:
      return fault satisfies never;
  }
}

/** A text an operator gave, short enough to be shown in a message. */
export const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);
