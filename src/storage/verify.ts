import type mongoose from 'mongoose';
import { Stale, subjectsOf, type Change, type Unit } from '../domain/changes.ts';
import { DomainError } from '../domain/errors.ts';
import type { Part } from '../domain/journal.ts';
import type { Head, Via } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import { findUnaffordable } from './accounts.ts';
import {
  headFields,
  keyOf,
  toHead,
  type EdgeDocument,
  type HeadDocument,
  type JournalDocument,
  type ResourceDocument,
} from './documents.ts';
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
export async function findBroken<U extends Unit>(
  db: mongoose.mongo.Db,
  batch: readonly U[],
  heads: HeadCache,
): Promise<Map<U, Error>> {
  const changes = batch.flatMap((unit) => unit.changes);
  const [documents, left, taken, parts, members, nesting] = await Promise.all([
    readHeads(db, batch),
    readOpenEdges(db, changes),
    readNames(db, changes),
    readParts(db, changes),
    readEdges(db, changes),
    readNesting(db, changes),
  ]);
  for (const unit of batch) for (const { id } of reliedOn(unit)) if (!documents.has(id)) heads.forget(id);
  for (const document of documents.values()) heads.keep(toHead(document));

  const facts = { documents, left, taken, parts, members, nesting };
  const faults = faultsBy(batch, (unit) => faultOf(unit, facts));
  for (const unit of await findUnaffordable(
    db,
    batch.filter((each) => !faults.has(each)),
  ))
    faults.set(unit, new Stale('an account moved'));
  return faults;
}

/** Finds out which of these bring a name that is taken: one look for all, where the rest is taken on trust. */
export async function findTaken<U extends Unit>(db: mongoose.mongo.Db, batch: readonly U[]): Promise<Map<U, Error>> {
  const taken = await readNames(
    db,
    batch.flatMap((unit) => unit.changes),
  );
  return faultsBy(batch, (unit) => firstOf(unit.changes, (change) => nameFault(change, { taken })));
}

/** Two of these that bring one name: no look at the database tells that. */
export function findClash({ changes }: Unit): Error | undefined {
  const taken = new Map<string, string>();
  return firstOf(changes, (change) => {
    const fault = nameFault(change, { taken });
    const name = newName(change);
    if (name) taken.set(`${change.tenant} ${name.key}`, name.id);
    return fault;
  });
}

function faultsBy<U>(batch: readonly U[], faultIn: (unit: U) => Error | undefined): Map<U, Error> {
  const faults = batch.flatMap((unit) => {
    const fault = faultIn(unit);
    return fault ? [[unit, fault] as const] : [];
  });
  return new Map(faults);
}

function firstOf(changes: readonly Change[], faultIn: (change: Change) => Error | undefined): Error | undefined {
  for (const change of changes) {
    const fault = faultIn(change);
    if (fault) return fault;
  }
  return undefined;
}

/** What stands in the database of all that a batch relies on. */
interface Facts {
  readonly documents: ReadonlyMap<string, HeadOfTenant>;
  readonly left: ReadonlyMap<string, ReadonlySet<string>>;
  readonly taken: ReadonlyMap<string, string>;
  readonly parts: ReadonlySet<string>;
  /** The live edges by name, each with how it came about. */
  readonly members: ReadonlyMap<string, Via | undefined>;
  readonly nesting: ReadonlyMap<string, number>;
}

function faultOf(unit: Unit, facts: Facts): Error | undefined {
  const { changes } = unit;
  return (
    firstOf(changes, (change) => partFault(change, facts) ?? nameFault(change, facts)) ??
    (reliedOn(unit).every(({ id, tenant }) => facts.documents.get(id)?.tenant === tenant)
      ? firstOf(changes, (change) => reasons.find(([, holds]) => !holds(change, facts))?.[0]())
      : new Stale('gone'))
  );
}

/** What has to hold, each with what is said where it does not. */
const reasons: readonly (readonly [fault: () => Error, holds: (change: Change, facts: Facts) => boolean])[] = [
  [() => new Stale('members changed'), membersHold],
  [() => new Stale('memberships changed'), membershipsHold],
  [
    () => new Stale('nesting changed'),
    ({ tenant, nesting }, facts) => nesting === undefined || (facts.nesting.get(tenant) ?? 0) === nesting,
  ],
];

function partFault({ tenant, entry }: Change, { parts }: Facts): Error | undefined {
  const { part } = entry.order;
  return part && parts.has(partName(tenant, part))
    ? new DomainError({ rule: 'done-already', index: part.index })
    : undefined;
}

function nameFault(change: Change, { taken }: Pick<Facts, 'taken'>): Error | undefined {
  const name = newName(change);
  const holder = name && taken.get(`${change.tenant} ${name.key}`);
  if (!name || holder === undefined || holder === name.id) return undefined;
  return new DomainError({ rule: 'name-taken', type: name.type, name: name.name });
}

/** What must exist for changes to hold, but for what they make themselves. */
function reliedOn({ changes }: Unit): { readonly tenant: TenantId; readonly id: string }[] {
  const made = new Set(changes.flatMap(({ creates }) => (creates ? [creates.id] : [])));
  return changes.flatMap((change) =>
    [...change.relies, ...subjectsOf(change).map(({ id }) => id)]
      .filter((id) => !made.has(id))
      .map((id) => ({ tenant: change.tenant, id })),
  );
}

const newName = ({ creates, revises }: Change) => {
  if (creates)
    return { key: keyOf(creates.kind, creates.name), id: creates.id, type: creates.kind, name: creates.name };
  if (!revises || revises.after.name === revises.before.name) return undefined;
  const { before, after } = revises;
  return { key: keyOf(before.kind, after.name), id: before.id, type: before.kind, name: after.name };
};

