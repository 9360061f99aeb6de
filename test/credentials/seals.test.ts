import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { seals } from '../../src/credentials/seals.ts';

const secret = randomBytes(32);
const sealsOf = (bytes: Uint8Array, purpose = 'cursors') => seals(() => Promise.resolve(bytes), purpose);
const { seal, open } = sealsOf(secret);

describe('Seals', () => {
  it('open to what was sealed, and are made of unreserved characters alone', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string(), async (text, context) => {
        const sealed = await seal(text, context);
        expect(sealed).to.match(/^[\w-]+$/);
        expect(await open(sealed, context)).to.equal(text);
      }),
    ));

  it('are never the same twice, and show nothing of the text', async () => {
    const sealed = await Promise.all(Array.from({ length: 100 }, () => seal('bjensen', 'c')));
    expect(new Set(sealed).size).to.equal(100);
    for (const each of sealed) expect(Buffer.from(each, 'base64url').toString('latin1')).to.not.include('bjensen');
  });

  it('open in their own context, purpose and secret only', async () => {
    const sealed = await seal('text', 'context');
    expect(await open(sealed, 'contex')).to.equal(undefined);
    expect(await sealsOf(secret, 'journal').open(sealed, 'context')).to.equal(undefined);
    expect(await sealsOf(randomBytes(32)).open(sealed, 'context')).to.equal(undefined);
    expect(await sealsOf(Buffer.from(secret)).open(sealed, 'context')).to.equal('text');
  });

  it('do not open where a character was changed, taken away or added', async () => {
    const sealed = await seal('text', 'context');
    for (let at = 0; at < sealed.length; at++) {
      for (const other of ['A', '_', '', '==', `${sealed[at] ?? ''}A`]) {
        const forged = sealed.slice(0, at) + other + sealed.slice(at + 1);
        if (forged !== sealed) expect(await open(forged, 'context'), forged).to.equal(undefined);
      }
    }
    for (const forged of ['', 'x', '%', '🎉', `${sealed}=`, `${sealed} `, sealed.replaceAll(/./g, 'A')])
      expect(await open(forged, 'context'), forged).to.equal(undefined);
  });
});
