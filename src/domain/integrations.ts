import type { Change } from './changes.ts';
import { differences, same, type Order } from './journal.ts';
import { removing } from './keeping.ts';
import { records, texts } from './roles.ts';
import type { Attributes, State } from './states.ts';
import type { TenantId } from './tenants.ts';

/** As what the accounts of connected tools are kept. Each is of one user at most. */
export const toolAccountKind = 'ToolAccount';

/** An account in a connected tool: “each Modjo user must be associated with a Salesforce user”. */
export interface ToolAccount {
  readonly tool: string;
  /** Its identifier there, which letter case is part of. */
  readonly value: string;
  readonly email: string | undefined;
  readonly label: string | undefined;
  /** Whose it is, and how that is known: “the association is done via email but you can modify it”. */
  readonly holder: { readonly user: string; readonly by: 'email' | 'hand' } | undefined;
  /** Whose it is not, whatever its address. */
  readonly declined: readonly string[];
}

/** What an account is found by. Names are alike in whatever letter case they are written, identifiers of tools are not. */
export const accountName = (tool: string, value: string): string =>
  `${tool}:${value.normalize('NFC').replace(/[\p{Lu}\p{Lt}^]/gu, (letter) => `^${letter}`)}`;

/** An account as its state says it. */
export const accountFrom = ({ attributes }: Pick<State, 'attributes'>): ToolAccount => {
  const user = textOf(attributes.user);
  return {
    tool: String(attributes.tool),
    value: String(attributes.value),
    email: textOf(attributes.email),
    label: textOf(attributes.label),
    holder: user === undefined ? undefined : { user, by: attributes.by === 'hand' ? 'hand' : 'email' },
    declined: texts(attributes.declined),
  };
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** An account that no tool told of. */
export const newAccount = (tool: string, value: string): ToolAccount => ({
  tool,
  value,
  email: undefined,
  label: undefined,
  holder: undefined,
  declined: [],
});

/** So many are remembered of whom an account was said not to be. */
const mostDeclined = 100;

/** The account, which is not that user's, whatever its address. */
export const declinedBy = (account: ToolAccount, user: string): ToolAccount => ({
  ...account,
  holder: undefined,
  declined: [...account.declined.filter((each) => each !== user), user].slice(-mostDeclined),
});

/** The account, which is that user's, whatever its address. */
export const linkedByHand = (account: ToolAccount, user: string): ToolAccount => ({
  ...account,
  holder: { user, by: 'hand' },
  declined: account.declined.filter((each) => each !== user),
});

/** The schema by which a user shows the accounts that are his. */
export const integrationSchema = 'urn:ietf:params:scim:schemas:extension:integration:2.0:User';

/** An account as its user shows it: proposed by its e-mail address, or linked by hand. */
export interface AccountLink {
  readonly tool: string;
  readonly value: string;
  readonly email?: string;
  readonly status: 'proposed' | 'linked';
}

/** The accounts that a user's attributes show, one of each tool. */
export function linksOf(attributes: Attributes): readonly AccountLink[] {
  const said = attributes[integrationSchema];
  const accounts = typeof said === 'object' && said !== null && 'accounts' in said ? said.accounts : [];
  return records(accounts).flatMap(({ tool, value, email, status }): AccountLink[] =>
    typeof tool === 'string' && typeof value === 'string'
      ? [
          {
            tool,
            value,
            ...(typeof email === 'string' && { email }),
            status: status === 'proposed' ? 'proposed' : 'linked',
          },
        ]
      : [],
  );
}

/** What a user has in a tool. */
export const linkIn = (attributes: Attributes, tool: string): AccountLink | undefined =>
  linksOf(attributes).find((link) => link.tool === tool);

/**
 * Whose account it is to be, where its e-mail address is somebody's: what was said by hand stays, of the account and of the
 * user alike, and nobody is proposed what he was said not to have, or a second account.
 */
export function proposed(
  account: ToolAccount,
  match: Pick<State, 'id' | 'attributes'> | undefined,
): ToolAccount['holder'] {
  if (account.holder?.by === 'hand') return account.holder;
  if (!match || account.declined.includes(match.id)) return undefined;
  const has = linkIn(match.attributes, account.tool);
  return has && has.value !== account.value ? undefined : { user: match.id, by: 'email' };
}

/** An account, new or as it is from now on. Nothing where it is as it was. */
export function accountChanges(
  { tenant, id, order }: { readonly tenant: TenantId; readonly id: string; readonly order: Order },
  before: State | undefined,
  account: ToolAccount,
): readonly Change[] {
  const attributes = attributesOf(account);
  const name = accountName(account.tool, account.value);
  if (before && same(before.attributes, attributes)) return [];
  const content = { name, owner: undefined, externalIds: {}, attributes };
  return [
    {
      tenant,
      ...(before
        ? { revises: { before, after: content } }
        : { creates: { id, tenant, kind: toolAccountKind, ...content } }),
      relies: account.holder ? [account.holder.user] : [],
      entry: {
        order,
        operation: before ? 'revise' : 'create',
        kind: toolAccountKind,
        resource: before?.id ?? id,
        differences: differences(before?.attributes ?? {}, attributes),
      },
    },
  ];
}

const attributesOf = ({ tool, value, email, label, holder, declined }: ToolAccount): Attributes => ({
  name: accountName(tool, value),
  tool,
  value,
  ...(email !== undefined && { email }),
  ...(label !== undefined && { label }),
  ...(holder && { user: holder.user, by: holder.by }),
  ...(declined.length > 0 && { declined }),
});

/** An account that the tool has no more. */
export const accountRemoval = (state: State, order: Order): Change => removing({ tenant: state.tenant, order }, state);

/** A user who shows that account in its tool, or none any more. Nothing where he shows just that. */
export function linkChanges(
  before: State,
  tool: string,
  link: AccountLink | undefined,
  order: Order,
): readonly Change[] {
  const accounts = [...linksOf(before.attributes).filter((each) => each.tool !== tool), ...(link ? [link] : [])];
  const { [integrationSchema]: _, ...rest } = before.attributes;
  const attributes = { ...rest, ...(accounts.length > 0 && { [integrationSchema]: { accounts } }) };
  if (same(linkIn(before.attributes, tool), link)) return [];
  return [
    {
      tenant: before.tenant,
      revises: { before, after: { ...before, attributes } },
      relies: [],
      entry: {
        order,
        operation: 'revise',
        kind: before.kind,
        resource: before.id,
        differences: differences(before.attributes, attributes),
      },
    },
  ];
}

/** How a user shows an account that is his. */
export const linkTo = ({ tool, value, email, holder }: ToolAccount): AccountLink => ({
  tool,
  value,
  ...(email !== undefined && { email }),
  status: holder?.by === 'email' ? 'proposed' : 'linked',
});
