import { client, part, resources, text } from './client.ts';
import type { JsonObject, Target } from './client.ts';

/** The people and the group of Okta's run. */
export const oktaNames = {
  users: ['kim.rey@rollcall-demo.example', 'ana.li@rollcall-demo.example'],
  groups: ['Rollcall demo: Ops EU', 'Rollcall demo: Operations EU'],
} as const;

const [kimName, anaName] = oktaNames.users;
const [groupName, newGroupName] = oktaNames.groups;

const core = 'urn:ietf:params:scim:schemas:core:2.0';
const patchOf = (...operations: readonly JsonObject[]): JsonObject => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

const filter = (expression: string) => `filter=${encodeURIComponent(expression)}&startIndex=1&count=100`;

const person = (userName: string, givenName: string, familyName: string, externalId: string): JsonObject => ({
  schemas: [`${core}:User`],
  userName,
  name: { givenName, familyName },
  emails: [{ primary: true, value: userName, type: 'work' }],
  displayName: `${givenName} ${familyName}`,
  locale: 'en-US',
  externalId,
  groups: [],
  password: '9kq2vw7z',
  active: true,
});

/** What Okta does from the connection test to the last group push (Okta's SCIM reference, OIN and AIW apps). */
export async function oktaRun(target: Target, print: (line: string) => void): Promise<void> {
  const headers = {
    'User-Agent': 'Okta SCIM Client 1.0.0',
    'Accept-Charset': 'utf-8',
    'Content-Type': 'application/scim+json; charset=utf-8',
  };
  const okta = client('Okta', target, headers, print);

  await okta.step({
    title: 'Test API credentials',
    method: 'GET',
    path: '/Users?startIndex=1&count=2',
    status: 200,
    expects: (list) => ({ 'a list of at most two': Array.isArray(list['Resources']) && resources(list).length <= 2 }),
  });
  await okta.step({
    title: 'Does Kim exist?',
    method: 'GET',
    path: `/Users?${filter(`userName eq "${kimName}"`)}`,
    status: 200,
    expects: (list) => ({ 'nobody found': list['totalResults'] === 0 && list['itemsPerPage'] === 0 }),
  });
  const kim = await okta.step({
    title: 'Create Kim; a placeholder password always comes along',
    method: 'POST',
    path: '/Users',
    body: person(kimName, 'Kim', 'Rey', '00u1abcdEFGH2345i6j7'),
    status: 201,
    expects: (user) => ({
      'the whole user, active': user['userName'] === kimName && user['active'] === true,
      'without the password': !('password' in user),
    }),
  });
  const kimPath = `/Users/${text(kim, 'id')}`;
  await okta.step({
    title: 'Look Kim up, in another letter case',
    method: 'GET',
    path: `/Users?${filter(`userName eq "${kimName.toUpperCase()}"`)}`,
    status: 200,
    expects: (list) => ({ 'the same Kim': resources(list)[0]?.['id'] === kim['id'] }),
  });
  const read = await okta.step({ title: 'Read Kim before an update', method: 'GET', path: kimPath, status: 200 });
  await okta.step({
    title: 'Update Kim by PUT of all that was read, with a new family name',
    method: 'PUT',
    path: kimPath,
    body: { ...read, name: { ...part(read, 'name'), middleName: '', familyName: 'Rey-Ono' } },
    status: 200,
    watch: kimPath,
    expects: (user) => ({ 'the same id': user['id'] === kim['id'] }),
  });
  await okta.step({
    title: 'Deactivate Kim: a PATCH without a path',
    method: 'PATCH',
    path: kimPath,
    body: patchOf({ op: 'replace', value: { active: false } }),
    status: 200,
    watch: kimPath,
    expects: (user) => ({ 'no longer active': user['active'] === false }),
  });
  await okta.step({
    title: 'Bring Kim back',
    method: 'PATCH',
    path: kimPath,
    body: patchOf({ op: 'replace', value: { active: true } }),
    status: 200,
    watch: kimPath,
    expects: (user) => ({ 'active, with the same id': user['active'] === true && user['id'] === kim['id'] }),
  });
  const ana = await okta.step({
    title: 'Create Ana',
    method: 'POST',
    path: '/Users',
    body: person(anaName, 'Ana', 'Li', '00u2abcdEFGH2345i6j7'),
    status: 201,
  });
  const group = await okta.step({
    title: 'Push a group',
    method: 'POST',
    path: '/Groups',
    body: { schemas: [`${core}:Group`], displayName: groupName, members: [] },
    status: 201,
  });
  const groupPath = `/Groups/${text(group, 'id')}`;
  const member = (user: JsonObject, display: string) => ({ value: text(user, 'id'), display });
  await okta.step({
    title: 'Push its members',
    method: 'PATCH',
    path: groupPath,
    body: patchOf({ op: 'replace', path: 'members', value: [member(kim, kimName)] }),
    status: 204,
    watch: groupPath,
  });
  await okta.step({
    title: 'Kim leaves and Ana joins, in one request',
    method: 'PATCH',
    path: groupPath,
    body: patchOf(
      { op: 'remove', path: `members[value eq "${text(kim, 'id')}"]` },
      { op: 'add', path: 'members', value: [member(ana, anaName)] },
    ),
    status: 204,
    watch: groupPath,
  });
  await okta.step({
    title: 'Rename the group; the id comes along in the value',
    method: 'PATCH',
    path: groupPath,
    body: patchOf({ op: 'replace', value: { id: text(group, 'id'), displayName: newGroupName } }),
    status: 204,
    watch: groupPath,
  });
  await okta.step({
    title: 'Push now, with nobody in the group',
    method: 'PATCH',
    path: groupPath,
    body: patchOf({ op: 'replace', path: 'members', value: [] }),
    status: 204,
    watch: groupPath,
  });
  await okta.step({
    title: 'Delete the pushed group',
    method: 'DELETE',
    path: groupPath,
    status: 204,
    watch: groupPath,
  });
  await okta.step({
    title: 'Unassign Kim: Okta never deletes people, it deactivates them',
    method: 'PATCH',
    path: kimPath,
    body: patchOf({ op: 'replace', value: { active: false } }),
    status: 200,
    watch: kimPath,
    expects: (user) => ({ 'no longer active': user['active'] === false }),
  });
}
