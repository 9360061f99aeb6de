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
import { indexable, type Split } from './indexable.ts';
import { members } from './members.ts';
import { orderOf, type Order } from './sort.ts';
import { total } from './totals.ts';

type Session = mongoose.mongo.ClientSession;

const limit = limits.scannedResources;

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
      .aggregate<{ id: string; generation: number; held: HeadDocument[] }>([
        { $match: { tenant, [ask]: term.value, live: true, ...(term.type !== undefined && { type: term.type }) } },
        { $limit: limit + 1 },
        { $project: { id: `$${answer}`, group: 1, generation: 1 } },
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
    if (rows.length > limit) throw new DomainError({ rule: 'too-many-matches', limit });
    return rows.filter(({ generation, held: [group] }) => group?.generation === generation).map(({ id }) => id);
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
          ...order.stages,
          ...(query.startIndex > 1 ? [{ $skip: query.startIndex - 1 }] : []),
          { $limit: query.count },
          { $project: stateFields },
        ],
        { allowDiskUse: false, ...(session && { session }) },
      )
      .toArray();
    return rows.map(toState);
  }

  /** A page that holds all there is needs no count. */
  async function found(view: View, kind: Kind, split: Split, order: Order, query: Query, session?: Session) {
    const complete = (states: readonly State[]) => query.startIndex === 1 && states.length < query.count;
    if (!split.rest && (split.indexed || order.indexed)) {
      const states = await page(view, kind, split, order, query, session);
      return { states, total: complete(states) ? states.length : await count(view, kind, split, order) };
    }
    const all = await count(view, kind, split, order);
    return { total: all, states: all === 0 ? [] : await page(view, kind, split, order, query, session) };
  }

  return {
    async query(view, type, query): Promise<PageOfStates> {
      const kind = type.name as Kind;
      const split = await splitOf(view, type, query.filter);
      const order = orderOf(type, view.connection, query.sort);
      if (!query.wanted.members) return { ...(await found(view, kind, split, order, query)), members: new Map() };

      const session = connection.getClient().startSession({ snapshot: true });
      let ending = true;
      try {
        const result = await found(view, kind, split, order, query, session);
        const { members: lists, streaming } = await held.ofPage(view.tenant, result.states, session);
        ending = !streaming;
        return { ...result, members: lists };
      } finally {
        if (ending) await session.endSession();
      }
    },
    readWithMembers: held.readWithMembers,
    memberIds: held.memberIds,
  };
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
