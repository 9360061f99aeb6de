import { DomainError } from './errors.ts';
import { same } from './journal.ts';
import type { Attributes, State } from './states.ts';

/** A connection as the rules of ownership see it. */
export interface Writer {
  readonly connection: string;
  /** It may take over what no connection owns. */
  readonly adopts: boolean;
}

/**
 * Who owns a resource after the writer changed it: a connection writes what it provisioned, and adopts what nobody
 * owns where it was made to.
 *
 * @throws DomainError `owned-elsewhere`, `adoption-needed`
 */
export function ownerAfter(state: State, writer: Writer): string {
  if (state.owner === writer.connection) return state.owner;
  if (state.owner !== undefined) throw new DomainError({ rule: 'owned-elsewhere', type: state.kind, id: state.id });
  if (!writer.adopts) throw new DomainError({ rule: 'adoption-needed', type: state.kind, id: state.id });
  return writer.connection;
}

/** What a person is recognised and let in by. */
const identity = ['userName', 'emails', 'phoneNumbers', 'password'];

/**
 * The change that adopts somebody leaves what they sign in with alone: else adopting an account and taking it over
 * would be one step.
 *
 * @throws DomainError `adoption-changes-identity`
 */
export function requireSameIdentity(state: State, after: Attributes): void {
  const changed = identity.find((name) => !same(state.attributes[name], after[name]));
  if (changed !== undefined) throw new DomainError({ rule: 'adoption-changes-identity', attribute: changed });
}
