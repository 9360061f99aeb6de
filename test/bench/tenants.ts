import type mongoose from 'mongoose';
import { createConnection } from '../../src/admin/connections.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { adminPorts } from '../../src/compose.ts';
import { scopes } from '../../src/domain/connections.ts';
import { provisioningLog } from '../../src/storage/provisioningLog.ts';
import { ended } from '../support/fleet.ts';
import type { TestMongod } from '../support/mongod.ts';
import type { Bench } from './compare.ts';
import { runRollcall } from './contenders.ts';
import { seed } from './data.ts';
import type { OpenDone, Party } from './openLoop.ts';
import { memory, pidOf } from './processes.ts';
import { spread, type Figure } from './rows.ts';

const tenantCount = 20;

/** Each tenant's requests a second. */
const perSecond = 25;

/** Of each tenant. */
const people = { users: 500, joiners: 100, groups: [] };

/** So many tenants are looked at while another creates people. */
const quiet = 4;

/** Many tenants at once, at a rate, with the rate limit that is the default. */
export async function manyTenants({ meter, plan, say }: Bench, mongod: TestMongod): Promise<Figure[]> {
  say(`${tenantCount} tenants`);
  const server = await runRollcall(mongod, 'tenants', {});
  const parties: Party[] = [];
  for (let number = 0; number < tenantCount; number += 1)
    parties.push({
      base: server.base,
      world: `w${number}`,
      perSecond,
      sends: 'mix',
      ...(await tenant(server, number)),
    });
  const open = (some: readonly Party[], milliseconds = plan.openMilliseconds) =>
    meter.open({ ...people, parties: some, milliseconds });
  await open(parties, plan.warmUp);

  const crowded: OpenDone[] = [];
  for (let round = 0; round < Math.min(3, plan.rounds); round += 1) crowded.push(await open(parties));

  say('passwords');
  const creating = (sends: 'creates' | 'passwords') => parties.slice(-1).map((party) => ({ ...party, sends }));
  const without: OpenDone[] = [];
  const withThem: OpenDone[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    without.push(await open([...parties.slice(0, quiet), ...creating('creates')]));
    withThem.push(await open([...parties.slice(0, quiet), ...creating('passwords')]));
  }
  const held = await memory(pidOf(server.child));
  await ended(server.child, 'SIGTERM');
  await server.connection.getClient().db().dropDatabase();
  await server.connection.close();
  return figures(crowded, without, withThem, held?.peak);
}

function figures(
  crowded: readonly OpenDone[],
  without: readonly OpenDone[],
  withThem: readonly OpenDone[],
  peak: number | undefined,
): Figure[] {
  const figure = (name: string, title: string, value: number | undefined, unit = 'ms'): Figure => ({
    name,
    title,
    contender: 'Rollcall',
    size: tenantCount,
    value: value ?? NaN,
    unit,
  });
  const p99 = (done: readonly OpenDone[]) => spread(done.map(({ mix }) => mix.p99))?.median;
  const p50 = (done: readonly OpenDone[]) => spread(done.map(({ mix }) => mix.p50))?.median;
  const beside = `of ${quiet} tenants beside one that creates ${perSecond} people a second`;
  return [
    figure('mix-p50', `${tenantCount} tenants × ${perSecond}/s, Entra mix, open loop: p50`, p50(crowded)),
    figure('mix-p99', `${tenantCount} tenants × ${perSecond}/s, Entra mix, open loop: p99`, p99(crowded)),
    figure('mix-answered', 'requests of the mix, all answered as they had to be', answered(crowded), 'requests'),
    figure('beside-creates', `p99 ${beside} without passwords`, p99(without)),
    figure('beside-passwords', `p99 ${beside} with passwords`, p99(withThem)),
    figure('tenants-memory', 'most memory that the server process has held, 20 tenants', peak, 'MiB'),
  ];
}

const answered = (done: readonly OpenDone[]): number => done.reduce((sum, { mix }) => sum + mix.answered, 0);

/** A tenant with people of its own; answers the token that its identity provider sends. */
async function tenant({ connection }: { readonly connection: mongoose.Connection }, number: number) {
  const silent = provisioningLog(connection, () => undefined);
  const admin = adminPorts(connection, 'http://127.0.0.1', 'bench', silent);
  const { id } = await createTenant(admin, `tenant ${number}`);
  const made = await createConnection(admin, {
    tenant: id,
    name: 'Entra',
    kind: 'entra',
    dialect: 'lenient',
    scopes: [...scopes],
    adopt: 'none',
  });
  const db = connection.getClient().db();
  await seed({ db, tenant: id, owner: made.id, trim: (document) => document, world: `w${number}` }, people);
  return { token: made.token };
}
