// A server process reduced to its embedded MongoDB, for tests that kill one: `embeddedServer.ts <data folder>`.
import { startEmbedded } from '../../src/mongod/embedded.ts';
import { testBinary } from './mongod.ts';

const [dataDir = ''] = process.argv.slice(2);
const tell = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

try {
  const embedded = await startEmbedded({ dataDir, findBinary: testBinary, say: (said) => tell({ said }) });
  const stop = () => void embedded.stop().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  tell({ uri: embedded.uri });
} catch (cause) {
  tell({ refused: cause instanceof Error ? cause.message : String(cause) });
  process.exitCode = 2;
}
