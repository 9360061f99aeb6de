import { emptyGroups, groupId, joinerId, userBody, userId, userName } from './data.ts';
import {
  isObject,
  listed,
  patchOp,
  scattered,
  unlike,
  type Name,
  type Operation,
  type Round,
  type Sent,
} from './operation.ts';

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

const everybody: readonly Name[] = ['Rollcall', 'floor', 'scimmy-routers'];

const ourselves: readonly Name[] = ['Rollcall'];

/** Somebody new in the group of that name. */
const join = (title: string, group: (at: number) => string): Operation => ({
  title,
  request: (_, at) => ({
    method: 'PATCH',
    path: `/Groups/${groupId(group(at))}`,
    body: patchOp({ op: 'add', path: 'members', value: [{ value: joinerId(at) }] }),
  }),
  statuses: [204],
  fault: () => undefined,
  leaves: { edges: 1, journal: 1 },
  most: ({ joiners }) => joiners,
});

const create = (title: string): Operation => ({
  title,
  request: ({ mark }, at) => ({ method: 'POST', path: '/Users', body: userBody(`${mark}-${at}@corp.example`) }),
  statuses: [201],
  fault: (body, { mark }, at) =>
    isObject(body) ? unlike('userName', body['userName'], `${mark}-${at}@corp.example`) : 'no user came',
  leaves: { resources: 1, journal: 1 },
});

const pageSize = 100;

/** A page of 100 that begins somewhere. */
const page = (title: string, query: (round: Round, at: number) => string): Operation => ({
  title,
  request: (round, at) => ({ method: 'GET', path: `/Users?${query(round, at)}&count=${pageSize}` }),
  statuses: [200],
  fault: (body, { users, joiners }) =>
    unlike('Resources', listed(body).length, pageSize) ??
    (Number((body as { totalResults?: unknown }).totalResults) >= users + joiners
      ? undefined
      : 'totalResults is wrong'),
  leaves: {},
});

/** How deep the deep page begins, where there are so many people. */
export const deepIndex = 40_001;

/** So many pages lie before the deep page by cursor, where there are so many people. */
const deepPages = 900;

const sized = (size: number): string => size.toLocaleString('en');

/** The operations on people. */
const userOperations: Readonly<Record<string, Operation>> = {
  get: {
    title: 'GET by id',
    by: everybody,
    request: ({ users }, at) => ({ method: 'GET', path: `/Users/${userId(scattered(at, users))}` }),
    statuses: [200],
    fault: (body, { users }, at) => userFault(body, userId(scattered(at, users))),
    leaves: {},
  },
  filter: {
    // Not by scimmy-routers, whose filters take a user's name with other capitals for another.
    title: 'filter by userName',
    request: ({ users }, at) => {
      const filter = encodeURIComponent(`userName eq "${userName(scattered(at, users)).toLowerCase()}"`);
      return { method: 'GET', path: `/Users?filter=${filter}` };
    },
    statuses: [200],
    fault(body, { users }, at) {
      const number = scattered(at, users);
      return userFault(listed(body)[0], userId(number), { userName: userName(number) });
    },
    leaves: {},
  },
  page: {
    ...page('page of 100', ({ users }, at) => `startIndex=${1 + (scattered(at, users) % 500)}`),
    by: everybody,
  },
  create: { ...create('create'), by: everybody },
  patch: {
    title: 'PATCH user',
    by: everybody,
    request: ({ users, mark }, at) => ({
      method: 'PATCH',
      path: `/Users/${userId(scattered(at, users))}`,
      body: patchOp({ op: 'replace', path: 'title', value: `${mark} ${at}` }),
    }),
    statuses: [200],
    fault: (body, { users, mark }, at) => userFault(body, userId(scattered(at, users)), { title: `${mark} ${at}` }),
    leaves: { history: 1, journal: 1 },
  },
};

