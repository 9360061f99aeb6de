import type mongoose from 'mongoose';
import { Stale, subjectsOf, type Change } from '../domain/changes.ts';
import { DomainError } from '../domain/errors.ts';
import type { Head } from '../domain/states.ts';
import { headFields, keyOf, toHead, type HeadDocument, type ResourceDocument, type EdgeDocument } from './documents.ts';
import type { HeadCache } from './heads.ts';

interface Nesting {
  _id: string;
  version: number;
}

/**
 * Finds out which changes of a batch cannot be committed as they are, so that these leave it and the others are tried
 * again together: whose name is taken, who relies on something that is gone, who joins a group that already has him.
 * What it reads makes the cache of heads current.
 */
export async function findBroken<C extends { readonly change: Change }>(
  db: mongoose.mongo.Db,
  batch: readonly C[],
  heads: HeadCache,
): Promise<Map<C, Error>> {
  const [documents, left, taken, members, nesting] = await Promise.all([
    readHeads(db, batch),
    readOpenEdges(db, batch),
    readNames(db, batch),
    readEdges(db, batch),
    readNesting(db, batch),
  ]);
  for (const item of batch) for (const id of reliedOn(item.change)) if (!documents.has(id)) heads.forget(id);
  for (const document of documents.values()) heads.keep(toHead(document));

  const facts = { documents, left, taken, members, nesting };
  const faults = batch.flatMap((item) => {
    const fault = faultOf(item.change, facts);
    return fault ? [[item, fault] as const] : [];
  });
  return new Map(faults);
}

/** Finds out which of these bring a name that is taken: one look for all, where the rest is taken on trust. */
export async function findTaken<C extends { readonly change: Change }>(
  db: mongoose.mongo.Db,
  batch: readonly C[],
): Promise<Map<C, Error>> {
  const taken = await readNames(db, batch);
  const faults = batch.flatMap((item) => {
    const fault = nameFault(item.change, { taken });
    return fault ? [[item, fault] as const] : [];
  });
  return new Map(faults);
}

/** What stands in the database of all that a batch relies on. */
interface Facts {
  readonly documents: ReadonlyMap<string, HeadOfTenant>;
  readonly left: ReadonlyMap<string, ReadonlySet<string>>;
  readonly taken: ReadonlyMap<string, string>;
  readonly members: ReadonlySet<string>;
  readonly nesting: ReadonlyMap<string, number>;
}

function faultOf(change: Change, facts: Facts): Error | undefined {
  return nameFault(change, facts) ?? reasons.find(([, holds]) => !holds(change, facts))?.[0]();
}

/** What has to hold, each with what is said where it does not. */
const reasons: readonly (readonly [fault: () => Error, holds: (change: Change, facts: Facts) => boolean])[] = [
  [
    () => new Stale('gone'),
    (change, { documents }) => reliedOn(change).every((id) => documents.get(id)?.tenant === change.tenant),
  ],
  [() => new Stale('members changed'), membersHold],
  [() => new Stale('memberships changed'), membershipsHold],
  [
    () => new Stale('nesting changed'),
    ({ tenant, nesting }, facts) => nesting === undefined || (facts.nesting.get(tenant) ?? 0) === nesting,
  ],
];

function nameFault(change: Change, { taken }: Pick<Facts, 'taken'>): Error | undefined {
  const name = newName(change);
  const holder = name && taken.get(`${change.tenant} ${name.key}`);
  if (!name || holder === undefined || holder === name.id) return undefined;
  return new DomainError({ rule: 'name-taken', type: name.type, name: name.name });
}

/** Ids that must exist for a change to hold. */
const reliedOn = (change: Change): string[] => [...change.relies, ...subjectsOf(change).map(({ id }) => id)];

const newName = ({ creates, revises }: Change) => {
  if (creates)
    return { key: keyOf(creates.kind, creates.name), id: creates.id, type: creates.kind, name: creates.name };
  if (!revises || revises.after.name === revises.before.name) return undefined;
  const { before, after } = revises;
  return { key: keyOf(before.kind, after.name), id: before.id, type: before.kind, name: after.name };
};

const byTenant = <T>(
  batch: readonly { readonly change: Change }[],
  pick: (change: Change) => readonly T[],
): [string, T[]][] => {
  const found = new Map<string, T[]>();
  for (const { change } of batch) {
    const values = pick(change);
    if (values.length > 0) found.set(change.tenant, [...(found.get(change.tenant) ?? []), ...values]);
  }
  return [...found];
};

type HeadOfTenant = HeadDocument & Pick<ResourceDocument, 'tenant'>;

