import type { Change } from '../domain/changes.ts';
import type { Deciding } from '../domain/deciding.ts';
import { untilItHolds } from '../domain/deciding.ts';
import { DomainError } from '../domain/errors.ts';
import { e164From } from '../domain/logins.ts';
import { differences } from '../domain/journal.ts';
import {
  added,
  displaysOf,
  equipped,
  numberFrom,
  numberKind,
  numbersOf,
  telephonyOf,
  telephonySchema,
  withdrawn,
  type InventoryNumber,
  type NumberType,
  type Telephony,
} from '../domain/numbers.ts';
import type { State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Commission } from './commission.ts';
import { requireUser, requireVersion } from './people/change.ts';

/** What numbers are administered with. */
interface NumberPorts {
  readonly deciding: Deciding;
}

/** A number as an administrator sees it. */
export interface NumberView {
  readonly id: string;
  readonly number: string;
  readonly type: NumberType;
  readonly holder?: string;
  /** The id of the mobile number that a landline is linked to. */
  readonly linked?: { readonly to: string; readonly active: boolean };
}

export const numberView = ({ id, number, type, holder, linked }: InventoryNumber): NumberView => ({
  id,
  number,
  type,
  ...(holder !== undefined && { holder }),
  ...(linked && { linked }),
});

/** @throws DomainError `unknown` */
export async function readNumber({ deciding }: NumberPorts, tenant: TenantId, id: string): Promise<InventoryNumber> {
  return numberFrom(await requireNumber(deciding, tenant, id));
}

async function requireNumber({ states }: Deciding, tenant: TenantId, id: string): Promise<State> {
  const state = await states.read(tenant, numberKind, id);
  if (!state) throw new DomainError({ rule: 'unknown', type: numberKind, id });
  return state;
}

/**
 * Adds a number to the inventory, in the form of E.164: one without a prefix gets the organization's.
 *
 * @throws DomainError `name-taken` where it is there; `invalid` for what is no number
 */
export async function addNumber(
  { deciding }: NumberPorts,
  { tenant, order, deadline }: Commission,
  text: string,
  type: NumberType,
): Promise<InventoryNumber> {
  const { countryPrefix } = (await deciding.books.of(tenant)).settings;
  const number = e164From(text, countryPrefix, 'number');
  const id = deciding.newId();
  const { version } = await untilItHolds(deadline, deciding, () =>
    deciding.work.commit(added(tenant, id, number, type, order), deadline),
  );
  return { id, number, type, holder: undefined, linked: undefined, version };
}

/**
 * Takes a number out of the inventory.
 *
 * @throws DomainError `unknown`; `in-use` while somebody holds or displays it; `changed`
 */
export async function withdrawNumber(
  { deciding }: NumberPorts,
  { tenant, order, deadline }: Commission,
  id: string,
  onlyAt?: number,
): Promise<void> {
  await untilItHolds(deadline, deciding, async () => {
    const state = await requireNumber(deciding, tenant, id);
    if (onlyAt !== undefined && onlyAt !== state.version)
      throw new DomainError({ rule: 'changed', type: numberKind, id });
    const account = displaysOf(id);
    const displays = (await deciding.accounts.read(tenant, [account])).get(account)?.value ?? 0;
    return deciding.work.commit(withdrawn(state, displays, order), deadline);
  });
}

/**
 * What somebody telephones with.
 *
 * @throws DomainError `unknown`
 */
export async function readTelephony({ deciding }: NumberPorts, tenant: TenantId, user: string): Promise<Telephony> {
  return telephonyOf((await requireUser(deciding, tenant, user)).attributes);
}

/**
 * Has somebody telephone with these numbers and no others: “Assign mobile & landline numbers if applicable.” What he had and is
 * not named is free; of two who want one number, one gets it.
 *
 * @throws DomainError `unknown` for a user that is not there, or a number that is not of the inventory; `held`,
 *   `invalid`, `changed`
 */
export async function equip(
  { deciding }: NumberPorts,
  { tenant, order, deadline }: Commission,
  user: string,
  wish: Telephony,
  onlyAt?: number,
): Promise<{ readonly telephony: Telephony; readonly version: number }> {
  const { settings } = await deciding.books.of(tenant);
  const wished = written(wish, wish.countryPrefix ?? settings.countryPrefix);
  return untilItHolds(deadline, deciding, async () => {
    const before = await requireUser(deciding, tenant, user);
    requireVersion(before, onlyAt);
    const old = telephonyOf(before.attributes);
    const named = [...new Set([...numbersOf(old), ...numbersOf(wished)])];
    const inventory =
      named.length === 0
        ? []
        : await deciding.states.some(
            tenant,
            named.map((name) => ({ kind: numberKind, name })),
          );
    const { shown, changes, relies, moves } = equipped({ id: user, order }, old, wished, inventory);
    const { [telephonySchema]: _, ...rest } = before.attributes;
    const attributes = { ...rest, ...(shown && { [telephonySchema]: shown }) };
    const rows = differences(before.attributes, attributes);
    if (rows.length === 0 && changes.length === 0) return { telephony: old, version: before.version };
    const own: Change = {
      tenant,
      revises: { before, after: { ...before, attributes } },
      relies,
      ...(moves.length > 0 && { moves }),
      entry: { order, operation: 'revise', kind: 'User', resource: user, differences: rows },
    };
    const [committed] = await deciding.work.commitAll([own, ...changes], deadline);
    return { telephony: telephonyOf(attributes), version: committed?.version ?? before.version };
  });
}

function written(wish: Telephony, prefix: string): Telephony {
  const one = (attribute: 'mobile' | 'landline') => {
    const text = wish[attribute];
    return text === undefined ? {} : { [attribute]: e164From(text, prefix, attribute) };
  };
  return {
    ...wish,
    ...one('mobile'),
    ...one('landline'),
    displayNumbers: wish.displayNumbers.map((text) => e164From(text, prefix, 'displayNumbers')),
  };
}
