import { Writable } from 'node:stream';
import { expect } from 'chai';
import { createLog, logLevels } from '../src/log.ts';
import type { LogOutput } from '../src/log.ts';

function output(kind: 'terminal' | 'file'): { output: LogOutput; lines: () => string[] } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString('utf8'));
      done();
    },
  });
  return {
    output: kind === 'terminal' ? Object.assign(stream, { isTTY: true }) : stream,
    lines: () => chunks.join('').split('\n').slice(0, -1),
  };
}

describe('the log', () => {
  it('writes JSON when nobody watches', () => {
    const { output: file, lines } = output('file');
    createLog('info', file).info('listening', { url: 'http://127.0.0.1:8080', port: 8080, count: undefined });
    const [line = ''] = lines();
    const { timestamp, ...rest } = JSON.parse(line) as Record<string, unknown>;
    expect(rest).to.deep.equal({ level: 'info', message: 'listening', url: 'http://127.0.0.1:8080', port: 8080 });
    expect(timestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('writes lines for people at a terminal', () => {
    const { output: terminal, lines } = output('terminal');
    createLog('info', terminal).warn('request', { route: 'GET /scim/v2/Users', status: 200, error: new Error('kim') });
    const [line, ...frames] = lines();
    expect(line).to.match(
      /^\d\d:\d\d:\d\d\.\d{3} warn {2}request route="GET \/scim\/v2\/Users" status=200 error=Error$/,
    );
    expect(frames.length).to.be.above(0);
    expect(frames.every((frame) => /^ +at /.test(frame))).to.equal(true);
  });

  for (const [index, level] of logLevels.entries()) {
    it(`at '${level}' leaves out what is less severe`, () => {
      const { output: file, lines } = output('file');
      const log = createLog(level, file);
      for (const severity of logLevels) log[severity](severity);
      expect(lines().map((line) => (JSON.parse(line) as { message: string }).message)).to.deep.equal(
        logLevels.slice(0, index + 1),
      );
    });
  }

  it('leaves out every field that is not on its list', () => {
    const { output: file, lines } = output('file');
    const fields = { requestId: 'r', userName: 'kim@corp.example', token: 'scim_x', body: {}, query: 'filter=kim' };
    createLog('info', file).info('request', fields);
    expect(Object.keys(JSON.parse(lines()[0] ?? '') as object).sort()).to.deep.equal([
      'level',
      'message',
      'requestId',
      'timestamp',
    ]);
  });

  const canary = 'canary@corp.example';
  const faults: [title: string, error: unknown, shown: string][] = [
    ['an error', new TypeError(canary), 'TypeError'],
    ['a code', Object.assign(new Error(canary), { code: 'ECONNREFUSED' }), 'Error(ECONNREFUSED)'],
    [
      'a number as code',
      Object.assign(new Error(canary), { name: 'MongoServerError', code: 11000 }),
      'MongoServerError(11000)',
    ],
    ['causes', new Error(canary, { cause: new RangeError(canary, { cause: canary }) }), 'Error < RangeError < string'],
    ['an odd name and code', Object.assign(new Error(canary), { name: canary, code: canary }), 'Error'],
    ['a message that looks like a stack', new Error(`x\n    at ${canary} (f:1:1)`), 'Error'],
    ['no stack', Object.assign(new Error(canary), { stack: undefined }), 'Error'],
    ['a thrown text', canary, 'string'],
    ['a cause of itself', circular(canary), 'Error < Error < Error < Error'],
  ];
  for (const [title, error, shown] of faults) {
    it(`tells an error’s name and code, never its message: ${title}`, () => {
      const { output: file, lines } = output('file');
      createLog('info', file).error('request failed', { error });
      expect(JSON.parse(lines()[0] ?? '')).to.include({ error: shown });
      expect(lines().join('')).not.to.contain('canary');
    });
  }
});

function circular(message: string): Error {
  const error = new Error(message);
  error.cause = error;
  return error;
}
