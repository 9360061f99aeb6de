import type { Json, JsonObject } from '../../src/scim/types.ts';
import { urns } from '../../src/scim/urns.ts';
import { exampleOf, type Method } from './routes.ts';

/**
 * What a resource can be asked for by: the words of its own, the cursor of a list that it is in, the key of a Bulk of its
 * tenant, the URN of a schema that its tenant made.
 */
export type Asked = Readonly<Record<'id' | 'name' | 'externalId' | 'mail' | 'cursor' | 'key' | 'urn', string>>;

/** A request that names something. */
export interface Request {
  readonly method: Method;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
}

/** A way of asking for something. */
export type Naming = (asked: Asked) => Request;

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Bodies that are welcome where resources of each type are written, and name somebody in every way there is. */
const bodies: Readonly<Record<string, (asked: Asked) => JsonObject>> = {
  Users: ({ id, name, externalId, mail }) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
    id,
    userName: name,
    externalId,
    emails: [{ value: mail }],
    groups: [{ value: id }],
    [enterprise]: { manager: { value: id } },
  }),
  Groups: ({ id, name, externalId }) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    id,
    displayName: name,
    externalId,
    members: [{ value: id }, { value: id, type: 'Group' }],
  }),
  Entities: ({ id, name, externalId }) => ({
    schemas: ['urn:rollcall:params:scim:schemas:core:2.0:Entity'],
    id,
    displayName: name,
    externalId,
  }),
  Devices: ({ id, name, externalId }) => ({
    schemas: ['urn:example:scim:2.0:Device'],
    assetTag: name,
    externalId,
    holder: { value: id, $ref: `../Users/${id}` },
  }),
};

const operations: Readonly<Record<string, (asked: Asked) => readonly JsonObject[]>> = {
  Users: ({ id, name }) => [
    { op: 'replace', path: 'userName', value: name },
    { op: 'add', path: `${enterprise}:manager`, value: { value: id } },
  ],
  Groups: ({ id }) => [
    { op: 'add', path: 'members', value: [{ value: id }] },
    { op: 'remove', path: `members[value eq "${id}"]` },
    { op: 'remove', path: 'members', value: [{ value: id }] },
    { op: 'replace', path: 'members', value: [{ value: id }] },
  ],
  Entities: ({ name }) => [{ op: 'replace', path: 'displayName', value: name }],
  Devices: ({ id }) => [{ op: 'replace', path: 'holder.value', value: id }],
};

const patchOf = (operation: JsonObject): JsonObject => ({ schemas: [urns.patch], Operations: [operation] });

/** What each type is searched by. */
const filters: Readonly<Record<string, (asked: Asked) => readonly string[]>> = {
  Users: ({ id, name, externalId, mail }) => [
    `id eq "${id}" or userName eq "${name}" or externalId eq "${externalId}" or emails.value eq "${mail}"`,
    `groups.value eq "${id}"`,
    `${enterprise}:manager.value eq "${id}"`,
  ],
  Groups: ({ id, name }) => [`id eq "${id}" or displayName eq "${name}"`, `members.value eq "${id}"`],
  Roles: ({ id, name }) => [`id eq "${id}" or displayName eq "${name}"`, `teams.value eq "${id}"`],
  Entitlements: ({ id, name }) => [`id eq "${id}" or displayName eq "${name}"`],
  Entities: ({ id, name, externalId }) => [
    `id eq "${id}" or displayName eq "${name}" or externalId eq "${externalId}"`,
  ],
  Devices: ({ id, name }) => [`id eq "${id}" or assetTag eq "${name}" or holder.value eq "${id}"`],
};

/** Every way in which a request of that method at that place of the router can name something. */
export function namingOf(path: string, method: Method): readonly Naming[] {
  const [, endpoint = ''] = path.split('/');
  const at = ({ id }: Asked) => path.replace('{id}', id);
  const plain: Naming = (asked) => ({
    method,
    path: at(asked),
    ...(method === 'GET' || method === 'DELETE' ? {} : { body: exampleOf(path, method) }),
  });
  if (path === '/Bulk') return method === 'POST' ? [plain, ...inBulk] : [plain];
  if (endpoint === 'Schemas') return [plain, ({ urn }) => ({ method, path: `/Schemas/${urn}` })];
  if (path.endsWith('.search')) return method === 'POST' ? [plain, ...searching(path)] : [plain];
  const conditional: Naming = (asked) => ({ ...plain(asked), headers: { 'If-Match': 'W/"1"', 'If-None-Match': '*' } });
  return [plain, conditional, ...written(path, endpoint === 'Me' ? 'Users' : endpoint, method)];
}

/** By the body of a write, or the query of a list. */
function written(path: string, endpoint: string, method: Method): readonly Naming[] {
  const at = ({ id }: Asked) => path.replace('{id}', id);
  const count = operations[endpoint]?.(nobody).length ?? 0;
  switch (method) {
    case 'GET':
      return path.includes('{id}') ? [] : listing(path, endpoint);
    case 'POST':
    case 'PUT': {
      const body = bodies[endpoint];
      return body ? [(asked) => ({ method, path: at(asked), body: body(asked) })] : [];
    }
    case 'PATCH':
      return Array.from({ length: count }, (_, number): Naming => (asked) => {
        const operation = operations[endpoint]?.(asked)[number] ?? {};
        return { method, path: at(asked), body: patchOf(operation) };
      });
    default:
      return [];
  }
}

function listing(path: string, endpoint: string): readonly Naming[] {
  const byFilter = (filters[endpoint]?.(nobody) ?? []).map((_, number): Naming => (asked) => {
    const filter = encodeURIComponent(filters[endpoint]?.(asked)[number] ?? '');
    return { method: 'GET', path: `${path}?filter=${filter}` };
  });
  return [...byFilter, ({ cursor }) => ({ method: 'GET', path: `${path}?count=1&cursor=${cursor}` })];
}

function searching(path: string): readonly Naming[] {
  const search = (more: JsonObject): Request => ({ method: 'POST', path, body: { schemas: [urns.search], ...more } });
  return [
    ({ id }) => search({ filter: `id eq "${id}"` }),
    ({ externalId }) => search({ filter: `externalId eq "${externalId}"` }),
    ({ cursor }) => search({ count: 1, cursor }),
  ];
}

const bulk = (asked: Asked, ...Operations: readonly Json[]): Request => ({
  method: 'POST',
  path: '/Bulk',
  headers: { 'Idempotency-Key': asked.key },
  body: { schemas: [urns.bulkRequest], Operations: [...Operations] },
});

const inBulk: readonly Naming[] = Object.keys(bodies).flatMap((endpoint): readonly Naming[] => [
  (asked) =>
    bulk(asked, { method: 'POST', path: `/${endpoint}`, bulkId: 'one', data: bodies[endpoint]?.(asked) ?? {} }),
  (asked) =>
    bulk(
      { ...asked, key: `${asked.key}-${endpoint}` },
      { method: 'PUT', path: `/${endpoint}/${asked.id}`, data: bodies[endpoint]?.(asked) ?? {} },
      ...(operations[endpoint]?.(asked) ?? []).map((operation) => ({
        method: 'PATCH',
        path: `/${endpoint}/${asked.id}`,
        data: patchOf(operation),
      })),
      { method: 'DELETE', path: `/${endpoint}/${asked.id}`, version: 'W/"1"' },
      { method: 'DELETE', path: `/${endpoint}/${asked.id}` },
    ),
]);

const nobody: Asked = { id: '', name: '', externalId: '', mail: '', cursor: '', key: '', urn: '' };
