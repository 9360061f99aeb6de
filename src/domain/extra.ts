import { DomainError } from './errors.ts';
import { records } from './roles.ts';
import type { Attributes } from './states.ts';
import { nameKey } from './tenants.ts';

/** The schema by which a user shows what else the organization keeps of him: “Add extra information (optional).” */
export const extraSchema = 'urn:ietf:params:scim:schemas:extension:extra:2.0:User';

/** How much of it there may be. */
export const extraBounds = { entries: 50, key: 100, value: 1_000 } as const;

/** Extra information, each under a name of the organization's own. */
export type Extra = Readonly<Record<string, string>>;

/** The extra information that a user's attributes show. */
export const extraOf = (attributes: Attributes): Extra => {
  const said = attributes[extraSchema];
  const information = typeof said === 'object' && said !== null && 'information' in said ? said.information : [];
  return Object.fromEntries(
    records(information).flatMap(({ key, value }) =>
      typeof key === 'string' && typeof value === 'string' ? [[key, value]] : [],
    ),
  );
};

/**
 * A user's attributes with this extra information, and no other.
 *
 * @throws DomainError `invalid` for too much of it, or two under one name whatever its letter case
 */
export function withExtra(attributes: Attributes, extra: Extra): Attributes {
  const information = Object.entries(extra).map(([key, value]) => ({ key: key.normalize('NFC').trim(), value }));
  const keys = new Set(information.map(({ key }) => nameKey(key)));
  const { entries, key: longestKey, value: longestValue } = extraBounds;
  const isSound =
    information.length <= entries &&
    keys.size === information.length &&
    information.every(({ key, value }) => key !== '' && key.length <= longestKey && value.length <= longestValue);
  if (!isSound) {
    const why = `${entries} × ${longestKey} → ${longestValue}`;
    throw new DomainError({ rule: 'invalid', attribute: 'extra', why });
  }
  const { [extraSchema]: _, ...rest } = attributes;
  return information.length === 0 ? rest : { ...rest, [extraSchema]: { information } };
}
