import type { Json, JsonObject } from '../../src/scim/types.ts';
import { urns } from '../../src/scim/urns.ts';

/** What is planted: what nobody may keep in clear, and what only the resource itself may keep. */
type Kind = 'credential' | 'personal';

/** A request with something in it that must not come out elsewhere. */
export interface Planting {
  readonly kind: Kind;
  readonly where: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** As it is sent. */
  readonly body?: string;
}

/** Makes a request with a secret in it; `known` is a user, `group` a group that is there. */
export type Plant = (secret: string, known: string, group: string) => Planting;

const user = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const fresh = (secret: string): JsonObject => ({ schemas: [user], userName: `of ${secret.slice(-6)}` });

const ofBody =
  (kind: Kind, where: string, method: string, path: string, body: (secret: string) => Json | string): Plant =>
  (secret, known, group) => {
    const content = body(secret);
    return {
      ...{ kind, where: `${where}: ${method} ${path}`, method },
      path: path.replace('{user}', known).replace('{group}', group),
      body: typeof content === 'string' ? content : JSON.stringify(content),
    };
  };

const ofHeader =
  (kind: Kind, name: string, method = 'GET', path = '/Users', write = (secret: string) => secret): Plant =>
  (secret) => ({ kind, where: `header ${name}: ${method} ${path}`, method, path, headers: { [name]: write(secret) } });

const ofAddress =
  (kind: Kind, where: string, address: (secret: string) => string, method = 'GET'): Plant =>
  (secret) => ({ kind, where: `${where}: ${method}`, method, path: address(encodeURIComponent(secret)) });

const patching = (...Operations: readonly Json[]): JsonObject => ({
  schemas: [urns.patch],
  Operations: [...Operations],
});
const bulking = (...Operations: readonly Json[]): JsonObject => ({
  schemas: [urns.bulkRequest],
  Operations: [...Operations],
});
const searching = (more: JsonObject): JsonObject => ({ schemas: [urns.search], ...more });

/** Bodies that are welcome, and those that are refused for every reason there is, with a password in them. */
const passwords: readonly Plant[] = [
  ...(
    [
      ['as it should be', (password) => ({ ...fresh(password), password })],
      ['in other letters', (password) => ({ ...fresh(password), PassWord: password })],
      ['by its URN', (password) => ({ ...fresh(password), [`${user}:password`]: password })],
      ['below its schema', (password) => ({ ...fresh(password), [user]: { password } })],
      ['in an unknown schema', (password) => ({ ...fresh(password), 'urn:example:vault': { password } })],
      ['under another name', (password) => ({ ...fresh(password), passphrase: password })],
      ['of a user without a name', (password) => ({ schemas: [user], password })],
      ['of a name that is taken', (password) => ({ schemas: [user], userName: 'known', password })],
      ['as a list', (password) => ({ ...fresh(password), password: [password] })],
      ['as an object', (password) => ({ ...fresh(password), password: { value: password } })],
      ['as a key', (password) => ({ ...fresh(password), password: { [password]: true } })],
      ['too long', (password) => ({ ...fresh(password), password: password.repeat(1_000) })],
      ['beside a broken value', (password) => ({ ...fresh(password), password, emails: [{ value: { x: password } }] })],
      ['in broken JSON', (password) => `{"userName":"x","password":"${password}"`],
      ['in a text', (password) => JSON.stringify(password)],
      ['too deep', (password) => `${'['.repeat(40)}"${password}"${']'.repeat(40)}`],
    ] as const satisfies readonly (readonly [string, (password: string) => Json | string])[]
  ).flatMap(([where, body]) => [
    ofBody('credential', `a password ${where}`, 'POST', '/Users', body),
    ofBody('credential', `a password ${where}`, 'PUT', '/Users/{user}', body),
  ]),
  ...(
    [
      (password) => ({ op: 'replace', path: 'password', value: password }),
      (password) => ({ op: 'add', value: { password } }),
      (password) => ({ op: 'replace', path: 'password', value: { value: password } }),
      (password) => ({ op: 'remove', path: 'password', value: password }),
      (password) => ({ op: 'replace', path: `password[value eq "${password}"]`, value: password }),
      (password) => ({ op: 'replace', path: password, value: password }),
      (password) => ({ op: password, path: 'password', value: password }),
      (password) => ({ op: 'replace', path: 'emails[type eq "work"].value', value: { password } }),
    ] as const satisfies readonly ((password: string) => Json)[]
  ).flatMap((operation, at) => [
    ofBody('credential', `a password in operation ${at}`, 'PATCH', '/Users/{user}', (secret) =>
      patching(operation(secret)),
    ),
    ofBody('credential', `a password in operation ${at} of a Bulk`, 'POST', '/Bulk', (secret) =>
      bulking({ method: 'PATCH', path: '/Users/nobody', data: patching(operation(secret)) }),
    ),
  ]),
  ofBody('credential', 'passwords in a Bulk', 'POST', '/Bulk', (password) =>
    bulking(
      { method: 'POST', path: '/Users', bulkId: password, data: { ...fresh(password), password } },
      { method: 'POST', path: '/Users', bulkId: 'taken', data: { schemas: [user], userName: 'known', password } },
      { method: 'POST', path: `/Users/${password}`, bulkId: 'b', data: { password } },
      { method: password, path: '/Users', data: { password } },
    ),
  ),
  ofBody('credential', 'a password in an unknown place', 'POST', '/Passwords', (password) => ({ password })),
];

