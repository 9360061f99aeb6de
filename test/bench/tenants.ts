import type mongoose from 'mongoose';
import { createConnection } from '../../src/admin/connections.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { adminPorts } from '../../src/administration.ts';
import { scopes } from '../../src/domain/connections.ts';
import { provisioningLog } from '../../src/storage/provisioningLog.ts';
import { ended } from '../support/fleet.ts';
import type { TestMongod } from '../support/mongod.ts';
import type { Bench } from './compare.ts';
import { runRollcall, type Profile, type RunningRollcall } from './contenders.ts';
import { seed } from './data.ts';
import type { Meter } from './measure.ts';
import type { OpenDone, Party } from './openLoop.ts';
import { memory, pidOf } from './processes.ts';
import { spread, type Figure } from './rows.ts';

const tenantCount = 20;

/** Each tenant's requests a second. */
const perSecond = 25;

/** Of each tenant. */
const people = { users: 500, joiners: 100, groups: [] };

/** A Rollcall with tenants that each send the Entra mix at a rate. */
export interface Tenants {
  readonly server: RunningRollcall;
  readonly parties: readonly Party[];
  /** Sends as these say, and waits for all answers. */
  open(parties: readonly Party[], milliseconds: number, by?: Meter): Promise<OpenDone>;
  /** The same, at first at less than their rates, to be as fast as it gets. */
  warmUp(parties: readonly Party[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Rollcall and makes it so many tenants, with people of their own. */
export async function startTenants(
  { meter, plan }: Bench,
  mongod: TestMongod,
  count: number,
  env: NodeJS.ProcessEnv,
  profile: Profile,
): Promise<Tenants> {
  const server = await runRollcall(mongod, 'tenants', env, profile);
  const parties: Party[] = [];
  for (let number = 0; number < count; number += 1)
    parties.push({
      base: server.base,
      world: `w${number}`,
      perSecond,
      sends: 'mix',
      ...(await tenant(server, number)),
    });
  const open = (some: readonly Party[], milliseconds: number, by = meter): Promise<OpenDone> =>
    by.open({ ...people, parties: some, milliseconds });
  return {
    server,
    parties,
    open,
    async warmUp(some) {
      const slower = some.map((party) => ({ ...party, perSecond: 0.4 * party.perSecond }));
      for (const each of [slower, some]) await open(each, plan.openWarmUp / 2);
    },
    async stop() {
      await ended(server.child, 'SIGTERM');
      await server.connection.getClient().db().dropDatabase();
      await server.connection.close();
    },
  };
}

/** Many tenants at once, at a rate, with the defaults; and by several server processes. */
export async function manyTenants(bench: Bench, mongod: TestMongod, profile: Profile): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const workers of bench.plan.workers) figures.push(...(await mixed(bench, mongod, workers, profile)));
  return figures;
}

async function mixed(bench: Bench, mongod: TestMongod, workers: number, profile: Profile): Promise<Figure[]> {
  const { plan, say } = bench;
  say(`${tenantCount} tenants, WORKERS=${workers}`);
  const env = { WORKERS: String(workers) };
  const { server, parties, open, warmUp, stop } = await startTenants(bench, mongod, tenantCount, env, profile);
  await warmUp(parties);
  const done: OpenDone[] = [];
  for (let round = 0; round < Math.min(3, plan.rounds); round += 1)
    done.push(await open(parties, plan.openMilliseconds));
  const held = await memory(pidOf(server.child));
  await stop();

  const figure = figureOf(tenantCount);
  const what = `${tenantCount} tenants × ${perSecond}/s, Entra mix, open loop`;
  if (workers > 1)
    return [
      figure(
        `mix-p50-${workers}`,
        `${what}, WORKERS=${workers}: p50`,
        middle(done, ({ mix }) => mix.p50),
      ),
      figure(
        `mix-p99-${workers}`,
        `${what}, WORKERS=${workers}: p99`,
        middle(done, ({ mix }) => mix.p99),
      ),
    ];
  return [
    figure(
      'mix-p50',
      `${what}: p50`,
      middle(done, ({ mix }) => mix.p50),
    ),
    figure(
      'mix-p99',
      `${what}: p99`,
      middle(done, ({ mix }) => mix.p99),
    ),
    figure('mix-answered', 'requests of the mix, all answered as they had to be', answered(done), 'requests'),
    figure('tenants-memory', 'most memory that the server process has held, 20 tenants', held?.peak, 'MiB'),
  ];
}

/** A figure of so many tenants, in milliseconds where nothing else is said. */
export const figureOf =
  (size: number) =>
  (name: string, title: string, value: number | undefined, unit = 'ms'): Figure => ({
    name,
    title,
    contender: 'Rollcall',
    size,
    value: value ?? NaN,
    unit,
  });

/** The middle of what several rounds found. */
const middle = (done: readonly OpenDone[], of: (one: OpenDone) => number): number | undefined =>
  spread(done.map(of))?.median;

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
