import { randomUUID } from 'node:crypto';
import express from 'express';
import mongoose from 'mongoose';

// The least that does the same work: no validation, no filter language, no log, no request id, no folding but of the
// keys that are indexed, no order of the journal. The same answers; one transaction per request. `test/bench/main.ts` compiles and runs it.

const [uri = '', port = '', token = '', tenant = ''] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}/scim/v2`;

interface Resource {
  _id: string;
  tenant: string;
  type: string;
  version: number;
  created: Date;
  modified: Date;
  name: string;
  key: string;
  attributes: Record<string, unknown>;
  fold?: { emails: { value: string }[] };
}

interface Edge {
  tenant: string;
  group: string;
  generation: number;
  member: string;
  type: string;
  from: Date;
  live: true;
}

interface PatchOperation {
  path: string;
  value: unknown;
}

type Session = mongoose.mongo.ClientSession;

const durable = new mongoose.mongo.WriteConcern('majority', undefined, true);

const client = await new mongoose.mongo.MongoClient(uri, {
  maxPoolSize: 50,
  readPreference: 'primary',
  readConcern: { level: 'majority' },
  writeConcern: durable,
}).connect();
const db = client.db();
const resources = db.collection<Resource>('resources');
const edges = db.collection<Edge>('edges');
const history = db.collection('history');
const journal = db.collection('journal');

// Counted once: a count of an index would cost more than the page.
let total = await resources.countDocuments({ tenant, type: 'User' });

const transaction = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
  client.withSession((session) =>
    session.withTransaction(work, { readConcern: { level: 'snapshot' }, writeConcern: durable }),
  );

type Group = Pick<Resource, '_id' | 'name'>;
type Held = Resource & { held: Group[] };
type Membership = { value: string; $ref: string; display: string; type: 'direct' };

// The cheapest forms of those that were tried: one look-up of all groups at once, never one for each edge.
const withNames = (localField: string) => ({
  $lookup: { from: 'resources', localField, foreignField: '_id', pipeline: [{ $project: { name: 1 } }], as: 'held' },
});

const membership = ({ _id, name }: Group): Membership => ({
  value: _id,
  $ref: `${base}/Groups/${_id}`,
  display: name,
  type: 'direct',
});

/** A user found by its id or by its name, with its groups. */
async function userWithGroups(user: object, edge: object): Promise<Held | undefined> {
  const [found] = await resources
    .aggregate<Held>([
      { $match: { tenant, ...user } },
      {
        $lookup: {
          from: 'edges',
          ...edge,
          as: 'edges',
        },
      },
      withNames('edges.group'),
    ])
    .toArray();
  return found;
}

const userById = (id: string): Promise<Held | undefined> =>
  userWithGroups(
    { _id: id, type: 'User' },
    { pipeline: [{ $match: { tenant, member: id, live: true } }, { $project: { _id: 0, group: 1 } }] },
  );

const userByName = (name: string): Promise<Held | undefined> =>
  userWithGroups(
    { key: keyOf(name) },
    {
      localField: '_id',
      foreignField: 'member',
      pipeline: [{ $match: { tenant, live: true } }, { $project: { _id: 0, group: 1 } }],
    },
  );

async function groupsOf(members: string[]): Promise<Map<string, Membership[]>> {
  const [found] = await edges
    .aggregate<{ edges: Pick<Edge, 'member' | 'group'>[]; held: Group[] }>([
      { $match: { tenant, member: { $in: members }, live: true } },
      { $group: { _id: null, edges: { $push: { member: '$member', group: '$group' } } } },
      withNames('edges.group'),
    ])
    .toArray();
  const groups = new Map((found?.held ?? []).map((group) => [group._id, membership(group)]));
  const lists = new Map<string, Membership[]>(members.map((id) => [id, []]));
  for (const { member, group } of found?.edges ?? []) {
    const known = groups.get(group);
    if (known) lists.get(member)?.push(known);
  }
  return lists;
}

const urn = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

// What Rollcall answers, member by member: a shorter answer would be cheaper to send.
const shown = ({ _id, version, created, modified, attributes }: Resource, groups: Membership[] = []) => ({
  schemas: [urn, enterprise],
  id: _id,
  ...attributes,
  ...(groups.length > 0 && { groups }),
  meta: {
    resourceType: 'User',
    created,
    lastModified: modified,
    location: `${base}/Users/${_id}`,
    version: `W/"${version}"`,
  },
});

const keyOf = (name: string): string => `User:${name.toLowerCase()}`;

const entry = (operation: string, resource: string, version: number, at: Date, personal: object) => ({
  tenant,
  at,
  operation,
  resource,
  version,
  connection: 'floor',
  request: randomUUID(),
  personal,
});

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.get('/health/ready', (_, response) => void response.json({ status: 'ready' }));
app.use('/scim/v2', (request, response, next) => {
  if (request.headers.authorization === `Bearer ${token}`) next();
  else response.sendStatus(401);
});
app.use(express.json({ type: 'application/scim+json' }));

app.get('/scim/v2/Users/:id', async ({ params: { id } }, response) => {
  const user = await userById(id);
  if (user) response.json(shown(user, user.held.map(membership)));
  else response.sendStatus(404);
});

async function page(startIndex: number, count: number) {
  const users = await resources
    .find({ tenant, type: 'User' })
    .sort({ _id: 1 })
    .skip(startIndex - 1)
    .limit(count)
    .toArray();
  const groups = await groupsOf(users.map(({ _id }) => _id));
  return { total, users: users.map((user) => shown(user, groups.get(user._id))) };
}

async function search(name: string) {
  const user = await userByName(name);
  return user ? { total: 1, users: [shown(user, user.held.map(membership))] } : { total: 0, users: [] };
}

app.get('/scim/v2/Users', async ({ query }, response) => {
  const filter = typeof query['filter'] === 'string' ? query['filter'] : '';
  const name = /^userName eq "(.*)"$/.exec(filter)?.[1];
  const startIndex = Number(query['startIndex'] ?? 1);
  const found = await (name === undefined ? page(startIndex, Number(query['count'] ?? 100)) : search(name));
  response.json({
    totalResults: found.total,
    startIndex,
    itemsPerPage: found.users.length,
    Resources: found.users,
  });
});

app.post('/scim/v2/Users', async (request, response) => {
  const { schemas: _, ...attributes } = request.body as Record<string, unknown> & { emails: { value: string }[] };
  const at = new Date();
  const name = String(attributes['userName']);
  const fold = { emails: attributes.emails.map(({ value }) => ({ value: value.toLowerCase() })) };
  const state = { tenant, type: 'User', version: 1, created: at, modified: at, name, key: keyOf(name) };
  const user = { _id: randomUUID(), ...state, attributes, fold };
  await transaction(async (session) => {
    await resources.insertOne(user, { session });
    await journal.insertOne(entry('create', user._id, 1, at, { after: attributes }), { session });
  });
  total += 1;
  response.status(201).json(shown(user));
});

app.patch('/scim/v2/Users/:id', async ({ params: { id }, body }, response) => {
  const { Operations: operations } = body as { Operations: PatchOperation[] };
  const changes = Object.fromEntries(operations.map(({ path, value }) => [path, value]));
  const at = new Date();
  const groups = groupsOf([id]);
  const after = await transaction(async (session) => {
    const before = await resources.findOneAndUpdate(
      { _id: id, tenant, type: 'User' },
      {
        $set: {
          modified: at,
          ...Object.fromEntries(operations.map(({ path, value }) => [`attributes.${path}`, value])),
        },
        $inc: { version: 1 },
      },
      { session },
    );
    if (!before) return undefined;
    const { _id, ...closed } = before;
    await history.insertOne({ ...closed, resource: _id, from: before.modified, to: at }, { session });
    await journal.insertOne(entry('revise', id, before.version + 1, at, { after: changes }), { session });
    const attributes = { ...before.attributes, ...changes };
    return { ...before, attributes, version: before.version + 1, modified: at };
  });
  if (after) response.json(shown(after, (await groups).get(id)));
  else response.sendStatus(404);
});

app.patch('/scim/v2/Groups/:id', async ({ params: { id }, body }, response) => {
  const { Operations: operations } = body as { Operations: PatchOperation[] };
  const members = operations.flatMap(({ value }) => (value as { value: string }[]).map((member) => member.value));
  const at = new Date();
  const found = await transaction(async (session) => {
    const group = await resources.findOneAndUpdate(
      { _id: id, tenant, type: 'Group' },
      { $set: { modified: at }, $inc: { version: 1 } },
      { session, returnDocument: 'after', projection: { version: 1 } },
    );
    if (!group) return false;
    const state = { tenant, group: id, generation: 1, type: 'User', from: at, live: true } as const;
    await edges.insertMany(
      members.map((member) => ({ ...state, member })),
      { session },
    );
    await journal.insertOne(entry('members', id, group.version, at, { joined: members }), { session });
    return true;
  });
  response.sendStatus(found ? 204 : 404);
});

app.listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