async function readHeads(
  db: mongoose.mongo.Db,
  batch: readonly { readonly change: Change }[],
): Promise<Map<string, HeadOfTenant>> {
  const pages = await Promise.all(
    byTenant(batch, reliedOn).map(([tenant, ids]) =>
      db
        .collection<ResourceDocument>('resources')
        .find({ tenant: tenant as ResourceDocument['tenant'], _id: { $in: ids } })
        .project<HeadOfTenant>({ ...headFields, tenant: 1 })
        .toArray(),
    ),
  );
  return new Map(pages.flat().map((document) => [document._id, document]));
}

async function readNames(
  db: mongoose.mongo.Db,
  batch: readonly { readonly change: Change }[],
): Promise<Map<string, string>> {
  const pages = await Promise.all(
    byTenant(batch, (change) => [newName(change)?.key ?? []].flat()).map(([tenant, keys]) =>
      db
        .collection<ResourceDocument>('resources')
        .find({ tenant: tenant as ResourceDocument['tenant'], key: { $in: keys } })
        .project<Pick<ResourceDocument, '_id' | 'key' | 'tenant'>>({ key: 1, tenant: 1 })
        .toArray(),
    ),
  );
  return new Map(pages.flat().map(({ _id, key, tenant }) => [`${tenant} ${key}`, _id]));
}

/** The live edges that the batch wants to open or to close, as `<group> <member> <generation>`. */
async function readEdges(db: mongoose.mongo.Db, batch: readonly { readonly change: Change }[]): Promise<Set<string>> {
  // One look per group, however many of the batch change its members.
  const asked = new Map<string, { tenant: Change['tenant']; group: Head; ids: string[] }>();
  for (const { change } of batch) {
    const { tenant, members, creates } = change;
    if (!members || creates || members.reset) continue;
    const { group, joins, leaves } = members;
    const name = edgeName({ group: group.id, generation: group.generation });
    const entry = asked.get(name) ?? { tenant, group, ids: [] };
    asked.set(name, entry);
    entry.ids.push(...joins.map(({ id }) => id), ...leaves);
  }
  const pages = await Promise.all(
    [...asked.values()].map(({ tenant, group, ids }) =>
      db
        .collection<EdgeDocument>('edges')
        .find({ tenant, group: group.id, generation: group.generation, member: { $in: ids }, live: true })
        .project<Pick<EdgeDocument, 'group' | 'member' | 'generation'>>({ _id: 0, group: 1, member: 1, generation: 1 })
        .toArray(),
    ),
  );
  return new Set(pages.flat().map(({ group, member, generation }) => `${group} ${member} ${generation}`));
}

function membersHold({ members, creates }: Change, { members: live }: Facts): boolean {
  if (!members || creates || members.reset) return true;
  const { id, generation } = members.group;
  const isIn = (member: string): boolean => live.has(`${id} ${member} ${generation}`);
  return !members.joins.some((member) => isIn(member.id)) && members.leaves.every(isIn);
}

/** The open edges of each resource that is to go, as `<group> <generation>`. */
async function readOpenEdges(
  db: mongoose.mongo.Db,
  batch: readonly { readonly change: Change }[],
): Promise<Map<string, Set<string>>> {
  const found = batch.flatMap(({ change: { tenant, removes } }) =>
    removes
      ? [
          db
            .collection<EdgeDocument>('edges')
            .find({ tenant, member: removes.state.id, live: true })
            .project<Pick<EdgeDocument, 'group' | 'generation'>>({ _id: 0, group: 1, generation: 1 })
            .toArray()
            .then((open) => [removes.state.id, new Set(open.map(edgeName))] as const),
        ]
      : [],
  );
  return new Map(await Promise.all(found));
}

const edgeName = ({ group, generation }: Pick<EdgeDocument, 'group' | 'generation'>): string =>
  `${group} ${generation}`;

/** As many edges are open as were, and among them those of the groups it is in. */
function membershipsHold({ removes }: Change, { left }: Facts): boolean {
  if (!removes) return true;
  const open = left.get(removes.state.id);
  const holds = ({ id: group, generation }: Head): boolean => open?.has(edgeName({ group, generation })) === true;
  return (open?.size ?? 0) === removes.edges && removes.leaves.every(holds);
}

async function readNesting(
  db: mongoose.mongo.Db,
  batch: readonly { readonly change: Change }[],
): Promise<Map<string, number>> {
  const tenants = batch.flatMap(({ change }) => (change.nesting === undefined ? [] : [change.tenant]));
  if (tenants.length === 0) return new Map();
  const rows = await db
    .collection<Nesting>('nesting')
    .find({ _id: { $in: tenants } })
    .toArray();
  return new Map(rows.map(({ _id, version }) => [_id, version]));
}
