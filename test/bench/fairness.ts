import type { TestMongod } from '../support/mongod.ts';
import type { Bench } from './compare.ts';
import type { Profile } from './contenders.ts';
import type { OpenDone, Party } from './openLoop.ts';
import { pairs, spread, type Figure } from './rows.ts';
import { figureOf, middle, startTenants } from './tenants.ts';

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

/** What one tenant's doing moves others by: hashing passwords, and sending ten times what it may. */
export async function fairness(bench: Bench, mongod: TestMongod, profile: Profile): Promise<Figure[]> {
  const { plan, say } = bench;
  say('fairness');
  const env = { SCIM_RATE_LIMIT: String(limit) };
  const { parties, open, warmUp, stop } = await startTenants(bench, mongod, quiet + 1, env, profile);
  const [others, greedy] = [parties.slice(0, quiet), parties.slice(quiet)];
  const doing = (deed: Deed): Party[] =>
    deed === 'nothing' ? [] : greedy.map((party) => ({ ...party, ...deeds[deed] }));
  const beside = (deed: Deed, milliseconds: number) => open([...others, ...doing(deed)], milliseconds);

  const done: Record<Deed, OpenDone[]> = { nothing: [], creates: [], passwords: [], within: [], flood: [] };
  const order = Object.keys(done) as Deed[];
  await warmUp([...others, ...doing('passwords')]);
  await beside('flood', 1_000);
  for (let round = 0; round < plan.rounds; round += 1)
    for (const deed of round % 2 === 0 ? order : order.toReversed()) {
      // What a rest has saved up is spent before: from here on most of a flood is refused.
      if (deed === 'flood') await open(doing(deed), 500);
      done[deed].push(await beside(deed, plan.openMilliseconds / 2));
    }
  await stop();
  return figures(done);
}

function figures(done: Readonly<Record<Deed, readonly OpenDone[]>>): Figure[] {
  const figure = figureOf(quiet);
  const p99 = ({ mix }: OpenDone): number => mix.p99;
  const of = `p99 of ${quiet} tenants`;
  const { perSecond } = deeds.creates;
  const moved = (deed: Deed, without: Deed): number | undefined =>
    spread(pairs(done[deed], done[without]).map(([its, other]) => p99(its) / p99(other)))?.median;
  return [
    figure('beside-nothing', `${of}, nobody else there`, middle(done.nothing, p99)),
    figure('beside-creates', `${of} beside ${perSecond} creates a second without passwords`, middle(done.creates, p99)),
    figure(
      'beside-passwords',
      `${of} beside ${perSecond} creates a second with passwords`,
      middle(done.passwords, p99),
    ),
    figure('beside-within', `${of} beside one that sends the ${limit}/s that it may`, middle(done.within, p99)),
    figure('beside-flood', `${of} beside one that sends ten times what it may`, middle(done.flood, p99)),
    figure('flood-refused', 'of the flood refused', refusedPart(done.flood), '%'),
    figure(
      'passwords-move',
      'p99 beside creates with passwords over without, by rounds',
      moved('passwords', 'creates'),
      '',
    ),
    figure('flood-moves', 'p99 beside the flood over nobody there, by rounds', moved('flood', 'nothing'), ''),
    figure('excess-moves', 'p99 beside the flood over what it may send, by rounds', moved('flood', 'within'), ''),
  ];
}

function refusedPart(done: readonly OpenDone[]): number {
  const sum = (of: (one: OpenDone) => number): number => done.reduce((total, one) => total + of(one), 0);
  const refused = sum((one) => one.refused);
  return (100 * refused) / (refused + sum(({ others }) => others.answered));
}
