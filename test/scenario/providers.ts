import { expect } from 'chai';
import type { Client } from '../support/client.ts';

/** An identity provider that pushes people and groups in its own way. */
export interface Provider {
  /** Creates people; their ids, in the order of the names. */
  people(names: readonly string[]): Promise<string[]>;
  /** Pushes a group with who is in it; its id. */
  group(displayName: string, members: readonly string[]): Promise<string>;
  /** Takes somebody out of a group. */
  takesOut(group: string, member: string): Promise<void>;
}

const core = 'urn:ietf:params:scim:schemas:core:2.0';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const microsoft = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
const sideBySide = 20;

const okta = { 'User-Agent': 'Okta SCIM Client 1.0.0', Accept: 'application/scim+json', 'Accept-Charset': 'utf-8' };

async function created(client: Client, path: string, body: object, headers = {}): Promise<string> {
  const answer = await client.request('POST', path, body, headers);
  expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
  return answer.body.id;
}

async function patched(client: Client, group: string, operation: object, headers = {}): Promise<void> {
  const answer = await client.patch(`/Groups/${group}`, [operation], headers);
  expect(answer.status, JSON.stringify(answer.body)).to.equal(204);
}

async function some<T, R>(all: readonly T[], each: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let from = 0; from < all.length; from += sideBySide)
    done.push(...(await Promise.all(all.slice(from, from + sideBySide).map(each))));
  return done;
}

/** Okta: looks whether it is there, creates, and pushes a group empty and then with all its members. */
export const oktaOf = (client: Client): Provider => ({
  people: (names) =>
    some(names, async (name) => {
      const userName = `${name}@corp.example`;
      const filter = encodeURIComponent(`userName eq "${userName}"`);
      const found = await client.request('GET', `/Users?filter=${filter}&startIndex=1&count=100`, undefined, okta);
      expect(found.body['totalResults']).to.equal(0);
      const body = {
        schemas: [`${core}:User`],
        userName,
        name: { givenName: name, familyName: 'Okta' },
        emails: [{ primary: true, value: userName, type: 'work' }],
        displayName: `${name} Okta`,
        locale: 'en-US',
        externalId: `00u${name}`,
        groups: [],
        password: '9kq2vw7z',
        active: true,
      };
      return created(client, '/Users', body, okta);
    }),
  async group(displayName, members) {
    const id = await created(client, '/Groups', { schemas: [`${core}:Group`], displayName, members: [] }, okta);
    const value = members.map((member) => ({ value: member, display: member }));
    await patched(client, id, { op: 'replace', path: 'members', value }, okta);
    return id;
  },
  takesOut: (group, member) => patched(client, group, { op: 'remove', path: `members[value eq "${member}"]` }, okta),
});

/** Entra: creates people with their enterprise attributes, a group empty, and then adds its members one by one. */
export const entraOf = (client: Client): Provider => ({
  people: (names) =>
    some(names, (name) =>
      created(client, '/Users', {
        schemas: [`${core}:User`, enterprise],
        externalId: `0a21f0f2-${name}`,
        userName: `${name}@corp.example`,
        active: true,
        displayName: `${name} Entra`,
        emails: [{ primary: true, type: 'work', value: `${name}@corp.example` }],
        meta: { resourceType: 'User' },
        name: { formatted: `${name} Entra`, familyName: 'Entra', givenName: name },
        roles: [],
        [enterprise]: { department: 'Ops', employeeNumber: name },
      }),
    ),
  async group(displayName, members) {
    const externalId = `8aa1a0c0-${displayName}`;
    const schemas = [`${core}:Group`, microsoft];
    const id = await created(client, '/Groups', { schemas, externalId, displayName, meta: { resourceType: 'Group' } });
    for (const value of members)
      await patched(client, id, { op: 'Add', path: 'members', value: [{ $ref: null, value }] });
    return id;
  },
  takesOut: (group, value) => patched(client, group, { op: 'Remove', path: 'members', value: [{ $ref: null, value }] }),
});
