import type { Move } from './accounts.ts';
import type { Change } from './changes.ts';
import { DomainError } from './errors.ts';
import { differences, same, type Order } from './journal.ts';
import { texts } from './roles.ts';
import type { Attributes, State } from './states.ts';
import type { TenantId } from './tenants.ts';

/** As what the numbers of an organization's inventory are kept, by their form of E.164. */
export const numberKind = 'Number';

/** A landline or a mobile has one holder; a group number has none, and many may display it. */
export const numberTypes = ['landline', 'mobile', 'group'] as const;
export type NumberType = (typeof numberTypes)[number];

/** A number of the inventory. */
export interface InventoryNumber {
  readonly id: string;
  readonly number: string;
  readonly type: NumberType;
  /** Who has it: the id of the user. */
  readonly holder: string | undefined;
  /** Of a landline: the id of the mobile number that it is linked to, and whether that is activated. */
  readonly linked: { readonly to: string; readonly active: boolean } | undefined;
  readonly version: number;
}

/** A number as its state says it. */
export const numberFrom = ({ id, name, attributes, version }: State): InventoryNumber => ({
  id,
  number: name,
  type: numberTypes.find((type) => type === attributes.type) ?? 'landline',
  holder: textOf(attributes.holder),
  linked:
    typeof attributes.linked === 'string' ? { to: attributes.linked, active: attributes.active === true } : undefined,
  version,
});

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The account of how many people display a number: it stays in the inventory as long. */
export const displaysOf = (id: string): string => `displays:${id}`;

/** A number that is new in the inventory; it is there once. */
export function added(tenant: TenantId, id: string, number: string, type: NumberType, order: Order): Change {
  const attributes = { name: number, type };
  return {
    tenant,
    creates: { id, tenant, kind: numberKind, owner: undefined, name: number, externalIds: {}, attributes },
    relies: [],
    entry: entryOf('create', id, {}, attributes, order),
  };
}

/**
 * A number that leaves the inventory; while nobody displays it, also when it is committed.
 *
 * @param displays how many people display it
 * @throws DomainError `in-use` while somebody holds or displays it
 */
export function withdrawn(state: State, displays: number, order: Order): Change {
  const { number, holder } = numberFrom(state);
  const by = displays + (holder === undefined ? 0 : 1);
  if (by > 0) throw new DomainError({ rule: 'in-use', type: numberKind, name: number, by });
  return {
    tenant: state.tenant,
    removes: { state, leaves: [], edges: 0 },
    relies: [],
    moves: [{ account: displaysOf(state.id), by: 0, below: 0 }],
    entry: entryOf('remove', state.id, state.attributes, {}, order),
  };
}

/** The schema by which a user shows his numbers. */
export const telephonySchema = 'urn:ietf:params:scim:schemas:extension:telephony:2.0:User';

/** What somebody telephones with; numbers in the form of E.164. */
export interface Telephony {
  readonly mobile?: string | undefined;
  readonly landline?: string | undefined;
  /** The landline is linked to the mobile: “Paste the mobile number as the linked number and activate mex”. */
  readonly linked?: { readonly active: boolean } | undefined;
  /** “Select additional display numbers (e.g. group numbers)”. */
  readonly displayNumbers: readonly string[];
  /** What he dials without a prefix begins with. */
  readonly countryPrefix?: string | undefined;
}

/** What a user's attributes say of it. */
export function telephonyOf(attributes: Attributes): Telephony {
  const said = recordOf(attributes[telephonySchema]);
  const linked = recordOf(said.linkedNumber);
  return {
    mobile: textOf(said.mobile),
    landline: textOf(said.landline),
    linked: typeof linked.value === 'string' ? { active: linked.active === true } : undefined,
    displayNumbers: texts(said.displayNumbers),
    countryPrefix: textOf(said.countryPrefix),
  };
}

const recordOf = (value: unknown): Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** Every number that somebody telephones with. */
export const numbersOf = ({ mobile, landline, displayNumbers }: Telephony): readonly string[] => [
  ...new Set([mobile ?? [], landline ?? [], displayNumbers].flat()),
];

/** What it takes that somebody telephones so. */
export interface Equipment {
  /** What his attributes show of it; undefined where there is nothing to show. */
  readonly shown: Attributes | undefined;
  /** Of the numbers that get another holder or another link. */
  readonly changes: readonly Change[];
  /** Numbers that have to stay in the inventory. */
  readonly relies: readonly string[];
  readonly moves: readonly Move[];
}

