import { expect } from 'chai';
import fc from 'fast-check';
import { comparePositions } from '../../src/scim/order.ts';
import { boundTo, pageAsked, pageShown } from '../../src/scim/paging.ts';
import { limits } from '../../src/scim/limits.ts';
import type { Page, PageByCursor, Position } from '../../src/scim/types.ts';
import { testCaller } from '../support/callers.ts';
import { memoryProtocol } from '../support/memoryProtocol.ts';
import { memoryStores } from '../support/memoryStore.ts';
import { testType } from '../support/schemas.ts';
import { refused } from '../contracts/stores.ts';

const { seals } = memoryProtocol(memoryStores());
const types = [testType('User')];
/** Who asks, and where. */
const asker = (caller = testCaller(), place = 'Users') => ({ caller, path: [place] });

const bound = boundTo(asker(), types, {});
const at = (milliseconds: number) => ({ seals, clock: () => milliseconds });
const asked = (parameters: Record<string, string>, milliseconds = 0, to = bound) =>
  pageAsked(parameters, to, at(milliseconds));
const nowhere: Position = { id: 'u1' };

async function nextCursor(count = 2, to = bound): Promise<string> {
  const page = { cursor: { towards: 'next' }, count } as const;
  const { nextCursor: cursor } = await pageShown(page, { positions: [nowhere], more: true }, to, at(0));
  return text(cursor);
}

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new Error('no cursor');
  return value;
};

