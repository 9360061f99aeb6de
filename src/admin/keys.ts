import { untilItHolds, type Deciding } from '../domain/deciding.ts';
import { DomainError } from '../domain/errors.ts';
import {
  keyFrom,
  keyKind,
  keyStateOf,
  type ApiKey,
  type KeptKey,
  type KeyFormat,
  type KeyState,
} from '../domain/keys.ts';
import { differences, type Order } from '../domain/journal.ts';
import { everyPermission, type Permission } from '../domain/permissions.ts';
import type { Change, NewState } from '../domain/changes.ts';
import type { State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Commission } from './commission.ts';

/** A key as an administrator sees it: never its secret, nor what that is checked against. */
export interface KeyView {
  readonly id: string;
  readonly label: string;
  readonly permissions: readonly Permission[];
  /** The id of the user whose it is. */
  readonly person?: string;
  readonly state: KeyState;
  readonly madeBy: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly lastUsedAt?: string;
  readonly revokedAt?: string;
}

/** The key as an administrator sees it at an instant. */
export function keyView({ key, lastUsedAt }: Pick<KeptKey, 'key'> & Partial<KeptKey>, at: Date): KeyView {
  const { id, label, permissions, person, madeBy, createdAt, expiresAt, revokedAt } = key;
  return {
    id,
    label,
    permissions,
    ...(person !== undefined && { person }),
    state: keyStateOf(key, at),
    madeBy,
    createdAt: createdAt.toISOString(),
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
    ...(lastUsedAt && { lastUsedAt: lastUsedAt.toISOString() }),
    ...(revokedAt && { revokedAt: revokedAt.toISOString() }),
  };
}

/** What a key is to be. */
export interface KeyRequest {
  readonly label: string;
  readonly permissions: readonly Permission[];
  /** The id of the user whose it is to be. */
  readonly person?: string | undefined;
  readonly expiresAt?: Date | undefined;
}

/** Who may make which keys. */
export interface Maker {
  readonly person?: string | undefined;
  readonly permissions: ReadonlySet<Permission>;
}

/**
 * Makes a key: its text is given this once.
 *
 * @throws DomainError `not-allowed` where it could do more than its maker, or would act as somebody else; `unknown` where
 *   there is no such person
 */
export async function makeKey(
  ports: {
    readonly deciding: Pick<Deciding, 'states' | 'work' | 'newId' | 'clock' | 'pause'>;
    readonly keyFormat: KeyFormat;
  },
  { tenant, order, deadline }: Commission,
  maker: Maker,
  request: KeyRequest,
): Promise<{ readonly key: ApiKey; readonly text: string }> {
  requireDelegable(maker, request);
  const { states, work, newId } = ports.deciding;
  const { text, selector, digest } = ports.keyFormat.issue(tenant);
  const made = newKey(tenant, newId(), selector, order.connection, request);
  return untilItHolds(deadline, ports.deciding, async () => {
    const { person } = request;
    if (person !== undefined && !(await states.read(tenant, 'User', person)))
      throw new DomainError({ rule: 'unknown', type: 'User', id: person });
    const change: Change = {
      tenant,
      creates: { ...made, password: digest },
      relies: person === undefined ? [] : [person],
      entry: entryOf(order, 'create', made.id, differences({}, made.attributes)),
    };
    const { version, at } = await work.commit(change, deadline);
    const state = { ...made, version, revision: 1, generation: 1, created: at, modified: at, revised: at };
    return { key: keyFrom(state), text };
  });
}

/** “No more rights than one has”; and who acts as a person is that person, or may manage administrators. */
function requireDelegable({ permissions, person: self }: Maker, request: KeyRequest): void {
  const missing = request.permissions.find((permission) => !permissions.has(permission));
  if (missing !== undefined) throw new DomainError({ rule: 'not-allowed', permission: missing });
  const isOfAnother = request.person !== undefined && request.person !== self;
  if (isOfAnother && !permissions.has('admins.manage'))
    throw new DomainError({ rule: 'not-allowed', permission: 'admins.manage' });
}

/** The state of a key that nobody has yet. */
const newKey = (
  tenant: TenantId,
  id: string,
  selector: string,
  madeBy: string,
  { label, permissions, person, expiresAt }: KeyRequest,
): Omit<NewState, 'password'> => ({
  id,
  tenant,
  kind: keyKind,
  owner: undefined,
  name: selector,
  externalIds: {},
  attributes: {
    name: selector,
    label,
    permissions: everyPermission.filter((each) => permissions.includes(each)),
    ...(person !== undefined && { person }),
    madeBy,
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
  },
});

const entryOf = (
  order: Order,
  operation: 'create' | 'revise',
  resource: string,
  rows: ReturnType<typeof differences>,
): Change['entry'] => ({ order, operation, kind: keyKind, resource, differences: rows });

/**
 * Revokes a key: within a second it is refused everywhere. One that was revoked before stays as it is.
 *
 * @throws DomainError `unknown`
 */
export function revokeKey(
  { deciding }: { readonly deciding: Pick<Deciding, 'states' | 'work' | 'clock' | 'pause'> },
  { tenant, order, deadline }: Commission,
  id: string,
  at: Date,
): Promise<ApiKey> {
  return untilItHolds(deadline, deciding, async () => {
    const before = await deciding.states.read(tenant, keyKind, id);
    if (!before) throw new DomainError({ rule: 'unknown', type: keyKind, id });
    if (keyFrom(before).revokedAt) return keyFrom(before);
    const attributes = { ...before.attributes, revokedAt: at.toISOString() };
    const after: State = { ...before, attributes };
    const entry = entryOf(order, 'revise', id, differences(before.attributes, attributes));
    const { version } = await deciding.work.commit({ tenant, revises: { before, after }, relies: [], entry }, deadline);
    return { ...keyFrom(after), version };
  });
}