const tokens: readonly Plant[] = [
  ...['Bearer ', 'bearer ', '', 'Basic ', 'Bearer a ', 'Digest username='].map((scheme) =>
    ofHeader('credential', 'Authorization', 'GET', '/Users', (secret) => `${scheme}${secret}`),
  ),
  ...['Cookie', 'X-Api-Key', 'Proxy-Authorization', 'X-Auth-Token'].map((name) => ofHeader('credential', name)),
  ofHeader('credential', 'Idempotency-Key', 'POST', '/Bulk'),
  ofAddress('credential', 'a token in the query', (token) => `/Users?access_token=${token}`),
  ofAddress('credential', 'a token in the query', (token) => `/Users?token=${token}`),
  ofAddress('credential', 'a password in a filter', (password) => `/Users?filter=password%20eq%20%22${password}%22`),
  ofAddress('credential', 'a token in a path', (password) => `/Users/${password}`, 'DELETE'),
  ofAddress('credential', 'a cursor that is none', (text) => `/Users?cursor=${text}`),
  ofBody('credential', 'a password in a filter', 'POST', '/Users/.search', (password) =>
    searching({ filter: `password eq "${password}"` }),
  ),
  ofBody('credential', 'a token in a search', 'POST', '/.search', (token) =>
    searching({ cursor: token, [token]: token }),
  ),
];

/** Where people are named: none of it is kept but in what they are. */
const people: readonly Plant[] = [
  ...['User-Agent', 'X-Request-Id', 'If-Match', 'If-None-Match', 'Referer', 'From', 'X-Forwarded-For', 'Accept'].map(
    (name) => ofHeader('personal', name),
  ),
  (secret) => ({
    ...{ kind: 'personal', where: 'header Content-Type: POST /Users', method: 'POST', path: '/Users' },
    ...{ headers: { 'Content-Type': `application/${secret}` }, body: JSON.stringify(fresh(secret)) },
  }),
  ...['userName eq', 'emails.value co', 'phoneNumbers.value sw', 'nosuch eq', 'userName xx', 'id eq'].flatMap(
    (test) => [
      ofAddress('personal', test, (secret) => `/Users?filter=${encodeURIComponent(test)}%20%22${secret}%22`),
      ofBody('personal', test, 'POST', '/Users/.search', (secret) => searching({ filter: `${test} "${secret}"` })),
    ],
  ),
  ...['sortBy', 'attributes', 'excludedAttributes', 'startIndex', 'count', 'sortOrder', 'unknown'].map((name) =>
    ofAddress('personal', name, (secret) => `/Users?${name}=${secret}`),
  ),
  ...['GET', 'PUT', 'PATCH', 'DELETE'].map((method) =>
    ofAddress('personal', 'an id', (mail) => `/Users/${mail}`, method),
  ),
  ofAddress('personal', 'a place', (mail) => `/${mail}`),
  ofBody('personal', 'a stored user', 'POST', '/Users', (secret) => ({
    schemas: [user, enterprise],
    userName: secret,
    emails: [{ value: `${secret}@corp.example` }],
    phoneNumbers: [{ value: secret }],
    [enterprise]: { employeeNumber: secret },
  })),
  ofBody('personal', 'a member', 'PATCH', '/Groups/{group}', (mail) =>
    patching({ op: 'add', path: 'members', value: [{ value: `${mail}@corp.example`, display: mail }] }),
  ),
  ofBody('personal', 'a member', 'PUT', '/Groups/{group}', (mail) => ({
    displayName: 'the group',
    members: [{ value: `${mail}@corp.example` }],
  })),
  ofBody('personal', 'a member in a Bulk', 'POST', '/Bulk', (mail) =>
    bulking({
      method: 'POST',
      path: '/Groups',
      bulkId: 'g',
      data: { displayName: 'known', members: [{ value: mail }] },
    }),
  ),
  ofBody('personal', 'a refused value', 'POST', '/Users', (mail) => ({
    schemas: [user],
    userName: [mail],
    active: mail,
  })),
];

/** Everything that is planted. */
export const plants: readonly Plant[] = [...passwords, ...tokens, ...people];