describe('Paging', () => {
  const byIndex: readonly [parameters: Record<string, string>, startIndex: number, count: number][] = [
    [{}, 1, 100],
    [{ startIndex: '', count: '' }, 1, 100],
    [{ startIndex: ' 3 ', count: '+7' }, 3, 7],
    [{ startIndex: '0', count: '0' }, 1, 0],
    [{ startIndex: '-9', count: '-9' }, 1, 0],
    [{ count: '1001' }, 1, 1_000],
    [{ startIndex: '9'.repeat(30), count: '9'.repeat(30) }, Number.MAX_SAFE_INTEGER, 1_000],
  ];
  for (const [parameters, startIndex, count] of byIndex)
    it(`is by index, as RFC 7644 says, for ${JSON.stringify(parameters)}`, async () => {
      expect(await asked(parameters)).to.deep.equal({ startIndex, count });
    });

  const byCursor: readonly [parameters: Record<string, string>, count: number][] = [
    [{ cursor: '' }, 100],
    [{ cursor: '', count: '0' }, 0],
    [{ cursor: '', count: '-1' }, 0],
    [{ cursor: '', count: '1000' }, 1_000],
  ];
  for (const [parameters, count] of byCursor)
    it(`begins a crawl by cursor for ${JSON.stringify(parameters)}`, async () => {
      expect(await asked(parameters)).to.deep.equal({ cursor: { towards: 'next' }, count });
    });

  const wrong: readonly [parameters: Record<string, string>, scimType: string][] = [
    [{ count: 'ten' }, 'invalidValue'],
    [{ startIndex: '1.5' }, 'invalidValue'],
    [{ cursor: '', startIndex: '1' }, 'invalidValue'],
    [{ cursor: '', count: 'ten' }, 'invalidCount'],
    [{ cursor: '', count: '1001' }, 'invalidCount'],
    [{ cursor: 'forged' }, 'invalidCursor'],
  ];
  for (const [parameters, scimType] of wrong)
    it(`answers 400 ${scimType} to ${JSON.stringify(parameters)}`, async () => {
      await refused(asked(parameters), 400, scimType);
    });

  it('goes on behind the last one, with the same count, until the advertised time is over', async () => {
    const cursor = await nextCursor();
    const last = limits.cursorSeconds * 1_000;
    for (const milliseconds of [-5_000, 0, last])
      expect(await asked({ cursor, count: '2' }, milliseconds)).to.deep.equal({
        cursor: { from: nowhere, towards: 'next' },
        count: 2,
      });
    await refused(asked({ cursor, count: '2' }, last + 1), 400, 'expiredCursor');
    for (const count of ['3', '']) await refused(asked({ cursor, count }), 400, 'invalidCount');
  });

  it('refuses a cursor of anything else in one way', async () => {
    const parameters = { filter: 'active eq true', sortBy: 'title', sortOrder: 'ascending', attributes: 'title' };
    const own = boundTo(asker(), types, parameters);
    const cursor = await nextCursor(2, own);
    const others = [
      boundTo(asker(testCaller({ tenant: 'globex' })), types, parameters),
      boundTo(asker(testCaller({ connection: 'entra' })), types, parameters),
      boundTo(asker(testCaller(), '.search'), types, parameters),
      boundTo(asker(), [testType('Group')], parameters),
      boundTo(asker(), [...types, testType('Group')], parameters),
      ...Object.keys(parameters).map((name) => boundTo(asker(), types, { ...parameters, [name]: 'other' })),
      boundTo(asker(), types, { ...parameters, excludedAttributes: 'name' }),
      boundTo(asker(), types, { ...parameters, filter: '' }),
      boundTo(asker(), types, {}),
    ];
    const details = await Promise.all(
      others.map(
        async (other) => (await refused(asked({ cursor, count: '2' }, 0, other), 400, 'invalidCursor')).message,
      ),
    );
    details.push((await refused(asked({ cursor: `${cursor}x`, count: '2' }, 0, own), 400, 'invalidCursor')).message);
    expect(new Set(details).size).to.equal(1);
    expect(await asked({ cursor, count: '2' }, 0, own)).to.have.property('count', 2);
  });

  it('says nothing of cursors by index, nor where only the number is asked for', async () => {
    const found = { positions: [nowhere], more: true };
    expect(await pageShown({ startIndex: 3, count: 1 }, found, bound, at(0))).to.deep.equal({
      startIndex: 3,
      itemsPerPage: 1,
    });
    const none = { cursor: { towards: 'next' }, count: 0 } as const;
    expect(await pageShown(none, { positions: [], more: true }, bound, at(0))).to.deep.equal({ itemsPerPage: 0 });
  });

  describe('by cursor', () => {
    /** A page of positions, as a store finds it. */
    function found(list: readonly Position[], { cursor: { from, towards }, count }: PageByCursor) {
      const isBehind = (each: Position): boolean => {
        const order = from ? comparePositions(each, from) : 0;
        return !from || (towards === 'next' ? order > 0 : order < 0);
      };
      const behind = list.filter(isBehind);
      const positions = towards === 'next' ? behind.slice(0, count) : behind.slice(Math.max(0, behind.length - count));
      return { positions, more: behind.length > count };
    }
    const requireCursor = (page: Page): PageByCursor => {
      if (!page.cursor) throw new Error('not by cursor');
      return page;
    };
    /** The pages that one cursor after the other leads to. */
    async function walk(list: readonly Position[], count: number, name: 'nextCursor' | 'previousCursor', first = '') {
      const pages: { ids: readonly string[]; shown: Record<string, unknown> }[] = [];
      for (let cursor: unknown = first; typeof cursor === 'string'; cursor = pages.at(-1)?.shown[name]) {
        const page = requireCursor(await asked({ cursor, count: String(count) }));
        const read = found(list, page);
        const shown = await pageShown(page, read, bound, at(0));
        pages.push({ ids: read.positions.map(({ id }) => id), shown });
        if (pages.length > list.length + 2) throw new Error('the list does not end');
      }
      return pages;
    }
    const lists = fc
      .uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 12 })
      .chain((ids) =>
        fc.tuple(...ids.map((id) => fc.option(fc.integer({ min: 0, max: 3 })).map((key) => ({ id, key })))),
      )
      .map((items) =>
        items.map(({ id, key }): Position => (key === null ? { id } : { id, key })).sort(comparePositions),
      );

    it('shows each once, in order, and back again; only the first page has none before it, the last none after', () =>
      fc.assert(
        fc.asyncProperty(lists, fc.integer({ min: 1, max: 5 }), async (list, count) => {
          const ids = list.map(({ id }) => id);
          const forth = await walk(list, count, 'nextCursor');
          expect(forth.flatMap((page) => page.ids)).to.deep.equal(ids);
          expect(forth.map(({ shown }) => 'previousCursor' in shown)).to.deep.equal(forth.map((_, index) => index > 0));
          const { previousCursor } = forth.at(-1)?.shown ?? {};
          if (typeof previousCursor !== 'string') return;
          const back = await walk(list, count, 'previousCursor', previousCursor);
          expect(back.toReversed().flatMap((page) => page.ids)).to.deep.equal(
            forth.slice(0, -1).flatMap((page) => page.ids),
          );
          expect(back.every(({ shown }) => 'nextCursor' in shown)).to.equal(true);
        }),
      ));

    it('leads back from an empty page, where all that was to come is gone', async () => {
      const page = { cursor: { from: { id: 'b' }, towards: 'next' }, count: 2 } as const;
      const shown = await pageShown(page, { positions: [], more: false }, bound, at(0));
      expect(Object.keys(shown)).to.deep.equal(['itemsPerPage', 'previousCursor']);
      const back = requireCursor(await asked({ cursor: text(shown['previousCursor']), count: '2' }));
      expect(back.cursor).to.deep.equal({ towards: 'previous' });
      const last = found([{ id: 'a' }, { id: 'b' }, { id: 'c' }], back);
      expect(last.positions.map(({ id }) => id)).to.deep.equal(['b', 'c']);
      expect(Object.keys(await pageShown(back, last, bound, at(0)))).to.deep.equal(['itemsPerPage', 'previousCursor']);
    });
  });
});
