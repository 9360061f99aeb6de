import { expect } from 'chai';
import type { Json } from '../../src/scim/types.ts';
import { exchange } from '../support/exchange.ts';

/** As many as fit into a body, of a group and of a user. */
const [manyMembers, manyValues] = [100_000, 20_000];
/** Milliseconds. */
const moment = 2_000;

const group = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const user = 'urn:ietf:params:scim:schemas:core:2.0:User';

const list = (length: number, one: (at: number) => Json): Json[] => Array.from({ length }, (_, at) => one(at));
const members = (one: (at: number) => Json): Json => ({
  schemas: [group],
  displayName: 'Ops',
  members: list(manyMembers, one),
});
const emails = (one: (at: number) => Json): Json => ({
  schemas: [user],
  userName: 'kim',
  emails: list(manyValues, one),
});

const unknown = Object.fromEntries(Array.from({ length: manyValues }, (_, at) => [`a${at}`, null]));

/** Bodies within the limit of their size that took ajv seconds, or made it tell of each element. */
const bodies: [what: string, path: string, body: Json, statuses: number[]][] = [
  ['members that are none', '/Groups', members(() => ({})), [400]],
  ['members that are numbers', '/Groups', members((at) => at), [400]],
  ['members that are lists', '/Groups', members(() => [[]]), [400]],
  ['one member again and again', '/Groups', members(() => ({ value: 'same', display: 'x' })), [201]],
  [
    'members that differ in what does not matter',
    '/Groups',
    members((at) => ({ value: 'same', $ref: `${at}` })),
    [201],
  ],
  ['e-mails that are none', '/Users', emails(() => ({ value: {} })), [413]],
  ['one e-mail again and again', '/Users', emails(() => ({ value: 'kim@corp.example' })), [413]],
  ['e-mails that are all primary', '/Users', emails((at) => ({ value: `${at}`, primary: true })), [413]],
  ['attributes that no schema has', '/Users', { schemas: [user], userName: 'kim', ...unknown }, [201]],
];

describe('Hostile bodies', () => {
  for (const [what, path, body, statuses] of bodies)
    it(`is answered in a moment: ${what}`, async () => {
      const took: number[] = [];
      // A pause of the machine is not ours: what seems slow is timed again.
      for (let round = 0; round < 5 && !took.some((ms) => ms < moment); round += 1) {
        const send = exchange();
        const started = performance.now();
        const answer = await send('POST', path, { body });
        took.push(performance.now() - started);
        expect(answer.status, JSON.stringify(answer.body)).to.be.oneOf(statuses);
        if (answer.status >= 400) expect(JSON.stringify(answer.body).length).to.be.below(500);
      }
      expect(Math.min(...took)).to.be.below(moment);
    });
});
