import { expect } from 'chai';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { urns } from '../../../src/scim/urns.ts';
import { exchange } from '../../support/exchange.ts';

const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    'bulkId:a',
    'bulkId:b',
    'a',
    'b',
    '/Users',
    'Groups',
    '/Users/bulkId:a',
    '/Groups/bulkId:b?attributes=id',
  ),
);

const values = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    texts,
    fc.constantFrom(null, true, 0, -1.5),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(texts, fc.constantFrom('userName', 'displayName', 'members', 'value', 'Operations')),
      tie('value'),
      {
        maxKeys: 3,
      },
    ),
  ),
})).value;

/** Each member as it should be most of the time. */
const operations = fc.record<Record<string, Json>>(
  {
    method: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'post') }, values),
    path: fc.oneof({ weight: 4, arbitrary: texts }, values),
    bulkId: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c') }, values),
    version: fc.oneof(fc.constantFrom('W/"1"', '*'), values),
    data: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ userName: texts, displayName: texts, members: values }, { requiredKeys: [] }),
      },
      values,
    ),
  },
  { requiredKeys: [] },
);

/** What is done where nothing before it is in the way. */
const sound = fc.constantFrom<Json>(
  { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'ann' } },
  { method: 'POST', path: '/Groups', bulkId: 'b', data: { displayName: 'g', members: [{ value: 'bulkId:a' }] } },
  { method: 'DELETE', path: '/Users/bulkId:a' },
);

describe('scim: a hostile Bulk', () => {
  it('is refused as a whole, or each of its operations is done or refused', async () => {
    let done = 0;
    const messages = fc.record<Record<string, Json>>(
      {
        schemas: fc.oneof(fc.constant<Json>([urns.bulkRequest]), values),
        failOnErrors: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 2, 99) }, values),
        Operations: fc.oneof(
          { weight: 9, arbitrary: fc.array(fc.oneof(sound, operations, values), { maxLength: 6 }) },
          values,
        ),
      },
      { requiredKeys: ['Operations'] },
    );
    await fc.assert(
      fc.asyncProperty(messages, async (body) => {
        const answer = await exchange()('POST', '/Bulk', { body });
        expect(answer.status).to.be.oneOf([200, 400]);
        if (answer.status !== 200) return;
        for (const { status, response } of answer.body['Operations'] as JsonObject[]) {
          expect(status).to.be.oneOf(['200', '201', '204', '400', '403', '404', '405', '409', '412']);
          if (Number(status) >= 400) expect(response).to.deep.include({ schemas: [urns.error], status });
          else done += 1;
        }
      }),
      { numRuns: 500 },
    );
    expect(done).to.be.above(10);
  });
});
