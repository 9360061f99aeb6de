import { seatsOf } from '../domain/accounts.ts';
import { DomainError } from '../domain/errors.ts';
import type { Grant } from '../domain/grants.ts';
import { same } from '../domain/journal.ts';
import { look, type Known } from '../domain/known.ts';
import { giftOf, giftWish } from '../domain/mapping.ts';
import { inOrder, ruleOf, type Face, type Gift, type MappingRule } from '../domain/mappingRules.ts';
import { personOf, type Person } from '../domain/person.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Walks } from '../domain/walks.ts';
import { listRules, type RulePorts } from './mappingRules.ts';

/** What previews read. */
export interface PreviewPorts extends RulePorts {
  readonly walks: Walks;
}

/** What a change of a rule would bring about. */
export interface Preview {
  readonly groups: { readonly count: number; readonly items: readonly Pick<Face, 'id' | 'name'>[] };
  readonly people: {
    /** How many would gain, or lose, anything; and who is out of the reach of whoever saves it. */
    readonly gain: number;
    readonly lose: number;
    readonly outOfReach: number;
    readonly items: readonly PreviewedPerson[];
  };
  readonly seats: readonly PreviewedSeats[];
}

interface PreviewedPerson {
  readonly user: string;
  readonly name: string;
  readonly gains: readonly string[];
  readonly loses: readonly string[];
}

interface PreviewedSeats {
  readonly license: string;
  readonly name: string;
  readonly needed: number;
  readonly released: number;
  /** Undefined: without end. */
  readonly free: number | undefined;
}

/** So many are named; all are counted. */
const named = 100;

/** More people than this are not counted for a preview. */
const mostPreviewed = 100_000;

const piece = 1_000;

/**
 * What would change if a rule were saved so, or removed; nothing is.
 *
 * @param id of the rule
 * @param to undefined: it goes
 * @throws DomainError `too-many-matches`
 */
export async function previewRule(
  ports: PreviewPorts,
  tenant: TenantId,
  id: string,
  to: MappingRule | undefined,
): Promise<Preview> {
  const before = await listRules(ports, tenant);
  const others = before.filter((rule) => rule.id !== id);
  const after = inOrder(to ? [...others, to] : others);
  const turns = await turnsOf(ports, tenant, before, after);
  const known = await lookUp(ports, tenant, turns);
  const people = await peopleIn(ports, tenant, turns, known);
  return {
    groups: {
      count: turns.length,
      items: turns.slice(0, named).map(({ group: { id: each, name } }) => ({ id: each, name })),
    },
    ...summed(people),
    seats: await seatsFor(ports, tenant, people, known),
  };
}

/** A group that would mean something else. */
interface Turn {
  readonly group: Face;
  readonly from: Gift | undefined;
  readonly to: MappingRule | undefined;
}

async function turnsOf(
  { walks }: PreviewPorts,
  tenant: TenantId,
  before: readonly MappingRule[],
  after: readonly MappingRule[],
): Promise<readonly Turn[]> {
  const turns: Turn[] = [];
  for (let last: string | undefined; ;) {
    const groups = await walks.groups(tenant, last, piece);
    for (const group of groups) {
      const [from, to] = [giftOf(ruleOf(before, group)), ruleOf(after, group)];
      if (!same(from, giftOf(to))) turns.push({ group, from, to });
    }
    last = groups.at(-1)?.id;
    if (groups.length < piece) return turns;
  }
}

function lookUp({ deciding }: PreviewPorts, tenant: TenantId, turns: readonly Turn[]): Promise<Known> {
  const gifts = turns.flatMap(({ from, to }) => [from ?? [], giftOf(to) ?? []].flat());
  const of = (what: Gift['what']) => gifts.flatMap((gift) => (gift.what === what ? [gift.id ?? []].flat() : []));
  return look(deciding.states, tenant, { role: of('role'), license: of('license'), entity: of('entity') });
}

/** Somebody as he is, and as he would be. */
interface Prospect {
  readonly name: string;
  readonly before: Person;
  after: Person;
  isOutOfReach: boolean;
}

