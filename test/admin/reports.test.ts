import { expect } from 'chai';
import { jsonOf, rowsOf, type Report } from '../../src/admin/reports.ts';
import { writtenRows, type CsvForm } from '../../src/admin/rows.ts';

interface Row {
  readonly n: number;
  readonly name?: string;
  readonly tags?: readonly string[];
}

const generatedAt = new Date('2026-11-23T10:00:00Z');

/** A report that is read two rows at a time, and once none though more come. */
const reportOf = (rows: readonly Row[]): Report<Row> => ({
  query: { what: 'numbers', at: generatedAt },
  generatedAt,
  columns: ['n', 'name', 'tags'],
  async page({ from = '0' }) {
    const at = Number(from);
    const empty = at === 2 && !from.startsWith('0');
    const some = empty ? [] : rows.slice(at, at + 2);
    const next = empty ? '02' : String(at + 2);
    return { rows: some, next: !empty && at + 2 >= rows.length ? undefined : next };
  },
});

async function text(pieces: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const piece of pieces) all += piece;
  return all;
}

const csv = (rows: readonly Row[], form?: CsvForm) =>
  text(writtenRows({ ...rowsOf(reportOf(rows)), ...(form && { csv: form }) }, 'csv'));

const three: readonly Row[] = [
  { n: 1, name: 'a;b' },
  { n: -2, tags: ['=x', 'y'] },
  { n: 3, name: '+33 1' },
];

describe('A report', () => {
  it('is one JSON document that ends with how many rows it has', async () => {
    for (const rows of [[], three.slice(0, 1), three]) {
      const written = await text(jsonOf(reportOf(rows)));
      expect(JSON.parse(written)).to.deep.equal({
        ...{ query: { what: 'numbers', at: generatedAt.toISOString() }, generatedAt: generatedAt.toISOString() },
        ...{ rows, count: rows.length },
      });
      expect(written).to.match(/\],\n {2}"count": \d\n\}\n$/);
    }
  });

  it('is CSV whose last record says how many rows it has, in as many cells as any other', async () => {
    expect(await csv(three)).to.equal(
      [
        'n,name,tags',
        '1,a;b,',
        `-2,,"'=x, y"`,
        `3,'+33 1,`,
        '# count: 3,"query: {""what"":""numbers"",""at"":""2026-11-23T10:00:00.000Z""}",generatedAt: 2026-11-23T10:00:00.000Z',
        '',
      ].join('\r\n'),
    );
    const narrow: Report<Row> = { ...reportOf(three), columns: ['n'] };
    const [last] = (await text(writtenRows(rowsOf(narrow), 'csv'))).trimEnd().split('\r\n').slice(-1);
    expect(last).to.match(/^"# count: 3; query: .*; generatedAt: .*"$/);
  });

  it('is CSV as French spreadsheets expect it', async () => {
    const lines = (await csv(three, { separator: ';', mark: 'bom' })).split('\r\n');
    expect(lines.slice(0, 3)).to.deep.equal(['\uFEFFn;name;tags', '1;"a;b";', "-2;;'=x, y"]);
  });

  it('is a JSON object on each line, the last of them its end', async () => {
    const lines = (await text(writtenRows(rowsOf(reportOf(three)), 'ndjson'))).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal([
      ...three,
      {
        ...{ count: 3, generatedAt: generatedAt.toISOString() },
        query: { what: 'numbers', at: generatedAt.toISOString() },
      },
    ]);
  });
});
