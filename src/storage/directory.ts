import type mongoose from 'mongoose';
import { DomainError } from '../domain/errors.ts';
import type { Kind, State } from '../domain/states.ts';
import type { Directory, PageOfStates, View } from '../provisioning/ports.ts';
import type { Filter } from '../scim/filter/ast.ts';
import { limits } from '../scim/limits.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Page, Query } from '../scim/types.ts';
import { slimFields, toState, type ResourceDocument } from './documents.ts';
import { edgeIds } from './edgeIds.ts';
import { edgeTerms, type EdgeTerm } from './edgeTerms.ts';
import { gather } from './gather.ts';
import { indexable, type Split } from './indexable.ts';
import { atOneInstant } from './instant.ts';
import { atSnapshot, members } from './members.ts';
import { memberships } from './memberships.ts';
import { isOfAll, isServed, reading, type Search } from './pages.ts';
import { orderOf } from './sort.ts';
import { sumOf, total, totalBehind, type Counted } from './totals.ts';

type Session = mongoose.mongo.ClientSession;

const limit = limits.scannedResources;

/** Searches users and groups (MongoDB). No query examines more than the limit without an index that answers it. */
export function directory(connection: mongoose.Connection): Directory {
  const resources = () => connection.collection<ResourceDocument>('resources');
  const held = members(connection);
  const groups = memberships(connection);
  const idsOf = edgeIds(connection);

  async function splitOf(view: View, type: ResourceType, filter: Filter | undefined): Promise<Split> {
    if (!filter) return {};
    const terms = edgeTerms(filter);
    const ids = await Promise.all(terms.map((term) => idsOf(view.tenant, term)));
    const known = new Map(terms.map((term, at) => [keyOfTerm(term), ids[at] ?? []]));
    return indexable(filter, { type, connection: view.connection, idsOf: (term) => known.get(keyOfTerm(term)) ?? [] });
  }

  /** How many match in all; undefined where counting them would examine more than the limit. */
  async function count({ tenant }: View, kind: Kind, search: Search): Promise<number | undefined> {
    const { split, order } = search;
    if (split.indexed || split.rest) return countMatches(search);
    const all = await total(connection, tenant, kind);
    return all > limit && !order.index ? undefined : all;
  }

  async function countMatches({ base, split }: Search): Promise<number | undefined> {
    const matched = split.rest && { matched: [{ $match: split.rest }, { $count: 'n' }] };
    const [row] = await resources()
      .aggregate<{ examined: Count[]; matched?: Count[] }>([
        { $match: base },
        { $limit: limit + 1 },
        { $facet: { examined: [{ $count: 'n' }], ...matched } },
      ])
      .toArray();
    return counted(row?.examined) > limit ? undefined : counted(row?.matched ?? row?.examined);
  }

  /** A page, and where it is one of all there are, how many that is. */
  async function read({ tenant }: View, kind: Kind, search: Search, page: Page, session?: Session): Promise<Read> {
    if (page.count === 0) return { states: [], more: false };
    const { stages, hint } = reading(search, page);
    const counts = isOfAll(search) ? totalBehind(tenant, kind) : [];
    const rows = await resources()
      // A late page of what no index puts in order may be more than MongoDB sorts in memory.
      .aggregate<ResourceDocument | Counted>([...stages, ...counts], {
        allowDiskUse: true,
        // A page, whether there is more, and the parts of its total, in one answer.
        batchSize: page.count + 4,
        ...(hint && { hint }),
        ...(session && { session }),
        ...((session || counts.length > 0) && atSnapshot),
      })
      .toArray();
    const found = rows.filter((row): row is ResourceDocument => '_id' in row);
    const states = found.slice(0, page.count).map(toState);
    const isReversed = page.cursor?.towards === 'previous';
    return {
      states: isReversed ? states.toReversed() : states,
      more: found.length > page.count,
      ...(counts.length > 0 && { total: sumOf(rows.slice(found.length) as Counted[]) }),
    };
  }

  /** Looks up resources by their names: what identity providers ask most. */
  const named = gather<string, State | undefined>(async (tenant, keys) => {
    const documents = await resources()
      .find({ tenant, key: keys.length === 1 ? (keys[0] ?? '') : { $in: [...keys] } })
      .project<Omit<ResourceDocument, 'fold' | 'custom' | 'password'>>(slimFields)
      .toArray();
    const found = new Map(documents.map((document) => [document.key, toState(document)]));
    return keys.map((key) => found.get(key));
  });

  /** A page and the total. A page that holds all there is needs no count, and where there is nothing, no page is read. */
  async function found(view: View, kind: Kind, search: Search, page: Page, session?: Session): Promise<Found> {
    if (!search.split.rest && (search.split.indexed || search.order.index)) {
      const { states, more, total: all } = await read(view, kind, search, page, session);
      const isAll = isFirst(page) && !more && page.count > 0;
      return { states, more, total: all ?? (isAll ? states.length : await countFor(view, kind, search, page)) };
    }
    const all = await countFor(view, kind, search, page);
    if (all === 0) return { states: [], more: false, total: 0 };
    const { states, more } = await read(view, kind, search, page, session);
    return { states, more, total: all };
  }

  /** A page of groups, the total, and their members, all at one instant. */
  function withMembers(
    view: View,
    kind: Kind,
    search: Search,
    page: Page,
  ): Promise<Found & Pick<PageOfStates, 'members'>> {
    return atOneInstant(connection, async (session) => {
      const read = await found(view, kind, search, page, session);
      return { members: await held.ofPage(view.tenant, read.states, session), ...read };
    });
  }

  /** What has that name, with the groups it is in. */
  async function foundByName({ tenant }: View, key: string, { count: size, wanted }: Query): Promise<PageOfStates> {
    const row = wanted.groups
      ? await groups.withKey(tenant, key)
      : { state: await named(tenant, key), memberships: [] };
    if (!row?.state) return nothing;
    const { state, memberships: own } = row;
    const states = size > 0 ? [state] : [];
    return { states, total: 1, more: false, members: new Map(), memberships: new Map([[state.id, own]]) };
  }

  /** How many match, where that has to be known, or is cheaply. */
  async function countFor(view: View, kind: Kind, search: Search, page: Page): Promise<number | undefined> {
    const all = await count(view, kind, search);
    if (all === undefined && !(page.cursor && isServed(search)))
      throw new DomainError({ rule: 'too-many-matches', limit });
    return all;
  }

  return {
    async query(view, type, query): Promise<PageOfStates> {
      const kind = type.name;
      const { wanted } = query;
      const split = await splitOf(view, type, query.filter);
      const key = isFirst(query) ? keyAsked(split) : undefined;
      // Members are read at the instant of a session, which is not shared with others, who read at theirs.
      if (key !== undefined && !wanted.members) return foundByName(view, key, query);
      const order = orderOf(type, view.connection, query.sort, query.cursor?.towards ?? 'next');
      const search = { base: baseOf(view, kind, split), split, order };
      const page = await (wanted.members ? withMembers(view, kind, search, query) : found(view, kind, search, query));
      const ids = wanted.groups ? page.states.map(({ id }) => id) : [];
      return { members: new Map(), memberships: await groups.of(view.tenant, ids), ...page };
    },
    readWithMembers: held.readWithMembers,
    memberIds: held.memberIds,
  };
}

