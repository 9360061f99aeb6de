import { testBinary } from '../support/mongod.ts';
import type { Bench } from './compare.ts';
import { ownFolder, secondsToAnswer } from './contenders.ts';
import { spread, type Figure } from './rows.ts';

/** How long the embedded default takes until it answers, with its database and its mongod already there. */
export async function starting({ plan, say }: Bench): Promise<Figure[]> {
  say('start');
  const { file } = await testBinary();
  const dataDir = await ownFolder();
  const first = await secondsToAnswer(dataDir, file);
  const seconds: number[] = [];
  for (let round = 0; round < plan.rounds; round += 1) seconds.push(await secondsToAnswer(dataDir, file));
  const figure = (name: string, title: string, value: number | undefined): Figure => ({
    name,
    title,
    contender: 'Rollcall',
    size: undefined,
    value: value ?? NaN,
    unit: 's',
  });
  return [
    figure('start-first', 'first start on an empty folder, to the first 200', first),
    figure('start', 'start with the embedded database, to the first 200', spread(seconds)?.median),
  ];
}
