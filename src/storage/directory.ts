import type mongoose from 'mongoose';
import { DomainError } from '../domain/errors.ts';
import type { Kind, State } from '../domain/states.ts';
import type { Directory, PageOfStates, View } from '../provisioning/ports.ts';
import type { Filter } from '../scim/filter/ast.ts';
import { limits } from '../scim/limits.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Query } from '../scim/types.ts';
import { stateFields, toState, type EdgeDocument, type HeadDocument, type ResourceDocument } from './documents.ts';
import { edgeTerms, type EdgeTerm } from './edgeTerms.ts';
import { gather } from './gather.ts';
import { indexable, type Split } from './indexable.ts';
import { atSnapshot, members } from './members.ts';
import { orderOf, type Order } from './sort.ts';
import { total } from './totals.ts';

type Session = mongoose.mongo.ClientSession;

const limit = limits.scannedResources;

/** Leaves out the searchable twin and secrets, but not what resources are put in order or looked up by. */
const slim = { $project: { fold: 0, password: 0, touched: 0 } };

/** What is computed to put resources in order. */
const hidden = { by: 0, missing: 0 } as const;

/** Searches users and groups (MongoDB). No query examines more than the limit without an index that answers it. */
export function directory(connection: mongoose.Connection): Directory {
  const resources = () => connection.collection<ResourceDocument>('resources');
  const held = members(connection);

  /** The ids of the resources that have that member, or are in that group. */
  async function idsOf({ tenant }: View, term: EdgeTerm): Promise<readonly string[]> {
    const [ask, answer] =
      term.attribute === 'members' ? (['member', 'group'] as const) : (['group', 'member'] as const);
    const rows = await connection
      .collection<EdgeDocument>('edges')
      .aggregate<{ ids: string[]; generation: number; held: HeadDocument[] }>([
        { $match: { tenant, [ask]: term.value, live: true, ...(term.type !== undefined && { type: term.type }) } },
        { $limit: limit + 1 },
        { $group: { _id: { group: '$group', generation: '$generation' }, ids: { $push: `$${answer}` } } },
        { $project: { _id: 0, group: '$_id.group', generation: '$_id.generation', ids: 1 } },
        {
          $lookup: {
            from: 'resources',
            localField: 'group',
            foreignField: '_id',
            pipeline: [{ $project: { generation: 1 } }],
            as: 'held',
          },
        },
      ])
      .toArray();
    const examined = rows.reduce((sum, { ids }) => sum + ids.length, 0);
    if (examined > limit) throw new DomainError({ rule: 'too-many-matches', limit });
    return rows.flatMap(({ ids, generation, held: [group] }) => (group?.generation === generation ? ids : []));
  }

  async function splitOf(view: View, type: ResourceType, filter: Filter | undefined): Promise<Split> {
    if (!filter) return {};
    const terms = edgeTerms(filter);
    const ids = await Promise.all(terms.map((term) => idsOf(view, term)));
    const known = new Map(terms.map((term, at) => [keyOfTerm(term), ids[at] ?? []]));
    return indexable(filter, { type, connection: view.connection, idsOf: (term) => known.get(keyOfTerm(term)) ?? [] });
  }

  async function count(view: View, kind: Kind, split: Split, order: Order): Promise<number> {
    if (split.indexed || split.rest) return countMatches(view, kind, split);
    const all = await total(connection, view.tenant, kind);
    if (all > limit && !order.indexed) throw new DomainError({ rule: 'too-many-matches', limit });
    return all;
  }

  async function countMatches(view: View, kind: Kind, split: Split): Promise<number> {
    const matched = split.rest && { matched: [{ $match: split.rest }, { $count: 'n' }] };
    const [row] = await resources()
      .aggregate<{ examined: Count[]; matched?: Count[] }>([
        { $match: baseOf(view, kind, split) },
        { $limit: limit + 1 },
        { $facet: { examined: [{ $count: 'n' }], ...matched } },
      ])
      .toArray();
    if (counted(row?.examined) > limit) throw new DomainError({ rule: 'too-many-matches', limit });
    return counted(row?.matched ?? row?.examined);
  }

  async function page(
    view: View,
    kind: Kind,
    split: Split,
    order: Order,
    query: Query,
    session?: Session,
  ): Promise<State[]> {
    if (query.count === 0) return [];
    const rows = await resources()
      .aggregate<ResourceDocument>(
        [
          { $match: { ...baseOf(view, kind, split), ...order.match } },
          // What is put in order is bounded; where more match, the count refuses the query.
          ...(split.indexed || split.rest ? [{ $limit: limit + 1 }] : []),
          ...(split.rest ? [{ $match: split.rest }] : []),
          ...order.computed,
          ...(split.indexed || split.rest || !order.indexed ? [slim] : []),
          { $sort: order.by },
          ...(query.startIndex > 1 ? [{ $skip: query.startIndex - 1 }] : []),
          { $limit: query.count },
          { $project: { ...stateFields, ...hidden } },
        ],
        // A late page of what no index puts in order may be more than MongoDB sorts in memory.
        { allowDiskUse: true, ...(session && { session, ...atSnapshot }) },
      )
      .toArray();
    return rows.map(toState);
  }

  /** Looks up resources by their names: what identity providers ask most. */
  const named = gather<string, State | undefined>(async (tenant, keys) => {
    const documents = await resources()
      .find({ tenant, key: keys.length === 1 ? (keys[0] ?? '') : { $in: [...keys] } })
      .project<Omit<ResourceDocument, 'fold' | 'password'>>(slim.$project)
      .toArray();
    const found = new Map(documents.map((document) => [document.key, toState(document)]));
    return keys.map((key) => found.get(key));
  });

  /** A page that holds all there is needs no count. */
  async function found(view: View, kind: Kind, split: Split, order: Order, query: Query, session?: Session) {
    const complete = (states: readonly State[]) => query.startIndex === 1 && states.length < query.count;
    // What is read at the instant of a session is not shared with others, who read at theirs.
    const key = session ? undefined : keyAsked(split);
    if (key !== undefined && query.startIndex === 1) {
      const state = await named(view.tenant, key);
      return { total: state ? 1 : 0, states: state && query.count > 0 ? [state] : [] };
    }
    if (!split.rest && (split.indexed || order.indexed)) {
      const states = await page(view, kind, split, order, query, session);
      return { states, total: complete(states) ? states.length : await count(view, kind, split, order) };
    }
    const all = await count(view, kind, split, order);
    return { total: all, states: all === 0 ? [] : await page(view, kind, split, order, query, session) };
  }

  return {
    async query(view, type, query): Promise<PageOfStates> {
      const kind = type.name;
      const split = await splitOf(view, type, query.filter);
      const order = orderOf(type, view.connection, query.sort);
      if (!query.wanted.members) return { ...(await found(view, kind, split, order, query)), members: new Map() };

      const session = connection.getClient().startSession({ snapshot: true });
      try {
        const result = await found(view, kind, split, order, query, session);
        return { ...result, members: await held.ofPage(view.tenant, result.states, session) };
      } finally {
        await session.endSession();
      }
    },
    readWithMembers: held.readWithMembers,
    memberIds: held.memberIds,
  };
}

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
