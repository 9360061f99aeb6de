import { findMongod } from './binary.ts';
import { startEmbedded, type Embedded, type Status } from './embedded.ts';

/** Which data folder, and where to look for a mongod. */
export interface OwnSettings {
  readonly dataDir: string;
  readonly mongodBinary: string | undefined;
  readonly cacheDir: string;
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds a mongod and runs it on the data folder.
 *
 * @throws MongodError when another server uses the data folder, or no mongod can be found or started
 */
export const startOwn = (
  { dataDir, mongodBinary, cacheDir, inherited }: OwnSettings,
  say: (line: string) => void,
  onStatus: (status: Status) => void = () => undefined,
): Promise<Embedded> =>
  startEmbedded({
    dataDir,
    say,
    findBinary: () =>
      findMongod({ explicit: mongodBinary, path: inherited['PATH'] ?? '', cacheDir, environment: inherited, say }),
    onStatus,
  });
