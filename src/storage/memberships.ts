import mongoose from 'mongoose';
import { ancestors, type Nesting } from '../domain/nesting.ts';
import type { Membership, State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import { slimFields, stateFields, toState, type EdgeDocument, type ResourceDocument } from './documents.ts';
import { gather } from './gather.ts';

type Group = Pick<ResourceDocument, '_id' | 'generation' | 'name' | 'nested'>;

/** Edges, and the groups that they are of. */
interface Joined {
  readonly edges: readonly Pick<EdgeDocument, 'group' | 'generation'>[];
  readonly groups: readonly Group[];
}

/** As many edges of one group and generation as there are members. */
interface JoinedMembers extends Joined {
  readonly edges: readonly (Joined['edges'][number] & { readonly members: readonly string[] })[];
}

/** A membership that holds. */
interface Direct {
  readonly member: string;
  readonly group: Group;
}

/** A resource with the groups it is in. */
type Whole = { readonly state: State; readonly memberships: Membership[] };

/** All groups of all edges in one look-up: one look-up for each edge costs twice as much. */
const withGroups = {
  $lookup: {
    from: 'resources',
    localField: 'edges.group',
    foreignField: '_id',
    pipeline: [{ $project: { generation: 1, name: 1, nested: 1 } }],
    as: 'groups',
  },
};

const byGroup = {
  $group: { _id: { group: '$group', generation: '$generation' }, members: { $push: '$member' } },
};
const ofGroup = { group: '$_id.group', generation: '$_id.generation', members: '$members' };
const atOnce = { $group: { _id: null, edges: { $push: ofGroup } } };
const oneByOne = { $project: { _id: 0, edges: [ofGroup] } };

/** Memberships of so few are read together with those that others ask for. */
const few = 10;

/** Reads who is in which groups (MongoDB). */
export function memberships(connection: mongoose.Connection) {
  const resources = () => connection.collection<ResourceDocument>('resources');
  const edges = () => connection.collection<EdgeDocument>('edges');

  /** Those of the edges that hold. */
  async function holding(match: object): Promise<Direct[]> {
    const joined = (gathered: object) =>
      edges()
        .aggregate<JoinedMembers>([{ $match: match }, byGroup, gathered, withGroups])
        .toArray();
    const rows = await unlessTooLarge(
      () => joined(atOnce),
      () => joined(oneByOne),
    );
    return rows.flatMap((row) =>
      current(row).flatMap(({ edge, group }) => edge.members.map((member) => ({ member, group }))),
    );
  }

  /** Edges between groups that lead upwards from any of these. A tenant without groups in groups pays one indexed look. */
  async function above(tenant: TenantId, groups: readonly string[]): Promise<Nesting[]> {
    const found: Nesting[] = [];
    const seen = new Set<string>();
    let level = [...groups];
    while (level.length > 0) {
      for (const id of level) seen.add(id);
      const rows = await holding({ tenant, member: { $in: level }, live: true, type: 'Group' });
      found.push(...rows.map(({ member, group }) => ({ outer: group._id, inner: member })));
      level = [...new Set(rows.map(({ group }) => group._id))].filter((id) => !seen.has(id));
    }
    return found;
  }

  /** Direct memberships, and by way of groups that are themselves members, indirect ones. */
  async function withIndirect(tenant: TenantId, direct: readonly Direct[]): Promise<Map<string, Membership[]>> {
    const found = new Map<string, Membership[]>();
    for (const { member, group } of direct) {
      const own = found.get(member);
      const membership: Membership = { group: group._id, name: group.name, how: 'direct' };
      if (own) own.push(membership);
      else found.set(member, [membership]);
    }
    const nested = new Set(direct.filter(({ group }) => group.nested).map(({ group }) => group._id));
    const outer = nested.size > 0 ? await above(tenant, [...nested]) : [];
    if (outer.length === 0) return found;
    const names = await namesOf(tenant, [...new Set(outer.map((nesting) => nesting.outer))]);
    for (const [member, own] of found) {
      const edges = own.map(({ group }): Nesting => ({ outer: group, inner: member }));
      for (const [group, how] of ancestors(member, [...edges, ...outer])) {
        const name = names.get(group);
        if (how === 'indirect' && name !== undefined) own.push({ group, name, how });
      }
    }
    return found;
  }

  async function namesOf(tenant: TenantId, groups: readonly string[]): Promise<Map<string, string>> {
    const rows = await resources()
      .find({ tenant, _id: { $in: [...groups] } })
      .project<Pick<ResourceDocument, '_id' | 'name'>>({ name: 1 })
      .toArray();
    return new Map(rows.map(({ _id, name }) => [_id, name]));
  }

  async function of(tenant: TenantId, ids: readonly string[]): Promise<Map<string, Membership[]>> {
    return withIndirect(tenant, await holding({ tenant, member: { $in: [...ids] }, live: true }));
  }

  const ofFew = gather<readonly string[], Map<string, Membership[]>>(async (tenant, asks) => {
    const found = await of(tenant, [...new Set(asks.flat())]);
    return asks.map(() => found);
  });

  /** Finds resources by what is unique about them. */
  const by = (field: '_id' | 'key') =>
    gather<string, Whole | undefined>(async (tenant, values) => {
      const [only, ...others] = values;
      if (only === undefined || others.length > 0) return several(tenant, field, values);
      return unlessTooLarge(
        async () => [await one(tenant, { [field]: only })],
        () => several(tenant, field, values),
      );
    });

  async function one(tenant: TenantId, match: object): Promise<Whole | undefined> {
    const ofIt = [{ $match: { tenant, live: true } }, { $project: { _id: 0, group: 1, generation: 1 } }];
    const [found] = await resources()
      .aggregate<ResourceDocument & Joined>([
        { $match: { tenant, ...match } },
        { $project: stateFields },
        { $lookup: { from: 'edges', localField: '_id', foreignField: 'member', pipeline: ofIt, as: 'edges' } },
        withGroups,
      ])
      .toArray();
    if (!found) return undefined;
    const direct = current(found).map(({ group }) => ({ member: found._id, group }));
    return { state: toState(found), memberships: (await withIndirect(tenant, direct)).get(found._id) ?? [] };
  }

  async function several(
    tenant: TenantId,
    field: '_id' | 'key',
    values: readonly string[],
  ): Promise<(Whole | undefined)[]> {
    const documents = await resources()
      .find({ tenant, [field]: { $in: [...values] } }, { projection: slimFields })
      .toArray();
    const groups = await of(
      tenant,
      documents.map(({ _id }) => _id),
    );
    const found = new Map(
      documents.map((document): [string, Whole] => [
        document[field],
        { state: toState(document), memberships: groups.get(document._id) ?? [] },
      ]),
    );
    return values.map((value) => found.get(value));
  }

  return {
    /** The groups that each of these is in. */
    async of(tenant: TenantId, ids: readonly string[]): Promise<ReadonlyMap<string, Membership[]>> {
      if (ids.length === 0) return new Map();
      return ids.length > few ? of(tenant, ids) : ofFew(tenant, ids);
    },
    /** The resource of that id with the groups it is in. */
    withId: by('_id'),
    /** The resource of that name with the groups it is in. */
    withKey: by('key'),
    above,
  };
}

/** An edge counts while its group stands and was not emptied since. */
function current<T extends Joined>({ edges, groups }: T): { edge: T['edges'][number]; group: Group }[] {
  const known = new Map(groups.map((group) => [group._id, group]));
  return edges.flatMap((edge) => {
    const group = known.get(edge.group);
    return group?.generation === edge.generation ? [{ edge, group }] : [];
  });
}

/** What MongoDB says of a document that would be larger than it allows: in an answer, of a `$lookup`, of a `$push`. */
const tooLarge = new Set<unknown>([10_334, 4_568, 146]);

/** What is read as one document, or, where that would be too large for one, in another way. */
async function unlessTooLarge<T>(whole: () => Promise<T>, inPieces: () => Promise<T>): Promise<T> {
  try {
    return await whole();
  } catch (error) {
    if (error instanceof mongoose.mongo.MongoServerError && tooLarge.has(error.code)) return inPieces();
    throw error;
  }
}
