import { emptyGroups, groupId, groupSizes, joinerId, userBody, userId, userName } from './data.ts';
import type { Sizes } from './data.ts';

/** What one client sends next. */
export interface Sent {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: object;
}

/** What is known of the measurement that a request is part of. */
export interface Round extends Sizes {
  /** No other round has it. */
  readonly mark: string;
  readonly clients: number;
}

type Collection = 'resources' | 'edges' | 'history' | 'journal';

/** An operation that is measured. */
export interface Operation {
  readonly title: string;
  /** The request number `at` of a round; each is sent once. */
  request(round: Round, at: number): Sent;
  readonly status: number;
  /** What is wrong with the answer to that request, if anything. */
  fault(body: unknown, round: Round, at: number): string | undefined;
  /** What each request leaves in the database. */
  readonly leaves: Partial<Record<Collection, number>>;
  /** So many may be sent in a round, where there are only so many. */
  readonly most?: (sizes: Sizes) => number;
}

/** Visits all of so many in an order that is not theirs. */
const scattered = (at: number, among: number): number => (at * 7919) % among;

const patchOp = (operation: object) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [operation],
});

const isObject = (body: unknown): body is Record<string, unknown> => typeof body === 'object' && body !== null;

const unlike = (name: string, found: unknown, expected: unknown): string | undefined =>
  found === expected ? undefined : `${name} is ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;

function userFault(body: unknown, id: string, more: Record<string, unknown> = {}): string | undefined {
  if (!isObject(body)) return 'no user came';
  const groups = Array.isArray(body['groups']) ? (body['groups'] as { display?: unknown }[]) : [];
  if (!groups.every(({ display }) => typeof display === 'string')) return 'a group has no name';
  return [
    unlike('id', body['id'], id),
    unlike('groups', groups.length, 3),
    ...Object.entries(more).map(([name, value]) => unlike(name, body[name], value)),
  ].find((fault) => fault !== undefined);
}

const listed = (body: unknown): unknown[] =>
  isObject(body) && Array.isArray(body['Resources']) ? (body['Resources'] as unknown[]) : [];

/** Somebody new in the group of that name. */
const join = (title: string, group: (at: number) => string): Operation => ({
  title,
  request: (_, at) => ({
    method: 'PATCH',
    path: `/Groups/${groupId(group(at))}`,
    body: patchOp({ op: 'add', path: 'members', value: [{ value: joinerId(at) }] }),
  }),
  status: 204,
  fault: () => undefined,
  leaves: { edges: 1, journal: 1 },
  most: ({ joiners }) => joiners,
});

const create = (title: string): Operation => ({
  title,
  request: ({ mark }, at) => ({ method: 'POST', path: '/Users', body: userBody(`${mark}-${at}@corp.example`) }),
  status: 201,
  fault: (body, { mark }, at) =>
    isObject(body) ? unlike('userName', body['userName'], `${mark}-${at}@corp.example`) : 'no user came',
  leaves: { resources: 1, journal: 1 },
});

/** The operations of the table. */
export const operations: Readonly<Record<string, Operation>> = {
  get: {
    title: 'GET by id',
    request: ({ users }, at) => ({ method: 'GET', path: `/Users/${userId(scattered(at, users))}` }),
    status: 200,
    fault: (body, { users }, at) => userFault(body, userId(scattered(at, users))),
    leaves: {},
  },
  filter: {
    title: 'filter by userName',
    request: ({ users }, at) => {
      const filter = encodeURIComponent(`userName eq "${userName(scattered(at, users)).toLowerCase()}"`);
      return { method: 'GET', path: `/Users?filter=${filter}` };
    },
    status: 200,
    fault(body, { users }, at) {
      const number = scattered(at, users);
      return userFault(listed(body)[0], userId(number), { userName: userName(number) });
    },
    leaves: {},
  },
  page: {
    title: 'page of 100',
    request: ({ users }, at) => ({
      method: 'GET',
      path: `/Users?startIndex=${1 + (scattered(at, users) % 500)}&count=100`,
    }),
    status: 200,
    fault: (body, { users, joiners }) =>
      unlike('Resources', listed(body).length, 100) ??
      (Number((body as { totalResults?: unknown }).totalResults) >= users + joiners
        ? undefined
        : 'totalResults is wrong'),
    leaves: {},
  },
  create: create('create'),
  patch: {
    title: 'PATCH user',
    request: ({ users, mark }, at) => ({
      method: 'PATCH',
      path: `/Users/${userId(scattered(at, users))}`,
      body: patchOp({ op: 'replace', path: 'title', value: `${mark} ${at}` }),
    }),
    status: 200,
    fault: (body, { users, mark }, at) => userFault(body, userId(scattered(at, users)), { title: `${mark} ${at}` }),
    leaves: { history: 1, journal: 1 },
  },
  ...Object.fromEntries(
    groupSizes.map((size) => [
      `member-${size}`,
      join(`PATCH group, add 1 to ${size.toLocaleString('en')}`, () => `size ${size}`),
    ]),
  ),
};

/** What many clients do at once, to see whether they queue. */
const crowds: Readonly<Record<string, Operation>> = {
  'one-group': join('members, all to one group', () => 'empty 0'),
  'own-groups': join('members, each client to its group', (at) => `empty ${at % emptyGroups}`),
  creates: create('creates'),
};

/** @throws TypeError where there is none of that name */
export function operationNamed(name: string): Operation {
  const operation = operations[name] ?? crowds[name];
  if (!operation) throw new TypeError(`no operation ${name}`);
  return operation;
}

/** What a client sends that always asks for a name that is taken. */
export const duplicate: Sent = { method: 'POST', path: '/Users', body: userBody(userName(0)) };