/** What was read of a page, and whether there are more beyond it. */
interface Read {
  readonly states: readonly State[];
  readonly more: boolean;
  /** Of all that match, where that was read too. */
  readonly total?: number;
}

type Found = Pick<PageOfStates, 'states' | 'more' | 'total'>;

const isFirst = (page: Page): boolean => (page.cursor ? !page.cursor.from : page.startIndex === 1);

const nothing: PageOfStates = { states: [], more: false, total: 0, members: new Map(), memberships: new Map() };

/** The key of a name that is all a query asks for. */
function keyAsked({ indexed, rest }: Split): string | undefined {
  const { key, ...more } = (rest ? {} : (indexed ?? {})) as { readonly key?: { readonly $eq?: string } };
  return Object.keys(more).length === 0 ? key?.$eq : undefined;
}

interface Count {
  readonly n: number;
}

/** `$count` of nothing gives nothing. */
const counted = (rows: readonly Count[] | undefined): number => rows?.[0]?.n ?? 0;

const keyOfTerm = ({ attribute, value, type }: EdgeTerm): string => JSON.stringify([attribute, value, type]);

const baseOf = ({ tenant }: View, kind: Kind, { indexed }: Split) => ({
  tenant,
  type: kind,
  ...(indexed && { $and: [indexed] }),
});
