import type { Violation } from '../domain/errors.ts';
import { said, type Said, type Value } from './say.ts';

type Sentences = {
  readonly [Rule in Violation['rule']]: (facts: Extract<Violation, { readonly rule: Rule }>) => Said;
};

/** What is said of each broken rule. Total: a new rule will not compile unsaid. */
const sentences: Sentences = {
  unknown: ({ type, id }) => said('rule.unknown', { type: kind(type), id: short(id) }),
  'name-taken': ({ type, name }) => said('rule.name-taken', { type: kind(type), name: short(name) }),
  changed: ({ type, id }) => said('rule.changed', { type: kind(type), id: short(id) }),
  'owned-elsewhere': ({ type, id }) => said('rule.owned-elsewhere', { type: kind(type), id: short(id) }),
  'adoption-needed': ({ type, id }) => said('rule.adoption-needed', { type: kind(type), id: short(id) }),
  'adoption-changes-identity': ({ attribute }) => said('rule.adoption-changes-identity', { attribute }),
  'unknown-members': ({ ids }) => said('rule.unknown-members', { ids: ids.slice(0, 10).map(short) }),
  'group-inside-itself': ({ member }) => said('rule.group-inside-itself', { member: short(member) }),
  'too-many-matches': ({ limit }) => said('rule.too-many-matches', { limit }),
  'done-already': ({ index }) => said('rule.done-already', { index }),
  'schema-withdrawn': ({ schema }) => said('rule.schema-withdrawn', { schema: short(schema) }),
  'too-large': () => said('rule.too-large'),
  'seats-exhausted': ({ license, seats }) => said('rule.seats-exhausted', { license: short(license), count: seats }),
  'credits-exhausted': ({ needed, left }) => said('rule.credits-exhausted', { needed, left }),
  'last-primary-admin': () => said('rule.last-primary-admin'),
  'administrator-out-of-reach': ({ id }) => said('rule.administrator-out-of-reach', { id: short(id) }),
  'administrative-grant': ({ name }) => said('rule.administrative-grant', { name: short(name) }),
  'wrong-status': ({ status, wanted }) => said('rule.wrong-status', { status, wanted }),
  'built-in': ({ type, name }) => said('rule.built-in', { type: kind(type), name: short(name) }),
  'in-use': ({ type, name, by }) => said('rule.in-use', { type: kind(type), name: short(name), by }),
  'not-allowed': ({ permission }) => said('rule.not-allowed', { permission }),
  'link-unknown': () => said('rule.link-unknown'),
  'link-over': ({ why }) => said(linkOver[why]),
  unreachable: ({ id }) => said('rule.unreachable', { id: short(id) }),
  held: ({ type, name, holder }) => said('rule.held', { type: kind(type), name: short(name), holder: short(holder) }),
  invalid: ({ attribute, why }) => said('rule.invalid', { attribute, why }),
  busy: () => said('rule.busy'),
};

const linkOver = {
  accepted: 'rule.link-accepted',
  revoked: 'rule.link-revoked',
  expired: 'rule.link-expired',
} as const;

/** The sentence about a broken rule: what it is about, and what to do. */
export const sentenceOf = (violation: Violation): Said =>
  // The table's type says that each rule's function takes that rule's facts.
  (sentences[violation.rule] as (facts: Violation) => Said)(violation);

/** What a kind of resource is called; a tenant's own type by the name that the tenant gave it. */
function kind(type: string): Value {
  switch (type) {
    case 'User':
    case 'Group':
    case 'Role':
    case 'Entitlement':
    case 'Entity':
    case 'Invitation':
    case 'Number':
    case 'ToolAccount':
    case 'Channel':
    case 'CreditPosting':
      return said(`kind.${type}`);
    default:
      return short(type);
  }
}

/** A text that somebody gave, short enough to be shown in a sentence. */
const short = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);
