import { DomainError } from '../domain/errors.ts';
import { same } from '../domain/journal.ts';
import {
  equipped,
  isFor,
  numberKind,
  numbersOf,
  telephonyOf,
  telephonySchema,
  type Telephony,
} from '../domain/numbers.ts';
import { e164 } from '../domain/phoneNumbers.ts';
import type { NewContent, State } from '../domain/states.ts';
import type { Caller } from '../scim/types.ts';
import { following, type Accompanied } from './companions.ts';
import { ordered, type Ports } from './decide.ts';

/**
 * What it takes that a user telephones with the numbers that a client says: those of the inventory that nobody else has
 * become his. Others are left out, and counted, or refused where the connection is strict.
 *
 * @throws DomainError `unknown`, `held`, `invalid` where the connection is strict
 */
export async function equipping(
  { states, books }: Ports,
  caller: Caller,
  before: State | undefined,
  id: string,
  content: NewContent,
): Promise<Accompanied> {
  const [old, said] = [before?.attributes ?? {}, content.attributes];
  if (same(old[telephonySchema], said[telephonySchema])) return following(content);
  const { tenant, order } = ordered(caller);
  const had = telephonyOf(old);
  const { countryPrefix } = (await books.of(tenant)).settings;
  const wished = normal(telephonyOf(said), countryPrefix);
  const names = [...new Set([...numbersOf(had), ...numbersOf(wished)])];
  const inventory = await states.some(
    tenant,
    names.map((name) => ({ kind: numberKind, name })),
  );
  const kept = caller.dialect === 'strict' ? wished : possible(wished, id, inventory);
  const { shown, changes, relies, moves } = equipped({ id, order }, had, kept, inventory);
  const { [telephonySchema]: _, ...rest } = said;
  const dropped = numbersOf(wished).length - numbersOf(kept).length;
  const attributes = { ...rest, ...(shown && { [telephonySchema]: shown }) };
  return { ...following({ ...content, attributes }, changes, dropped), moves, relies };
}

/** @throws DomainError `invalid` for what is no number at all */
function normal(said: Telephony, tenantPrefix: string): Telephony {
  const prefix = said.countryPrefix ?? tenantPrefix;
  const number = (text: string): string => {
    const written = e164(text, prefix);
    if (written === undefined)
      throw new DomainError({ rule: 'invalid', attribute: telephonySchema, why: `has '${text}', which is no number` });
    return written;
  };
  return {
    ...said,
    mobile: said.mobile === undefined ? undefined : number(said.mobile),
    landline: said.landline === undefined ? undefined : number(said.landline),
    displayNumbers: said.displayNumbers.map(number),
  };
}

/** What of it can be: of numbers that the inventory has, and nobody else holds. */
function possible(wished: Telephony, id: string, inventory: readonly State[]): Telephony {
  const own = (type: 'mobile' | 'landline') => {
    const state = inventory.find(({ name }) => name === wished[type]);
    return state && isFor(state, type, id) ? wished[type] : undefined;
  };
  const [mobile, landline] = [own('mobile'), own('landline')];
  return {
    ...wished,
    mobile,
    landline,
    linked: mobile !== undefined && landline !== undefined ? wished.linked : undefined,
    displayNumbers: wished.displayNumbers.filter((number) => {
      const state = inventory.find(({ name }) => name === number);
      return state !== undefined && (number === mobile || number === landline || isFor(state, 'group', id));
    }),
  };
}
