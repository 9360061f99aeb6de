import { DomainError } from './errors.ts';
import type { Grant } from './grants.ts';
import type { Person, Status } from './person.ts';

/** Who was created is to be invited, and was not yet: “users that have been created but not yet invited”. */
export const prepared = (person: Person): Person => to(person, 'prepared', ['prepared', 'invited']);

/** He was sent an invitation, or another one. */
export const invited = (person: Person): Person => to(person, 'invited', ['prepared', 'invited']);

/** He accepted his invitation, was created with a password, or signs in by single sign-on. */
export const active = (person: Person): Person => to(person, 'active', ['prepared', 'invited', 'active']);

/** He can do nothing any more until he is activated: his sessions, links and keys are over; he stays who he is. */
export function deactivated(person: Person, seats: 'free' | 'keep', now: string): Person {
  const { status, was, ...rest } = person;
  if (status === 'deactivated') return person;
  // Who is not there waits for nothing: he asks again when he is back.
  const grants = rest.grants.map((grant) => (grant.waiting === undefined ? grant : asked(grant)));
  return {
    ...rest,
    grants,
    status: 'deactivated',
    was: was ?? status,
    sessionsSince: now,
    ...(seats === 'keep' && { keepsSeats: true as const }),
  };
}

/** He is again what he was before; he needs a seat again. */
export function reactivated(person: Person): Person {
  if (person.status !== 'deactivated') return person;
  const { primaryRole, grants, administrative, paid, sessionsSince, was = 'active' } = person;
  return {
    status: was,
    primaryRole,
    grants,
    ...(administrative && { administrative }),
    ...(paid !== undefined && { paid }),
    ...(sessionsSince !== undefined && { sessionsSince }),
  };
}

const asked = ({ what, id, name, origins }: Grant): Grant => ({
  what,
  id,
  ...(name !== undefined && { name }),
  origins,
});

function to(person: Person, status: Exclude<Status, 'deactivated'>, from: readonly Status[]): Person {
  if (!from.includes(person.status))
    throw new DomainError({ rule: 'wrong-status', status: person.status, wanted: status });
  return person.status === status ? person : { ...person, status };
}
