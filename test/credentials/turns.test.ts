import { expect } from 'chai';
import { turns } from '../../src/credentials/turns.ts';

describe('credentials/turns', () => {
  const later = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('runs at most so many pieces of work at a time, and all of them', async () => {
    const queue = turns(2);
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, (running += 1));
      await later();
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, (_, at) => queue.run(`t${String(at % 3)}`, work)));
    expect([most, running]).to.deep.equal([2, 0]);
  });

  it('lets tenants take turns: much work of one delays another by one piece', async () => {
    const queue = turns(1);
    const order: string[] = [];
    const work = (name: string) => queue.run(name.slice(0, 1), () => later().then(() => void order.push(name)));
    await Promise.all([work('a1'), work('a2'), work('a3'), work('a4'), work('b1'), work('c1'), work('b2')]);
    expect(order).to.deep.equal(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  it('goes on after work that fails, and tells who asked for it', async () => {
    const queue = turns(1);
    const failing = queue.run('a', () => Promise.reject(new Error('no')));
    const next = queue.run('a', () => Promise.resolve('done'));
    expect(await failing.catch((cause: unknown) => (cause as Error).message)).to.equal('no');
    expect(await next).to.equal('done');
  });

  it('does not begin what nobody waits for any more', async () => {
    const queue = turns(1);
    const stop = new AbortController();
    let begun = false;
    const first = queue.run('a', later);
    const second = queue.run('a', () => Promise.resolve((begun = true)), stop.signal);
    stop.abort(new Error('too late'));
    expect(await second.catch((cause: unknown) => (cause as Error).message)).to.equal('too late');
    await first;
    expect(begun).to.equal(false);
  });
});