/** The pages whose cost must not depend on where they begin. */
export const pageOperations: Readonly<Record<string, Operation>> = {
  'page-first': { ...page('first page of 100', () => 'startIndex=1'), clients: [1] },
  'page-deep': {
    ...page('page of 100 at startIndex 40,001', ({ users }) => `startIndex=${Math.min(deepIndex, users - 200)}`),
    clients: [1],
  },
  'cursor-first': { ...page('first page of 100 by cursor', () => 'cursor='), by: ourselves, clients: [1] },
  'cursor-deep': {
    ...page('page of 100 by cursor, 900 pages deep', ({ prepared = '' }) => `cursor=${encodeURIComponent(prepared)}`),
    by: ourselves,
    clients: [1],
    prepare: async ({ users }, ask) => {
      let cursor = '';
      for (let left = Math.min(deepPages, users / pageSize - 2); left > 0; left -= 1) {
        const path = `/Users?cursor=${encodeURIComponent(cursor)}&count=${pageSize}`;
        const { status, text } = await ask({ method: 'GET', path });
        const { nextCursor } = JSON.parse(text) as { readonly nextCursor?: string };
        if (status !== 200 || nextCursor === undefined) throw new Error(`${path}: ${text.slice(0, 300)}`);
        cursor = nextCursor;
      }
      return cursor;
    },
  },
};

/** How many join in one request. */
export const crowdSize = 1_000;

/** The operations on a group of that size. */
const groupOperations = (size: number): Record<string, Operation> => ({
  [`member-${size}`]: {
    ...join(`PATCH group, add 1 to ${sized(size)}`, () => `size ${size}`),
    size,
    ...(size === 10_000 && { by: everybody }),
    statuses: size === 10_000 ? [204, 200] : [204],
  },
  [`turns-${size}`]: {
    title: `PATCH group, add and remove 1 of ${sized(size)} in turn`,
    size,
    by: ourselves,
    clients: [1],
    request({ clients }, at) {
      const turn = Math.floor(at / clients);
      const value = [{ value: joinerId((at % clients) + clients * Math.floor(turn / 2)) }];
      const op = turn % 2 === 0 ? 'add' : 'remove';
      return {
        method: 'PATCH',
        path: `/Groups/${groupId(`size ${size}`)}`,
        body: patchOp({ op, path: 'members', value }),
      };
    },
    statuses: [204],
    fault: () => undefined,
    leaves: { edges: 'some', journal: 1 },
    most: ({ joiners }) => joiners,
  },
  [`group-${size}`]: {
    title: `GET group of ${sized(size)} without members`,
    size,
    by: ourselves,
    clients: [1],
    request: () => ({ method: 'GET', path: `/Groups/${groupId(`size ${size}`)}?excludedAttributes=members` }),
    statuses: [200],
    fault: (body) =>
      isObject(body) && body['members'] === undefined
        ? unlike('displayName', body['displayName'], `size ${size}`)
        : 'members came',
    leaves: {},
  },
});

/** Very many join in one request. */
const joinMany: Operation = {
  title: 'PATCH group, add 1,000',
  clients: [1],
  request: (_, at) => ({
    method: 'PATCH',
    path: `/Groups/${groupId('empty 0')}`,
    body: patchOp({
      op: 'add',
      path: 'members',
      value: Array.from({ length: crowdSize }, (_more, number) => ({ value: joinerId(at * crowdSize + number) })),
    }),
  }),
  statuses: [204],
  fault: () => undefined,
  leaves: { edges: crowdSize, journal: 1 },
  most: ({ joiners }) => Math.floor(joiners / crowdSize),
};

/** The operations of the table, for groups of these sizes. */
export const tabled = (groups: readonly number[]): Readonly<Record<string, Operation>> => ({
  ...userOperations,
  ...Object.fromEntries(groups.flatMap((size) => Object.entries(groupOperations(size)))),
  'members-1000': joinMany,
});

/** What many clients do at once, to see whether they queue. */
const crowds: Readonly<Record<string, Operation>> = {
  'one-group': join('members, all to one group', () => 'empty 0'),
  'own-groups': join('members, each client to its group', (at) => `empty ${at % emptyGroups}`),
  creates: create('creates'),
};

/** The least that an HTTP server does. */
const hello: Operation = {
  title: 'hello',
  by: ['Express', 'node:http'],
  request: () => ({ method: 'GET', path: '/hello' }),
  statuses: [200],
  fault: (body) => (isObject(body) ? unlike('hello', body['hello'], 'world') : 'nothing came'),
  leaves: {},
};

/** @throws TypeError where there is none of that name */
export function operationNamed(name: string): Operation {
  const size = Number(/^(?:member|turns|group)-(\d+)$/.exec(name)?.[1] ?? 100);
  const operation = { ...tabled([size]), ...pageOperations, ...crowds, hello }[name];
  if (!operation) throw new TypeError(`no operation ${name}`);
  return operation;
}

/** What a client sends that always asks for a name that is taken. */
export const duplicate: Sent = { method: 'POST', path: '/Users', body: userBody(userName(0)) };
