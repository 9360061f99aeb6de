import { play } from '../support/play.ts';
import { startTestServer } from '../support/server.ts';
import { transcriptFiles } from '../support/transcriptFiles.ts';

describe('Transcripts', () => {
  let server: Awaited<ReturnType<typeof startTestServer>>;

  before(async function () {
    this.timeout(120_000);
    server = await startTestServer();
  });
  after(async () => {
    await server.stop();
  });

  for (const transcript of transcriptFiles()) {
    it(`${transcript.file}: ${transcript.about}`, () => play(transcript, (setup) => server.tenant(setup)));
  }
});
