import type { Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FirstRun } from './admin/firstRun.ts';

/** What is known once a server answers. */
export interface Serving {
  readonly scimBaseUrl: string;
  /** What was made because the database was empty. */
  readonly firstRun: FirstRun | undefined;
}

/** What workers and the process that supervises them tell each other. */
type FromWorker =
  | { readonly say: 'serving'; readonly serving: Serving }
  /** One of them was asked for the metrics of all. */
  | { readonly say: 'ask'; readonly question: number }
  | { readonly say: 'counted'; readonly question: number; readonly text: string };
type ToWorker =
  | { readonly say: 'count'; readonly question: number; readonly worker: string }
  | { readonly say: 'answer'; readonly question: number; readonly texts: readonly string[] };

/** Metrics of this process, as text; of a worker under its number. */
type Counted = (worker?: string) => Promise<string>;

/** Makes of what this process counts what all workers counted, a text of each; its own alone where nobody asks them. */
export type Fellows = (own: Counted) => () => Promise<readonly string[]>;

/** A worker that has not told what it counted by then is left out. */
const patienceMs = 2_000;

/** A worker's end of the channel to the process that supervises it. */
export function toSupervisor(worker: Worker): { serving(found: Serving): void; readonly fellows: Fellows } {
  const send = (message: FromWorker): void => {
    // Where the other end is gone, this process is about to end too.
    if (worker.isConnected()) worker.send(message);
  };
  return {
    serving: ({ scimBaseUrl, firstRun }) => {
      send({ say: 'serving', serving: { scimBaseUrl, firstRun } });
    },
    fellows(own) {
      const asked = new Map<number, (texts: readonly string[]) => void>();
      let questions = 0;
      worker.on('message', (message: ToWorker) => {
        const { say, question } = message;
        switch (say) {
          case 'count':
            void own(message.worker).then((text) => {
              send({ say: 'counted', question, text });
            });
            return;
          case 'answer':
            asked.get(question)?.(message.texts);
            return;
          default:
            message satisfies never;
        }
      });
      return async () => {
        questions += 1;
        const question = questions;
        const told = new Promise<readonly string[]>((resolve) => asked.set(question, resolve));
        send({ say: 'ask', question });
        // Longer than the supervisor waits for the others.
        const texts = await Promise.race([told, sleep(2 * patienceMs, undefined, { ref: false })]);
        asked.delete(question);
        return texts ?? [await own()];
      };
    },
  };
}

/** The supervising process's ends of the channels to all workers. */
export function toWorkers(): {
  /** Listens to a worker, which has that number. */
  listen(worker: Worker, number: number, onServing: (found: Serving) => void): void;
} {
  /** Those that serve, by their numbers. */
  const serving = new Map<number, Worker>();
  const asked = new Map<string, (text: string) => void>();
  let questions = 0;

  const send = (worker: Worker, message: ToWorker): void => {
    if (worker.isConnected()) worker.send(message);
  };

  async function textOf(number: number, worker: Worker, question: number): Promise<readonly string[]> {
    const name = `${question} ${worker.id}`;
    const told = new Promise<readonly string[]>((resolve) => {
      asked.set(name, (text) => {
        resolve([text]);
      });
    });
    send(worker, { say: 'count', question, worker: String(number) });
    const texts = await Promise.race([told, sleep(patienceMs, [], { ref: false })]);
    asked.delete(name);
    return texts;
  }

  async function answer(worker: Worker, question: number): Promise<void> {
    questions += 1;
    const own = questions;
    const texts = await Promise.all([...serving].map(([number, each]) => textOf(number, each, own)));
    send(worker, { say: 'answer', question, texts: texts.flat() });
  }

  return {
    listen(worker, number, onServing) {
      worker.on('message', (message: FromWorker) => {
        switch (message.say) {
          case 'serving':
            serving.set(number, worker);
            onServing(message.serving);
            return;
          case 'ask':
            void answer(worker, message.question);
            return;
          case 'counted':
            asked.get(`${message.question} ${worker.id}`)?.(message.text);
            return;
          default:
            message satisfies never;
        }
      });
      worker.once('exit', () => {
        if (serving.get(number) === worker) serving.delete(number);
      });
    },
  };
}
