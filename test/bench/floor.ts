import { randomUUID } from 'node:crypto';
import express from 'express';
import mongoose from 'mongoose';

// The least that does the same work: no validation, no filter language, no log, no request id, no folding but of the
// keys that are indexed, no order of the journal. One transaction per request. `test/bench/main.ts` compiles and runs it.

const [uri = '', port = '', token = '', tenant = ''] = process.argv.slice(2);

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

const client = await new mongoose.mongo.MongoClient(uri, {
  maxPoolSize: 50,
  readPreference: 'primary',
  readConcern: { level: 'majority' },
  writeConcern: { w: 'majority', journal: true },
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
    session.withTransaction(work, {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', journal: true },
    }),
  );

type Membership = { value: string; display: string; type: 'direct' };

async function groupsOf(members: string[]): Promise<Map<string, Membership[]>> {
  const found = await edges
    .find({ tenant, member: { $in: members }, live: true })
    .project<Pick<Edge, 'member' | 'group'>>({ _id: 0, member: 1, group: 1 })
    .toArray();
  const ids = [...new Set(found.map(({ group }) => group))];
  const groups =
    ids.length === 0
      ? []
      : await resources
          .find({ _id: { $in: ids }, tenant })
          .project<Pick<Resource, '_id' | 'name'>>({ name: 1 })
          .toArray();
  const names = new Map(groups.map(({ _id, name }) => [_id, name]));
  const lists = new Map<string, Membership[]>(members.map((id) => [id, []]));
  for (const { member, group } of found)
    lists.get(member)?.push({ value: group, display: names.get(group) ?? '', type: 'direct' });
  return lists;
}

const shown = ({ _id, version, created, modified, attributes }: Resource, groups: Membership[] = []) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  id: _id,
  ...attributes,
  groups,
  meta: { resourceType: 'User', created, lastModified: modified, location: `/Users/${_id}`, version: `W/"${version}"` },
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
  const [user, groups] = await Promise.all([resources.findOne({ _id: id, tenant, type: 'User' }), groupsOf([id])]);
  if (user) response.json(shown(user, groups.get(id)));
  else response.sendStatus(404);
});

app.get('/scim/v2/Users', async ({ query }, response) => {
  const name = /^userName eq "(.*)"$/.exec(String(query['filter']))?.[1];
  const startIndex = Number(query['startIndex'] ?? 1);
  const users =
    name === undefined
      ? await resources
          .find({ tenant, type: 'User' })
          .sort({ _id: 1 })
          .skip(startIndex - 1)
          .limit(Number(query['count'] ?? 100))
          .toArray()
      : await resources.find({ tenant, key: keyOf(name) }).toArray();
  const groups = await groupsOf(users.map(({ _id }) => _id));
  response.json({
    totalResults: name === undefined ? total : users.length,
    startIndex,
    itemsPerPage: users.length,
    Resources: users.map((user) => shown(user, groups.get(user._id))),
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