/** What rows of each tenant name, by tenant. */
function byTenant<Row extends { readonly tenant: TenantId }, T>(
  rows: readonly Row[],
  pick: (row: Row) => readonly T[],
): [TenantId, T[]][] {
  const found = new Map<TenantId, T[]>();
  for (const row of rows) {
    const values = pick(row);
    if (values.length === 0) continue;
    const own = found.get(row.tenant);
    if (own) own.push(...values);
    else found.set(row.tenant, [...values]);
  }
  return [...found];
}

type HeadOfTenant = HeadDocument & Pick<ResourceDocument, 'tenant'>;

async function readHeads(db: mongoose.mongo.Db, batch: readonly Unit[]): Promise<Map<string, HeadOfTenant>> {
  const pages = await Promise.all(
    byTenant(batch.flatMap(reliedOn), ({ id }) => [id]).map(([tenant, ids]) =>
      db
        .collection<ResourceDocument>('resources')
        .find({ tenant, _id: { $in: ids } })
        .project<HeadOfTenant>({ ...headFields, tenant: 1 })
        .toArray(),
    ),
  );
  return new Map(pages.flat().map((document) => [document._id, document]));
}

async function readNames(db: mongoose.mongo.Db, changes: readonly Change[]): Promise<Map<string, string>> {
  const pages = await Promise.all(
    byTenant(changes, (change) => [newName(change)?.key ?? []].flat()).map(([tenant, keys]) =>
      db
        .collection<ResourceDocument>('resources')
        .find({ tenant, key: { $in: keys } })
        .project<Pick<ResourceDocument, '_id' | 'key' | 'tenant'>>({ key: 1, tenant: 1 })
        .toArray(),
    ),
  );
  return new Map(pages.flat().map(({ _id, key, tenant }) => [`${tenant} ${key}`, _id]));
}

/** Those of the operations of Bulks that are done. */
async function readParts(db: mongoose.mongo.Db, changes: readonly Change[]): Promise<Set<string>> {
  const pages = await Promise.all(
    byTenant(changes, ({ entry }) => [entry.order.part ?? []].flat()).map(([tenant, parts]) =>
      db
        .collection<JournalDocument>('journal')
        .find({
          tenant,
          'part.run': { $in: [...new Set(parts.map(({ run }) => run))] },
          'part.index': { $in: parts.map(({ index }) => index) },
        })
        .project<Pick<JournalDocument, 'tenant' | 'part'>>({ _id: 0, tenant: 1, part: 1 })
        .toArray(),
    ),
  );
  return new Set(pages.flat().flatMap(({ tenant, part }) => (part ? [partName(tenant, part)] : [])));
}

const partName = (tenant: TenantId, { run, index }: Part): string => `${tenant} ${run} ${index}`;

/** The live edges that the batch wants to open, close or mark, as `<group> <member> <generation>`. */
async function readEdges(db: mongoose.mongo.Db, changes: readonly Change[]): Promise<Map<string, Via | undefined>> {
  // One look per group, however many of the batch change its members.
  const asked = new Map<string, { tenant: Change['tenant']; group: Head; ids: string[] }>();
  for (const { tenant, members, creates } of changes) {
    if (!members || creates || members.reset) continue;
    const { group, joins, leaves, marks = [] } = members;
    const name = edgeName({ group: group.id, generation: group.generation });
    const entry = asked.get(name) ?? { tenant, group, ids: [] };
    asked.set(name, entry);
    entry.ids.push(...joins.map(({ id }) => id), ...leaves, ...marks.map(({ id }) => id));
  }
  const pages = await Promise.all(
    [...asked.values()].map(({ tenant, group, ids }) =>
      db
        .collection<EdgeDocument>('edges')
        .find({ tenant, group: group.id, generation: group.generation, member: { $in: ids }, live: true })
        .project<Pick<EdgeDocument, 'group' | 'member' | 'generation' | 'via'>>({
          _id: 0,
          group: 1,
          member: 1,
          generation: 1,
          via: 1,
        })
        .toArray(),
    ),
  );
  return new Map(pages.flat().map(({ group, member, generation, via }) => [`${group} ${member} ${generation}`, via]));
}

function membersHold({ members, creates }: Change, { members: live }: Facts): boolean {
  if (!members || creates || members.reset) return true;
  const { group, joins, leaves, leavesVia, marks = [] } = members;
  const edge = (member: string): string => `${group.id} ${member} ${group.generation}`;
  const isIn = (member: string, via: Via | undefined): boolean =>
    live.has(edge(member)) && live.get(edge(member)) === via;
  return (
    !joins.some(({ id }) => live.has(edge(id))) &&
    leaves.every((id) => isIn(id, leavesVia)) &&
    marks.every(({ id, from }) => isIn(id, from))
  );
}

/** The open edges of each resource that is to go, as `<group> <generation>`. */
async function readOpenEdges(db: mongoose.mongo.Db, changes: readonly Change[]): Promise<Map<string, Set<string>>> {
  const found = changes.flatMap(({ tenant, removes }) =>
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

async function readNesting(db: mongoose.mongo.Db, changes: readonly Change[]): Promise<Map<string, number>> {
  const tenants = changes.flatMap(({ tenant, nesting }) => (nesting === undefined ? [] : [tenant]));
  if (tenants.length === 0) return new Map();
  const rows = await db
    .collection<Nesting>('nesting')
    .find({ _id: { $in: tenants } })
    .toArray();
  return new Map(rows.map(({ _id, version }) => [_id, version]));
}
