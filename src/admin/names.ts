import { longestName, nameFault } from '../domain/tenants.ts';
import { said } from '../words/say.ts';
import { Refusal } from './errors.ts';

/**
 * The name as it is kept.
 *
 * @throws Refusal where nothing may be named so
 */
export function requireName(thing: 'tenant' | 'connection', text: string): string {
  const what = said(`thing.${thing}`);
  const name = text.normalize('NFC').trim();
  const fault = nameFault(name);
  switch (fault) {
    case undefined:
      return name;
    case 'empty':
      throw new Refusal('name.empty', { what });
    case 'too-long':
      throw new Refusal('name.too-long', { what, most: longestName });
    case 'unprintable':
      throw new Refusal('name.unprintable', { what });
    case 'reserved':
      throw new Refusal('name.reserved', { what, name });
    case 'like-an-id':
      throw new Refusal('name.like-an-id', { what });
    default:
      return fault satisfies never;
  }
}

/** A text an operator gave, short enough to be shown in a message. */
export const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);
