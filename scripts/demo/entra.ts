import { randomUUID } from 'node:crypto';
import { client, part, resources, text } from './client.ts';
import type { JsonObject, Target } from './client.ts';

/** The people and the group of Entra's run. */
export const entraNames = {
  users: ['mia@rollcall-demo.example', 'tom@rollcall-demo.example'],
  groups: ['Rollcall demo: Sales', 'Rollcall demo: Sales Nordics'],
} as const;

const [miaName, tomName] = entraNames.users;
const [groupName, newGroupName] = entraNames.groups;

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const patchOf = (...operations: readonly JsonObject[]): JsonObject => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

const filter = (expression: string) => `filter=${encodeURIComponent(expression)}`;

const person = (userName: string, givenName: string, familyName: string): JsonObject => ({
  schemas: [userSchema, enterprise],
  externalId: randomUUID(),
  userName,
  active: true,
  displayName: `${givenName} ${familyName}`,
  emails: [{ primary: true, type: 'work', value: userName }],
  meta: { resourceType: 'User' },
  name: { formatted: `${givenName} ${familyName}`, familyName, givenName },
  roles: [],
  [enterprise]: { department: 'Ops', employeeNumber: '701' },
});

const hasWorkMail = (user: JsonObject, mail: string): boolean =>
  Array.isArray(user['emails']) &&
  (user['emails'] as readonly JsonObject[]).some((email) => email['type'] === 'work' && email['value'] === mail);

/** What Entra's provisioning service does, on its default wire: capitalised operations, strings for booleans. */
export async function entraRun(target: Target, print: (line: string) => void): Promise<void> {
  const entra = client('Entra', target, { 'Content-Type': 'application/scim+json' }, print);

  await entra.step({
    title: 'Test connection: nobody has this random name',
    method: 'GET',
    path: `/Users?${filter(`userName eq "${randomUUID()}"`)}`,
    status: 200,
    expects: (list) => ({ 'an empty list': list['totalResults'] === 0 }),
  });
  const mia = await entra.step({
    title: 'Create Mia',
    method: 'POST',
    path: '/Users',
    body: person(miaName, 'Mia', 'Lund'),
    status: 201,
    expects: (user) => ({ 'the department is kept': part(user, enterprise)['department'] === 'Ops' }),
  });
  const miaPath = `/Users/${text(mia, 'id')}`;
  await entra.step({
    title: 'Look Mia up by her work e-mail',
    method: 'GET',
    path: `/Users?${filter(`emails[type eq "work"].value eq "${miaName}"`)}`,
    status: 200,
    expects: (list) => ({ 'Mia alone': resources(list).length === 1 && resources(list)[0]?.['id'] === mia['id'] }),
  });
  await entra.step({
    title: 'Update Mia: one operation per attribute',
    method: 'PATCH',
    path: miaPath,
    body: patchOf(
      { op: 'Replace', path: 'emails[type eq "work"].value', value: `lund.${miaName}` },
      { op: 'Replace', path: 'name.familyName', value: 'Lund-Berg' },
      { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Oslo' },
      { op: 'Replace', path: `${enterprise}:department`, value: 'Sales' },
    ),
    status: 200,
    watch: miaPath,
    expects: (user) => ({
      'the new e-mail': hasWorkMail(user, `lund.${miaName}`),
      'an address that was not there before': Array.isArray(user['addresses']),
    }),
  });
  const tom = await entra.step({
    title: 'Create Tom',
    method: 'POST',
    path: '/Users',
    body: person(tomName, 'Tom', 'Vik'),
    status: 201,
  });
  const tomPath = `/Users/${text(tom, 'id')}`;
  const group = await entra.step({
    title: 'Create a group, without members and with a schema of its own',
    method: 'POST',
    path: '/Groups',
    body: {
      schemas: [groupSchema, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
      externalId: randomUUID(),
      displayName: groupName,
      meta: { resourceType: 'Group' },
    },
    status: 201,
  });
  const groupPath = `/Groups/${text(group, 'id')}`;
  const one = (user: JsonObject): JsonObject => ({ $ref: null, value: text(user, 'id') });
  await entra.step({
    title: 'Look the group up; members are never asked for',
    method: 'GET',
    path: `/Groups?excludedAttributes=members&${filter(`displayName eq "${groupName}"`)}`,
    status: 200,
    expects: (list) => ({
      'the group, without the key members':
        resources(list)[0]?.['id'] === group['id'] && resources(list).every((found) => !('members' in found)),
    }),
  });
  await entra.step({
    title: 'Add both to the group',
    method: 'PATCH',
    path: groupPath,
    body: patchOf({ op: 'Add', path: 'members', value: [one(mia), one(tom)] }),
    status: 204,
    watch: groupPath,
  });
  await entra.step({
    title: 'Is Tom a member?',
    method: 'GET',
    path: `/Groups?${filter(`id eq "${text(group, 'id')}" and members eq "${text(tom, 'id')}"`)}&excludedAttributes=members`,
    status: 200,
    expects: (list) => ({ yes: list['totalResults'] === 1 }),
  });
  await entra.step({
    title: 'Remove Mia from the group: the others stay',
    method: 'PATCH',
    path: groupPath,
    body: patchOf({ op: 'Remove', path: 'members', value: [one(mia)] }),
    status: 204,
    watch: groupPath,
  });
  await entra.step({
    title: 'Rename the group',
    method: 'PATCH',
    path: groupPath,
    body: patchOf({ op: 'Replace', path: 'displayName', value: newGroupName }),
    status: 204,
    watch: groupPath,
  });
  await entra.step({
    title: 'Disable Mia: the boolean is a string',
    method: 'PATCH',
    path: miaPath,
    body: patchOf({ op: 'Replace', path: 'active', value: 'False' }),
    status: 200,
    watch: miaPath,
    expects: (user) => ({ 'a boolean in the answer': user['active'] === false }),
  });
  await entra.step({ title: 'Delete Mia for good', method: 'DELETE', path: miaPath, status: 204, watch: miaPath });
  await entra.step({ title: 'Mia is gone', method: 'GET', path: miaPath, status: 404 });
  await entra.step({ title: 'Delete the group', method: 'DELETE', path: groupPath, status: 204, watch: groupPath });
  await entra.step({ title: 'Delete Tom', method: 'DELETE', path: tomPath, status: 204, watch: tomPath });
}