/**
 * What it takes that somebody telephones with these numbers and no others, which are of the inventory: a landline or a mobile
 * that nobody else has, and to display group numbers or his own. What he had and is not named is free for others.
 *
 * @param inventory the numbers that he has, and those that are named
 * @throws DomainError `unknown` for what the inventory has not; `held` for what somebody else has; `invalid`
 */
export function equipped(
  { id, order }: { readonly id: string; readonly order: Order },
  before: Telephony,
  wished: Telephony,
  inventory: readonly State[],
): Equipment {
  const found = (number: string): State => {
    const state = inventory.find(({ name }) => name === number);
    if (!state) throw new DomainError({ rule: 'unknown', type: numberKind, id: number });
    return state;
  };
  const held = (type: 'mobile' | 'landline'): State | undefined => {
    const number = wished[type];
    return number === undefined ? undefined : requireFree(found(number), type, id);
  };
  const [mobile, landline] = [held('mobile'), held('landline')];
  if (wished.linked && !(mobile && landline))
    throw new DomainError({ rule: 'invalid', attribute: 'linked', why: 'mobile, landline' });
  const displayed = [...new Set(wished.displayNumbers)].map(found);
  for (const each of displayed) requireDisplayable(each, [mobile, landline]);

  const link = wished.linked && mobile ? { linked: mobile.id, active: wished.linked.active } : {};
  const changes = [
    ...inventory.filter(({ attributes }) => attributes.holder === id).map((each) => [each, {}] as const),
    ...(mobile ? [[mobile, { holder: id }] as const] : []),
    ...(landline ? [[landline, { holder: id, ...link }] as const] : []),
  ];
  // What he keeps is named last.
  const last = new Map(changes.map(([state, held]) => [state.id, [state, held] as const]));
  return {
    shown: shownOf(wished),
    changes: [...last.values()].flatMap(([state, said]) => revised(state, said, order)),
    relies: displayed.map((each) => each.id),
    moves: displayMoves(before, displayed, inventory),
  };
}

/** Whether a number is of that type, and somebody may have it. */
export function isFor(state: State, type: NumberType, holder: string): boolean {
  const number = numberFrom(state);
  return number.type === type && (number.holder === undefined || number.holder === holder);
}

function requireFree(state: State, type: NumberType, holder: string): State {
  const number = numberFrom(state);
  if (number.type !== type) throw new DomainError({ rule: 'invalid', attribute: type, why: number.type });
  if (number.holder !== undefined && number.holder !== holder)
    throw new DomainError({ rule: 'held', type: numberKind, name: number.number, holder: number.holder });
  return state;
}

function requireDisplayable(state: State, own: readonly (State | undefined)[]): void {
  if (numberFrom(state).type === 'group' || own.some((each) => each?.id === state.id)) return;
  throw new DomainError({ rule: 'invalid', attribute: 'displayNumbers', why: state.name });
}

function displayMoves(before: Telephony, displayed: readonly State[], inventory: readonly State[]): Move[] {
  const [had, has] = [new Set(before.displayNumbers), new Set(displayed.map(({ name }) => name))];
  return [
    ...displayed.filter(({ name }) => !had.has(name)).map((each) => ({ account: displaysOf(each.id), by: 1 })),
    ...inventory
      .filter(({ name }) => had.has(name) && !has.has(name))
      .map((each) => ({ account: displaysOf(each.id), by: -1 })),
  ];
}

function shownOf({ mobile, landline, linked, displayNumbers, countryPrefix }: Telephony): Attributes | undefined {
  const shown = {
    ...(mobile !== undefined && { mobile }),
    ...(landline !== undefined && { landline }),
    ...(linked && mobile !== undefined && { linkedNumber: { value: mobile, active: linked.active } }),
    ...(displayNumbers.length > 0 && { displayNumbers: [...new Set(displayNumbers)] }),
    ...(countryPrefix !== undefined && { countryPrefix }),
  };
  return Object.keys(shown).length > 0 ? shown : undefined;
}

/** A number with this holder and link, and no other. */
function revised(before: State, said: Attributes, order: Order): Change[] {
  const { name, type } = before.attributes;
  const attributes = { name, type, ...said };
  if (same(before.attributes, attributes)) return [];
  return [
    {
      tenant: before.tenant,
      revises: { before, after: { ...before, attributes } },
      relies: typeof said.holder === 'string' ? [said.holder] : [],
      entry: entryOf('revise', before.id, before.attributes, attributes, order),
    },
  ];
}

const entryOf = (
  operation: 'create' | 'revise' | 'remove',
  resource: string,
  before: Attributes,
  after: Attributes,
  order: Order,
): Change['entry'] => ({ order, operation, kind: numberKind, resource, differences: differences(before, after) });
