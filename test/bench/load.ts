import { closedLoop, type Closed } from './closedLoop.ts';
import { openLoop, type Open } from './openLoop.ts';

/** What the load generator is told to do. */
export type Job = Closed | Open;

// A process of its own, so that its work counts for nobody: it does one job after another.
process.on('message', (job: Job) => {
  (job.loop === 'closed' ? closedLoop(job) : openLoop(job)).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      throw error;
    },
  );
});
process.on('disconnect', () => process.exit(0));
