import type { TestMongod } from '../support/mongod.ts';
import type { Bench } from './compare.ts';
import type { Profile } from './contenders.ts';
import { startMeter } from './measure.ts';
import type { Party } from './openLoop.ts';
import { pairs, spread, type Figure } from './rows.ts';
import { figureOf, startTenants } from './tenants.ts';

/** So many tenants are looked at while another does what others should not feel. */
const quiet = 8;

/** What a connection may send a second. */
const limit = 50;

/** What the one tenant does beside the others, and how often a second. */
const deeds = {
  creates: { sends: 'creates', perSecond: 25 },
  passwords: { sends: 'passwords', perSecond: 25 },
  within: { sends: 'flood', perSecond: limit },
  flood: { sends: 'flood', perSecond: 10 * limit },
} as const satisfies Record<string, Pick<Party, 'sends' | 'perSecond'>>;

type Deed = keyof typeof deeds | 'nothing';

/** What a round found: of the others, how long they waited; of the one, what became of its requests. */
interface Beside {
  readonly p99: number;
  readonly answered: number;
  readonly refused: number;
}

/** What one tenant's doing moves others by: hashing passwords, and sending ten times what it may. */
export async function fairness(bench: Bench, mongod: TestMongod, profile: Profile): Promise<Figure[]> {
  const { plan, say } = bench;
  say('fairness');
  const env = { SCIM_RATE_LIMIT: String(limit) };
  const { parties, open, warmUp, stop } = await startTenants(bench, mongod, quiet + 2, env, profile);
  // Who floods has nothing left with which to create.
  const [others, creator, flooder] = [parties.slice(0, quiet), parties.slice(quiet, -1), parties.slice(-1)];
  const doing = (deed: Deed): Party[] => {
    if (deed === 'nothing') return [];
    const deedOf = deeds[deed];
    return (deedOf.sends === 'flood' ? flooder : creator).map((party) => ({ ...party, ...deedOf }));
  };
  // From a process of its own, as another client: what it costs to send must not be what the others wait for.
  const another = startMeter(process.pid, 'left out');
  const beside = async (deed: Deed, milliseconds: number): Promise<Beside> => {
    const [{ mix }, { others: own, refused }] = await Promise.all([
      open(others, milliseconds),
      open(doing(deed), milliseconds, another),
    ]);
    return { p99: mix.p99, answered: own.answered, refused };
  };

  const done: Record<Deed, Beside[]> = { nothing: [], creates: [], passwords: [], within: [], flood: [] };
  const order = Object.keys(done) as Deed[];
  await warmUp([...others, ...doing('passwords')]);
  await beside('flood', 1_000);
  for (let round = 0; round < plan.rounds; round += 1)
    for (const deed of round % 2 === 0 ? order : order.toReversed()) {
      // What a rest has saved up is spent before: from here on most of a flood is refused.
      if (deed === 'flood') await open(doing(deed), 500, another);
      done[deed].push(await beside(deed, plan.openMilliseconds / 2));
    }
  another.stop();
  await stop();
  return figures(done);
}

function figures(done: Readonly<Record<Deed, readonly Beside[]>>): Figure[] {
  const figure = figureOf(quiet);
  const of = `p99 of ${quiet} tenants`;
  const { perSecond } = deeds.creates;
  const p99 = (deed: Deed): number | undefined => spread(done[deed].map((one) => one.p99))?.median;
  const moved = (deed: Deed, without: Deed): number | undefined =>
    spread(pairs(done[deed], done[without]).map(([its, other]) => its.p99 / other.p99))?.median;
  return [
    figure('beside-nothing', `${of}, nobody else there`, p99('nothing')),
    figure('beside-creates', `${of} beside ${perSecond} creates a second without passwords`, p99('creates')),
    figure('beside-passwords', `${of} beside ${perSecond} creates a second with passwords`, p99('passwords')),
    figure('beside-within', `${of} beside one that sends the ${limit}/s that it may`, p99('within')),
    figure('beside-flood', `${of} beside one that sends ten times what it may`, p99('flood')),
    figure('flood-refused', 'of the flood refused', refusedPart(done.flood), '%'),
    figure(
      'passwords-move',
      'that beside creates with passwords over without, by rounds',
      moved('passwords', 'creates'),
      '',
    ),
    figure('flood-moves', 'that beside the flood over nobody there, by rounds', moved('flood', 'nothing'), ''),
    figure('excess-moves', 'that beside the flood over what it may send, by rounds', moved('flood', 'within'), ''),
  ];
}

function refusedPart(done: readonly Beside[]): number {
  const sum = (of: (one: Beside) => number): number => done.reduce((total, one) => total + of(one), 0);
  const refused = sum((one) => one.refused);
  return (100 * refused) / (refused + sum(({ answered }) => answered));
}
