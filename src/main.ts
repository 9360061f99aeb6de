import { start } from './compose.ts';
import { config, ConfigError } from './config.ts';
import { createLog } from './log.ts';

/** Runs the server until it is told to stop: exit 0; 2 for wrong settings, 1 for what else keeps it from starting. */
async function main(): Promise<void> {
  const settings = config();
  const log = createLog(settings.logLevel, process.stderr);
  const starting = start(settings, log);

  let stopping = false;
  const stop = (): void => {
    // Whoever asks twice does not want to wait.
    if (stopping) process.exit(1);
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
  process.stdout.write(`Rollcall is ready.\n  SCIM base URL: ${server.scimBaseUrl}\n`);
  if (server.firstRun)
    process.stdout.write(
      `  Token:         ${server.firstRun.token}\n` +
        `The token is shown this once, and kept in ${settings.dataDir}/first-run.json; the tenant is 'demo'.\n`,
    );
}

main().catch((error: unknown) => {
  process.stderr.write(`rollcall: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
});
