// scimmy-routers with the simplest store there is: a Map of each resource type.
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

const [port, token, file] = process.argv.slice(2);
const seed = JSON.parse(readFileSync(file, 'utf8'));

/** Keeps resources of a type as scimmy-routers asks for them. */
function store(type, rows) {
  const kept = new Map(rows.map((row) => [row.id, row]));
  const found = (id) => {
    const row = kept.get(id);
    if (!row) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
    return row;
  };
  SCIMMY.Resources.declare(type, {
    ingress({ id = randomUUID() }, instance) {
      // What is read-only does not come in: it stays as it is.
      const row = { ...JSON.parse(JSON.stringify(instance)), id, groups: kept.get(id)?.groups };
      kept.set(id, row);
      return row;
    },
    egress({ id, filter }) {
      if (id) return found(id);
      const rows = [...kept.values()];
      return filter ? filter.match(rows) : rows;
    },
    degress({ id }) {
      found(id);
      kept.delete(id);
    },
  });
}

SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
store(SCIMMY.Resources.User, seed.users);
store(SCIMMY.Resources.Group, seed.groups);

const app = express();
app.get('/health/ready', (_, response) => void response.json({ status: 'ready' }));
app.use(
  '/scim/v2',
  new SCIMMYRouters({
    type: 'bearer',
    handler(request) {
      if (request.header('Authorization') !== `Bearer ${token}`) throw new Error('Unknown token');
      return 'bench';
    },
  }),
);
app.listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