async function peopleIn(
  ports: PreviewPorts,
  tenant: TenantId,
  turns: readonly Turn[],
  known: Known,
): Promise<ReadonlyMap<string, Prospect>> {
  const people = new Map<string, Prospect>();
  for (const turn of turns) {
    const group = await ports.deciding.states.read(tenant, 'Group', turn.group.id);
    for (let last: string | undefined, more = group !== undefined; group && more;) {
      const members = await ports.walks.members(tenant, group, last, piece);
      const ids = members.flatMap(({ id, kind, via }) => (kind === 'User' && via !== 'role' ? [id] : []));
      await meet(ports, tenant, ids, people);
      for (const id of ids) turnFor(people.get(id), turn, known);
      if (people.size > mostPreviewed) throw new DomainError({ rule: 'too-many-matches', limit: mostPreviewed });
      last = members.at(-1)?.id;
      more = members.length === piece;
    }
  }
  return people;
}

async function meet(
  { deciding }: PreviewPorts,
  tenant: TenantId,
  ids: readonly string[],
  people: Map<string, Prospect>,
): Promise<void> {
  const unmet = ids.filter((id) => !people.has(id));
  if (unmet.length === 0) return;
  const users = await deciding.states.some(
    tenant,
    unmet.map((name) => ({ kind: 'User', name })),
  );
  for (const user of users) {
    const before = personOf(user);
    people.set(user.id, { name: user.name, before, after: before, isOutOfReach: false });
  }
}

function turnFor(prospect: Prospect | undefined, { group, to }: Turn, known: Known): void {
  if (!prospect) return;
  const gift = giftOf(to);
  prospect.isOutOfReach ||= gift !== undefined && to?.reach === 'ordinary' && prospect.before.administrative === true;
  const given = prospect.isOutOfReach ? undefined : gift;
  prospect.after = giftWish(group.id, given).apply(prospect.after, known);
}

const keyOf = ({ what, id }: Grant): string => `${what}:${id}`;

/** What somebody would have in the second that he has not in the first. */
const beyond = (one: Person, other: Person): readonly Grant[] => {
  const has = new Set(one.grants.map(keyOf));
  return other.grants.filter((grant) => !has.has(keyOf(grant)));
};

function summed(people: ReadonlyMap<string, Prospect>): Pick<Preview, 'people'> {
  const rows = [...people].map(([user, { name, before, after }]): PreviewedPerson => ({
    user,
    name,
    gains: beyond(before, after).map(shown),
    loses: beyond(after, before).map(shown),
  }));
  return {
    people: {
      gain: rows.filter(({ gains }) => gains.length > 0).length,
      lose: rows.filter(({ loses }) => loses.length > 0).length,
      outOfReach: [...people.values()].filter(({ isOutOfReach }) => isOutOfReach).length,
      items: rows.filter(({ gains, loses }) => gains.length + loses.length > 0).slice(0, named),
    },
  };
}

const shown = ({ what, id, name }: Grant): string => `${what}:${name ?? id}`;

async function seatsFor(
  { deciding }: PreviewPorts,
  tenant: TenantId,
  people: ReadonlyMap<string, Prospect>,
  known: Known,
): Promise<readonly PreviewedSeats[]> {
  const accounts = await deciding.accounts.read(tenant, [...known.pools.keys()].map(seatsOf));
  const count = (moves: (prospect: Prospect) => readonly Grant[], pool: string): number =>
    [...people.values()].filter(
      (prospect) =>
        prospect.before.status !== 'deactivated' &&
        moves(prospect).some(({ what, id, waiting }) => what === 'license' && id === pool && waiting === undefined),
    ).length;
  return [...known.pools.values()].map(({ id, name, seats }) => ({
    license: id,
    name,
    needed: count(({ before, after }) => beyond(before, after), id),
    released: count(({ before, after }) => beyond(after, before), id),
    free: seats === undefined ? undefined : Math.max(0, seats - (accounts.get(seatsOf(id))?.value ?? 0)),
  }));
}
