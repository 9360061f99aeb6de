import cluster from 'node:cluster';
import { toSupervisor, type Serving } from './channel.ts';
import { config, ConfigError, type Config } from './config.ts';
import { createLog } from './log.ts';
import { NotServing, supervise, type Supervised } from './workers.ts';

/** Runs the server until it is told to stop: exit 0; 2 for wrong settings, 1 for what else keeps it from starting. */
async function main(): Promise<void> {
  const settings = config();
  const log = createLog(settings.logLevel, process.stderr);
  const supervisor = cluster.worker && toSupervisor(cluster.worker);
  const isSupervisor = settings.workers > 1 && !supervisor;

  async function run(): Promise<Supervised> {
    if (isSupervisor) return supervise(settings, log);
    // Most of the program, which who only supervises does not need.
    const { start } = await import('./compose.ts');
    return start(settings, log, supervisor?.fellows);
  }
  const starting = run();

  let stopping = false;
  const stop = (): void => {
    // Whoever asks twice does not want to wait; but a worker hears of it from the terminal and from its supervisor.
    if (stopping && !supervisor) process.exit(1);
    if (stopping) return;
    stopping = true;
    log.info('stopping');
    // Also while it is still starting: else the embedded database would be left behind.
    starting
      .then((server) => server.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error('could not stop cleanly', { error });
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  const server = await starting;
  if (supervisor) supervisor.serving(server);
  else announce(server, settings);
}

function announce({ scimBaseUrl, firstRun }: Serving, { dataDir }: Config): void {
  const lines = ['Rollcall is ready.', `  SCIM base URL: ${scimBaseUrl}`];
  if (firstRun)
    lines.push(
      `  Token:         ${firstRun.token}`,
      `  Admin API:     ${firstRun.adminApiUrl}`,
      `  Admin API key: ${firstRun.adminApiKey}`,
      `The token is shown this once, and kept in ${dataDir}/first-run.json; the tenant is 'demo'.`,
      'So is the key, which may do everything: appoint the first Primary Admin with it.',
    );
  // In one piece: whoever waits for a line of it finds all of it.
  process.stdout.write(`${lines.join('\n')}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`rollcall: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof ConfigError ? 2 : error instanceof NotServing ? error.exitCode : 1);
});
