import { DomainError } from './errors.ts';
import { e164 } from './phoneNumbers.ts';

/** What somebody signs in with. */
export interface Login {
  readonly kind: 'email' | 'mobile';
  /** A mobile number in the form of E.164. */
  readonly value: string;
}

const address = /^[^\s@]{1,64}@[^\s@]{1,255}$/;

/**
 * What somebody signs in with: “Add user ID (email or mobile number)”, “User ID is used for login and password reset”. A number
 * without a prefix gets that of the organization.
 *
 * @throws DomainError `invalid`
 */
export function loginFrom(text: string, countryPrefix: string): Login {
  const trimmed = text.trim();
  if (address.test(trimmed)) return { kind: 'email', value: trimmed };
  return { kind: 'mobile', value: e164From(trimmed, countryPrefix, 'userName') };
}

/**
 * A telephone number in the form of E.164; one without a prefix gets that of the organization.
 *
 * @throws DomainError `invalid`
 */
export function e164From(text: string, countryPrefix: string, attribute: string): string {
  const number = e164(text, countryPrefix);
  if (number === undefined) throw new DomainError({ rule: 'invalid', attribute, why: shape });
  return number;
}

const shape = 'an e-mail address or a telephone number, such as +33612345678';
