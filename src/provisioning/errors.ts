import type { DomainError, Violation } from '../domain/errors.ts';
import {
  conflict,
  forbidden,
  invalidValue,
  notFound,
  payloadTooLarge,
  preconditionFailed,
  tooMany,
  unavailable,
  uniqueness,
} from '../scim/errors.ts';
import type { ScimError } from '../scim/errors.ts';

/** Says a broken business rule in SCIM's vocabulary. Total: a new rule will not compile unmapped. */
export function toScimError(error: DomainError): ScimError {
  const { violation } = error;
  const options = { cause: error, rule: violation.rule };
  switch (violation.rule) {
    case 'unknown':
      return notFound(`${violation.type} ${quoted(violation.id)} does not exist`, options);
    case 'name-taken':
      return uniqueness(
        `A ${violation.type} named ${quoted(violation.name)} already exists: look it up and update it`,
        options,
      );
    case 'changed':
      return preconditionFailed(
        `${violation.type} ${quoted(violation.id)} has changed: read it again, then repeat with its new ETag`,
        options,
      );
    case 'unknown-members':
      return invalidValue(
        `'members' names ${violation.ids.slice(0, 10).map(quoted).join(', ')}, which do not exist`,
        options,
      );
    case 'group-inside-itself':
      return invalidValue(
        `Group ${quoted(violation.member)} cannot be a member: the group would be inside itself`,
        options,
      );
    case 'too-many-matches':
      return tooMany(
        `The query would examine more than ${violation.limit} resources: filter by more, or by an indexed attribute`,
        options,
      );
    case 'done-already':
      return conflict(
        `The operation at index ${violation.index} of this Bulk is done already: send the Bulk again to learn its result`,
        options,
      );
    case 'schema-withdrawn':
      return unavailable(`${quoted(violation.schema)} is being removed: try again`, 1, options);
    case 'too-large':
      return payloadTooLarge('The resource would be too large: give its attributes fewer or shorter values', options);
    case 'invalid':
      return invalidValue(`'${violation.attribute}' ${violation.why}`, options);
    case 'busy':
      return unavailable('The database did not answer in time: try again', 15, options);
    default:
      return forbidden(whyForbidden(violation), options);
  }
}

/** The rules of who may change what somebody else provisioned. */
type Provenance = 'owned-elsewhere' | 'adoption-needed' | 'adoption-changes-identity';

/** The rules of the organization. */
type Forbidding =
  | 'seats-exhausted'
  | 'credits-exhausted'
  | 'last-primary-admin'
  | 'administrator-out-of-reach'
  | 'administrative-grant'
  | 'wrong-status'
  | 'built-in'
  | 'in-use'
  | 'not-allowed'
  | 'link-unknown'
  | 'link-over'
  | 'unreachable'
  | 'held';

function whyForbidden(violation: Extract<Violation, { rule: Provenance | Forbidding }>): string {
  switch (violation.rule) {
    case 'owned-elsewhere':
      return `${violation.type} ${quoted(violation.id)} was provisioned by another connection: change it there`;
    case 'adoption-needed':
      return `${violation.type} ${quoted(violation.id)} was not provisioned by this connection: an admin can make a connection that adopts it (--adopt userName)`;
    case 'adoption-changes-identity':
      return `'${violation.attribute}' cannot change in the request that adopts somebody: repeat without it, then change it`;
    default:
      return whyRefused(violation);
  }
}

function whyRefused(violation: Extract<Violation, { rule: Forbidding }>): string {
  switch (violation.rule) {
    case 'seats-exhausted':
      return `License ${quoted(violation.license)} has no free seat of ${violation.seats}: free one or buy more`;
    case 'credits-exhausted':
      return `${violation.needed} credits are needed and ${violation.left} are left: buy credits`;
    case 'last-primary-admin':
      return 'The last Primary Admin can be neither removed, deactivated nor demoted: appoint another one first';
    case 'administrator-out-of-reach':
      return `User ${quoted(violation.id)} holds an administrative role: a Primary Admin can change it, or let this connection do so`;
    case 'administrative-grant':
      return `${quoted(violation.name)} makes an administrator: a Primary Admin can grant it, or let this connection do so`;
    case 'wrong-status':
      return `A person who is ${violation.status} cannot become ${violation.wanted}`;
    case 'built-in':
      return `${violation.type} ${quoted(violation.name)} is built in: it cannot be changed or deleted`;
    case 'in-use':
      return `${violation.type} ${quoted(violation.name)} is held by ${violation.by}: take it from them first`;
    case 'not-allowed':
      return `This needs the permission ${violation.permission}`;
    default:
      return whyNotSo(violation);
  }
}

type OfPeople = 'link-unknown' | 'link-over' | 'unreachable' | 'held';

function whyNotSo(violation: Extract<Violation, { rule: OfPeople }>): string {
  switch (violation.rule) {
    case 'link-unknown':
      return 'The link is unknown, or a newer one took its place';
    case 'link-over':
      return `The invitation is ${violation.why}`;
    case 'unreachable':
      return `User ${quoted(violation.id)} has no e-mail address and no mobile number`;
    case 'held':
      return `${violation.type} ${quoted(violation.name)} is held by ${quoted(violation.holder)}: release it there first`;
    default:
      return violation satisfies never;
  }
}

/** A client's own words, short enough for a message. */
const quoted = (text: string): string => `'${text.length > 100 ? `${text.slice(0, 100)}…` : text}'`;
