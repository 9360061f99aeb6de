import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import type { Worker } from 'node:cluster';
import { toSupervisor, toWorkers, type Serving } from '../src/channel.ts';

const serving: Serving = { scimBaseUrl: 'http://127.0.0.1/scim/v2', firstRun: undefined };

/** Both ends of the channel to one worker: what is sent at one arrives at the other, as JSON. */
function ends(id: number): { readonly here: Worker; readonly there: Worker } {
  const [here, there] = [new EventEmitter(), new EventEmitter()];
  const end = (own: EventEmitter, other: EventEmitter) =>
    Object.assign(own, {
      id,
      isConnected: () => true,
      send: (message: object) => {
        const text = JSON.stringify(message);
        setImmediate(() => other.emit('message', JSON.parse(text)));
        return true;
      },
    }) as unknown as Worker;
  return { here: end(here, there), there: end(there, here) };
}

describe('the channel between workers and their supervisor', () => {
  let supervisor: ReturnType<typeof toWorkers>;
  beforeEach(() => {
    supervisor = toWorkers();
  });

  /** A worker that serves in this place, and counts so; what it is told when it asks for what all counted. */
  async function worker(place: number, count: () => Promise<string>) {
    const { here, there } = ends(place + 10);
    const own = toSupervisor(there);
    const ask = own.fellows(async (number) => `${await count()} of ${String(number)}`);
    const told = new Promise<Serving>((resolve) => {
      supervisor.listen(here, place, resolve);
    });
    own.serving(serving);
    expect(await told).to.deep.equal({ scimBaseUrl: serving.scimBaseUrl });
    return { ask, end: () => here.emit('exit') };
  }

  it('tells each worker what all have counted, each under the number of its place', async () => {
    const [first, second] = [await worker(1, async () => 'a'), await worker(2, async () => 'b')];
    const all = await Promise.all([first.ask(), second.ask(), first.ask()]);
    expect(all).to.deep.equal([
      ['a of 1', 'b of 2'],
      ['a of 1', 'b of 2'],
      ['a of 1', 'b of 2'],
    ]);
  });

  it('leaves out a worker that has ended, and has its successor in its place', async () => {
    const [first, second] = [await worker(1, async () => 'a'), await worker(2, async () => 'b')];
    second.end();
    expect(await first.ask()).to.deep.equal(['a of 1']);
    await worker(2, async () => 'c');
    expect(await first.ask()).to.deep.equal(['a of 1', 'c of 2']);
  });

  it('leaves out a worker that does not answer in time', async function () {
    this.timeout(10_000);
    const first = await worker(1, async () => 'a');
    await worker(2, () => new Promise(() => undefined));
    expect(await first.ask()).to.deep.equal(['a of 1']);
  });

  it('leaves a worker with what it counted itself where its supervisor does not answer', async function () {
    this.timeout(10_000);
    const ask = toSupervisor(ends(1).there).fellows(async () => 'a');
    expect(await ask()).to.deep.equal(['a']);
  });
});
