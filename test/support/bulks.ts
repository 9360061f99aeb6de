import type { Client } from './client.ts';

/** An operation of a Bulk. */
export interface BulkOperation {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly bulkId?: string;
  readonly data: object;
}

/** Who is managed by whom, and who is in which group: by name, since ids differ from one run to the next. */
export interface Graph {
  readonly managers: Readonly<Record<string, string | undefined>>;
  readonly members: Readonly<Record<string, readonly string[]>>;
}

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** How many of each make a Bulk of a thousand. */
const sizes = { people: 700, groups: 200, joins: 80, refused: 20 };

/**
 * A Bulk of 1,000 operations that refer to each other in all directions, in an order of chance: people in rings of two to
 * five who manage each other, groups of them and of groups before them, PATCHes that add more members, some of them
 * twice; at its end twenty that are refused, since they bring a name again.
 *
 * @returns with what is to be there afterwards
 */
export function largeBulk(random: () => number): {
  readonly operations: readonly BulkOperation[];
  readonly graph: Graph;
} {
  const below = (count: number): number => Math.floor(random() * count);
  const managers: Record<string, string> = {};
  const members: Record<string, string[]> = {};
  const person = (at: number): string => `u${at}`;

  for (let first = 0; first < sizes.people;) {
    const left = sizes.people - first;
    const size = left < 4 ? left : Math.min(2 + below(4), left - 2);
    for (let at = 0; at < size; at += 1) managers[person(first + at)] = person(first + ((at + 1) % size));
    first += size;
  }
  const people = Object.entries(managers).map(([name, manager]) => made('/Users', name, personOf(name, manager)));

  const groups = Array.from({ length: sizes.groups }, (_, at) => {
    const name = `g${at}`;
    const inside = at > 0 && random() < 0.2 ? [`g${below(at)}`] : [];
    const chosen = new Set([...Array.from({ length: 3 }, () => person(below(sizes.people))), ...inside]);
    members[name] = [...chosen];
    return made('/Groups', name, { displayName: name, members: [...chosen].map(reference) });
  });

  const joins = Array.from({ length: sizes.joins }, (): BulkOperation => {
    const [group, joining] = [`g${below(sizes.groups)}`, person(below(50))];
    const inside = (members[group] ??= []);
    if (!inside.includes(joining)) inside.push(joining);
    const add = { op: 'add', path: 'members', value: [reference(joining)] };
    return { method: 'PATCH', path: `/Groups/bulkId:${group}`, data: { Operations: [add] } };
  });

  const refused = Array.from({ length: sizes.refused }, (_, at) =>
    made('/Users', `again${at}`, { userName: person(below(sizes.people)) }),
  );
  const shuffled = [...people, ...groups, ...joins]
    .map((operation) => ({ operation, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ operation }) => operation);
  return { operations: [...shuffled, ...refused], graph: { managers, members: sorted(members) } };
}

const made = (path: string, bulkId: string, data: object): BulkOperation => ({ method: 'POST', path, bulkId, data });

const personOf = (userName: string, manager: string) => ({ userName, [enterprise]: { manager: reference(manager) } });

const reference = (bulkId: string) => ({ value: `bulkId:${bulkId}` });

const sorted = (members: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(members).map(([name, inside]) => [name, [...inside].sort()]));

/** What a client sees of people and groups. */
export async function graphOf(client: Client): Promise<Graph> {
  const [people, groups] = [await all(client, '/Users'), await all(client, '/Groups')];
  const names = new Map([...people, ...groups].map((each) => [each.id, each.userName ?? each.displayName ?? '']));
  const nameOf = (id: string): string => names.get(id) ?? `nobody: ${id}`;
  return {
    managers: Object.fromEntries(
      people.map((each) => {
        const manager = each[enterprise]?.manager?.value;
        return [nameOf(each.id), manager === undefined ? undefined : nameOf(manager)];
      }),
    ),
    members: sorted(
      Object.fromEntries(groups.map(({ id, members = [] }) => [nameOf(id), members.map(({ value }) => nameOf(value))])),
    ),
  };
}

interface Seen {
  readonly id: string;
  readonly userName?: string;
  readonly displayName?: string;
  readonly members?: readonly { readonly value: string }[];
  readonly [enterprise]?: { readonly manager?: { readonly value: string } };
}

async function all(client: Client, path: string): Promise<Seen[]> {
  const { body } = await client.request('GET', `${path}?count=1000`);
  return body['Resources'] as Seen[];
}
