import { expect } from 'chai';
import { commandOf, domain } from '../../scripts/domain.ts';
import { routes } from '../../src/admin/api/table.ts';
import { unserved } from '../../src/cli/routes/table.ts';
import { hasTest } from '../support/shown.ts';
import { testRegistry } from '../support/schemas.ts';

const rows = domain.pages.flatMap(({ title, rows: own }) => own.map((row) => ({ title, ...row })));

/** What can be asked of the admin API: its routes, and batches of them. */
const asked = new Set([...routes.map(({ method, path }) => `${method} ${path}`), 'POST /batch']);

/** What can be asked of SCIM: its types as they are, and Bulk. */
const endpoints = testRegistry().types.map(({ endpoint }) => endpoint);

describe('the table of what the pages ask', () => {
  it('is of five pages, one of which is in two languages, and quotes no sentence of a page twice', () => {
    const titles = domain.pages.map(({ title, french }) => [title, ...(french === undefined ? [] : [french])]);
    expect(titles.flat()).to.have.length(5);
    for (const { title, rows: own } of domain.pages) {
      const says = own.map((row) => row.says);
      expect(new Set(says).size, title).to.equal(says.length);
    }
  });

  it('names a call and what shows it, or what the sentence waits for', () => {
    for (const { says, api, scim = [], shown, waits = [] } of rows) {
      expect(says).to.match(/^\S.{10}/);
      const isServed = api.length + scim.length > 0 && shown.length > 0;
      expect(isServed || waits.length > 0, says).to.equal(true);
      expect(api.length + scim.length === 0 || shown.length > 0, says).to.equal(true);
    }
  });

  it('names routes that are there, each with a command or a reason why it has none', () => {
    for (const route of rows.flatMap(({ api }) => api)) {
      expect([...asked], route).to.include(route);
      if (route !== 'POST /batch') expect(commandOf(route) ?? unserved[route], route).to.be.a('string');
    }
  });

  it('names calls of SCIM that are there', () => {
    for (const call of rows.flatMap(({ scim = [] }) => scim)) {
      const [, method = '', endpoint = ''] = /^([A-Z]+) (\/\w+)(?:\/\{id\})?$/.exec(call) ?? [];
      expect(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], call).to.include(method);
      expect([...endpoints, '/Bulk'], call).to.include(endpoint);
    }
  });

  it('names tests that are there', () => {
    for (const test of rows.flatMap(({ shown }) => shown)) expect(hasTest(test), test).to.equal(true);
  });

  it('says of everything that a sentence waits for what it is, and of nothing else', () => {
    const words = new Set(rows.flatMap(({ waits = [] }) => waits));
    expect([...words]).to.have.members(Object.keys(domain.waits));
  });
});
