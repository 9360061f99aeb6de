import { records } from './roles.ts';
import type { Attributes } from './states.ts';

/** How somebody is reached. */
export interface Contact {
  readonly channel: 'email' | 'mobile';
  /** The address, or the number as he has it. */
  readonly to: string;
}

const address = /^[^\s@]{1,64}@[^\s@]{1,255}$/;
const number = /^\+?[\d\s().-]{4,32}$/;

/**
 * How somebody is reached: by e-mail, or else at his mobile number. “Add user ID (email or mobile number)”: what he signs in
 * with serves where he gives nothing else. Undefined where there is neither.
 */
export function contactOf(attributes: Attributes): Contact | undefined {
  const login = typeof attributes.userName === 'string' ? attributes.userName.trim() : '';
  const email = [...chosen(attributes.emails, 'work'), login].find((to) => address.test(to));
  if (email !== undefined) return { channel: 'email', to: email };
  const mobiles = records(attributes.phoneNumbers).filter(({ type }) => wordOf(type) === 'mobile');
  const mobile = [login, ...chosen(mobiles, 'mobile')].find((to) => number.test(to));
  return mobile === undefined ? undefined : { channel: 'mobile', to: mobile };
}

/** Values in the order in which they are meant: the primary one, then those of the type, then the others. */
function chosen(list: unknown, type: string): readonly string[] {
  const weight = (each: Attributes): number => (each.primary === true ? 2 : 0) + (wordOf(each.type) === type ? 1 : 0);
  return [...records(list)]
    .sort((a, b) => weight(b) - weight(a))
    .flatMap(({ value }) => (typeof value === 'string' ? [value.trim()] : []));
}

const wordOf = (value: unknown): string => (typeof value === 'string' ? value.toLowerCase() : '');
