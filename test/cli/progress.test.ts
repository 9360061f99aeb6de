import { expect } from 'chai';
import { PassThrough } from 'node:stream';
import { lasting, meterOn } from '../../src/cli/progress.ts';

/** A screen that keeps what is written to it, and a clock that a test turns. */
function screen(isTTY: boolean) {
  let now = 0;
  let written = '';
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 200, rows: 20 });
  stream.on('data', (text: Buffer) => (written += text.toString()));
  return {
    meter: meterOn({ stream, elapsed: () => now }),
    pass: (ms: number) => (now += ms),
    written: () => written.replaceAll('\u00A0', ' '),
  };
}

describe('Progress', () => {
  it('is plain lines where there is no terminal: now and then, with what is left, and the end', () => {
    const { meter, pass, written } = screen(false);
    const shown = meter('en', 'Backing up');
    for (let done = 1; done <= 30; done += 1) {
      pass(1_000);
      shown.at(done * 1_000, 60_000);
    }
    shown.end();
    const lines = written().trimEnd().split('\n');
    expect(lines[0]).to.equal('Backing up: 5,000 of 60,000, 8 %, 55 s left');
    expect(lines[5]).to.equal('Backing up: 30,000 of 60,000, 50 %, 30 s left');
    expect(lines[6]).to.equal('Backing up: done, 30,000 in 30 s');
    expect(lines).to.have.length(7);
    expect(written()).to.not.contain('\u001B');
  });

  it('is nothing where the work is short, and no end is told of what was broken off', () => {
    const { meter, pass, written } = screen(false);
    const short = meter('en', 'Backing up');
    short.at(1, 2);
    short.end();
    expect(written()).to.equal('');
    const long = meter('en', 'Backing up');
    pass(6_000);
    long.at(1, 2);
    long.stop();
    expect(written()).to.equal('Backing up: 1 of 2, 50 %, 6 s left\n');
  });

  it('tells no share where no total is known, and none above all of it where that was too low', () => {
    const { meter, pass, written } = screen(false);
    const shown = meter('fr', 'Sauvegarde');
    pass(5_000);
    shown.at(1_234);
    pass(5_000);
    shown.at(20, 10);
    expect(written().replaceAll('\u202F', ' ')).to.equal(
      'Sauvegarde : 1 234\nSauvegarde : 20 sur 20, 100 %, encore 0 s\n',
    );
  });

  it('is a bar in a terminal, which is gone at the end', () => {
    const { meter, pass, written } = screen(true);
    const shown = meter('en', 'Restoring');
    pass(1_000);
    shown.at(250, 1_000);
    shown.stop();
    expect(written()).to.match(/█{7,8}░{22,23} Restoring: 250 of 1,000, 25 %, 3 s left/);
    expect(written().endsWith('\u001B[?25h') || written().includes('\u001B[0K'), JSON.stringify(written())).to.equal(
      true,
    );
  });

  it('is a count alone in a terminal where no total is known', () => {
    const { meter, written } = screen(true);
    const shown = meter('en', 'Backing up');
    shown.at(7);
    shown.end();
    expect(written()).to.contain('Backing up: 7').and.not.contain('░');
  });

  it('says times as people do', () => {
    expect([400, 59_400, 60_000, 200_000, 7_500_000].map(lasting)).to.deep.equal([
      '0 s',
      '59 s',
      '1 min 0 s',
      '3 min 20 s',
      '2 h 5 min',
    ]);
  });
});
