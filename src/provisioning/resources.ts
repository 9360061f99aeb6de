import type { Change } from '../domain/changes.ts';
import { firstOf } from '../domain/committing.ts';
import { DomainError } from '../domain/errors.ts';
import { recorded, same } from '../domain/journal.ts';
import { ownerAfter, requireSameIdentity } from '../domain/provenance.ts';
import type { NewContent, State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Caller, JsonObject, ResourceStore, Revision, Stored, Wanted, Written } from '../scim/types.ts';
import { noCompanion, type Accompanied, type Companion } from './companions.ts';
import { inScim, noVersion, ordered, untilItHolds, type Ports } from './decide.ts';
import { contentOf, groupsOf, toStored } from './mapping.ts';
import { removal } from './removal.ts';

/**
 * The resources of a type, as SCIM asks for them: users, and those of the types that tenants made themselves. Whoever has
 * a password or is in groups has them here too; members are `groups`'s.
 */
export function resources(ports: Ports, type: ResourceType, companion: Companion = noCompanion): ResourceStore {
  const { states, directory, work } = ports;
  const kind = type.name;
  const nameAttribute = type.nameAttribute.name;

  async function current(
    caller: Caller,
    id: string,
    wanted: Wanted,
  ): Promise<{ state: State; stored: Stored } | undefined> {
    const { tenant } = ordered(caller);
    const row = wanted.groups
      ? await states.readWithMemberships(tenant, kind, id)
      : { state: await states.read(tenant, kind, id), memberships: [] };
    if (!row?.state) return undefined;
    return { state: row.state, stored: toStored(row.state, caller, groupsOf(row.memberships)) };
  }

  function creation(
    caller: Caller,
    { id, content, password, hash }: Made,
    { moves, relies, entry }: Omit<Accompanied, 'content'>,
  ): Change {
    const { tenant, order } = ordered(caller);
    return {
      tenant,
      creates: {
        id,
        tenant,
        kind,
        owner: caller.connection,
        ...content,
        ...(hash !== undefined && { password: hash }),
      },
      relies,
      ...(moves.length > 0 && { moves }),
      entry: {
        order,
        operation: 'create',
        kind,
        resource: id,
        differences: recorded(undefined, content, password),
        ...entry,
      },
    };
  }

  function revisionOf(
    caller: Caller,
    state: State,
    { id, content, password, hash }: Made & { readonly content: NewContent & Pick<State, 'owner'> },
    { moves, relies, starts = [], entry }: Omit<Accompanied, 'content'>,
    { accepts }: Revision,
  ): Change {
    const { tenant, order } = ordered(caller);
    return {
      tenant,
      revises: { before: state, after: content, ...(hash !== undefined && { password: hash }) },
      ...(!accepts(noVersion) && { onlyAt: state.version }),
      relies,
      ...(moves.length > 0 && { moves }),
      ...(starts.length > 0 && { starts }),
      entry: {
        order,
        operation: 'revise',
        kind,
        resource: id,
        differences: recorded(state, content, password),
        ...entry,
      },
    };
  }

  return {
    async create(caller, { attributes, id = ports.newId() }, lenient) {
      const { tenant, deadline } = ordered(caller);
      const { content, password } = contentOf(attributes, nameAttribute, caller);
      const hash = password === undefined ? undefined : await ports.hashPassword(tenant, password);
      const made = await untilItHolds(caller, ports, async () => {
        const { content: own, ...along } = await companion.created(caller, id, content);
        const change = creation(caller, { id, content: own, password, hash }, along);
        const { at } = await firstOf(work.commitAll([change, ...along.others], deadline));
        return { own, at, settled: along.settled };
      });
      made.settled?.(lenient);
      const { own, at } = made;
      const head = { id, kind, version: 1, revision: 1, generation: 1, created: at, modified: at, revised: at };
      return written(toStored({ ...head, tenant, owner: caller.connection, ...own }, caller));
    },

    async read(caller, id, wanted) {
      return (await current(caller, id, wanted))?.stored;
    },

    async query(caller, query) {
      const { tenant } = ordered(caller);
      const found = await inScim(directory.query({ tenant, connection: caller.connection }, type, query));
      return {
        total: found.total,
        more: found.more,
        resources: found.states.map((state) =>
          toStored(state, caller, groupsOf(found.memberships.get(state.id) ?? [])),
        ),
      };
    },

    async revise(caller, id, revision, lenient) {
      // A password is hashed once, however often the change is decided anew.
      const hashes = new Map<string, Promise<string>>();
      const hashed = (tenant: TenantId, password: string): Promise<string> => {
        const hash = hashes.get(password) ?? ports.hashPassword(tenant, password);
        hashes.set(password, hash);
        return hash;
      };
      const { settled, ...done } = await untilItHolds(caller, ports, () => revise(caller, id, revision, hashed));
      settled?.(lenient);
      return done;
    },

    remove: (caller, id, accepts) =>
      untilItHolds(caller, ports, () => removal(ports, caller, kind, id, accepts, companion)),
  };

  async function revise(
    caller: Caller,
    id: string,
    revision: Revision,
    hashed: Ports['hashPassword'],
  ): Promise<Written & Pick<Accompanied, 'settled'>> {
    const { tenant, deadline } = ordered(caller);
    const now = await current(caller, id, revision.wanted);
    if (!now) throw new DomainError({ rule: 'unknown', type: kind, id });
    const { state, stored } = now;
    if (!revision.accepts(state.version)) throw new DomainError({ rule: 'changed', type: kind, id });
    const owner = ownerAfter(state, { connection: caller.connection, adopts: caller.adopts });

    const plain = toStored(state, caller);
    const next = revision.decide(plain);
    if (same(next, plain.attributes)) return written(stored);
    if (owner !== state.owner) requireSameIdentity(state, next);
    const { content: asked, password } = contentOf(next, nameAttribute, caller, state);
    const { content, ...along } = await companion.revised(caller, state, asked);
    const settled = along.settled && { settled: along.settled };
    if (password === undefined && isSame(state, content, owner)) return { ...written(stored), ...settled };
    const hash = password === undefined ? undefined : await hashed(tenant, password);
    const change = revisionOf(caller, state, { id, content: { ...content, owner }, password, hash }, along, revision);
    const { version, at } = await firstOf(work.commitAll([change, ...along.others], deadline));
    const after = { ...state, ...content, version, modified: at };
    return { ...written(toStored(after, caller, pick(stored.attributes as JsonObject))), ...settled };
  }
}

/** What is new, said by a client. */
interface Made {
  readonly id: string;
  readonly content: NewContent;
  readonly password: string | undefined;
  readonly hash: string | undefined;
}

/** Whether what was asked for comes to nothing under the rules. */
const isSame = (state: State, content: NewContent, owner: string): boolean =>
  owner === state.owner &&
  same(state.attributes, content.attributes) &&
  same(state.externalIds, content.externalIds) &&
  same(state.person, content.person);

const pick = ({ groups }: JsonObject) => (groups === undefined ? {} : { groups });

const written = (stored: Stored): Written => ({ stored, refusedMembers: [] });
