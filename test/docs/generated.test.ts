import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { outOfDate, withSection } from '../../scripts/docs.ts';
import { errorsShown, kindKey, table } from '../../scripts/tables.ts';
import { errorKinds } from '../../src/scim/errorKinds.ts';

/** Errors that no single request runs into, and the test that shows each. */
const shownElsewhere: ReadonlyMap<string, string> = new Map([
  ['400 expiredCursor', 'test/scim/paging.test.ts'],
  ['400 tooMany', 'test/contracts/members.contract.ts'],
  ['429', 'test/http/rate.test.ts'],
  ['503', 'test/http/authenticate.test.ts'],
]);

/** Whether that test speaks of the error at all. */
const isShown = (kind: string): boolean => {
  const file = shownElsewhere.get(kind);
  const [status = '', scimType = status] = kind.split(' ');
  return file !== undefined && readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').includes(scimType);
};

describe('the generated documents', () => {
  it('say what their sources say: npm run generate', async () => {
    expect(await outOfDate()).to.deep.equal([]);
  });

  it('a section is replaced between its markers, and only there', () => {
    const document = 'before\n<!-- generated: x -->\nold\n<!-- end: x -->\nafter';
    expect(withSection(document, 'x', 'new')).to.equal(
      'before\n<!-- generated: x -->\n\nnew\n\n<!-- end: x -->\nafter',
    );
  });

  it('a document without the markers is refused', () => {
    expect(() => withSection('nothing here', 'x', 'new')).to.throw('<!-- generated: x -->');
  });

  it('a bar or a line break in a cell does not break the table', () => {
    expect(table(['a'], [['b|c\nd']])).to.equal('| a |\n| --- |\n| b\\|c d |');
  });

  it('every kind of error is shown by a transcript, or by a test that is named', async () => {
    const shown = await errorsShown();
    const unseen = errorKinds()
      .map(({ status, scimType }) => kindKey(status, scimType))
      .filter((kind) => !shown.has(kind) && !isShown(kind));
    expect(unseen).to.deep.equal([]);
  });
});
