import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Person } from '../../src/domain/person.ts';
import { protocolOver } from '../../src/protocol.ts';
import type { Json, ScimRequest } from '../../src/scim/types.ts';
import type { ResourceDocument } from '../../src/storage/documents.ts';
import { migrate } from '../../src/storage/schema.ts';
import { site, type Process, type Site } from '../support/administration.ts';
import { testCaller } from '../support/callers.ts';
import { testRegistry } from '../support/schemas.ts';
import { typed } from './typed.ts';

interface Reported {
  readonly query: Readonly<Record<string, unknown>>;
  readonly generatedAt: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly count: number;
}

describe('cli: what auditors ask', function () {
  this.timeout(60_000);
  let here: Site;
  let one: Process;
  let tenant: string;
  let connection: string;
  const { rollcall, json, opened } = typed(() => one.ports);
  const report = async (line: string) => (await json(line)) as Reported;
  const ids: Record<'ann' | 'bob' | 'sales' | 'role', string> = { ann: '', bob: '', sales: '', role: '' };
  const times: string[] = [];

  /** The instant now, which nothing else happens at. */
  async function mark(): Promise<void> {
    await sleep(5);
    times.push(new Date().toISOString());
    await sleep(5);
  }

  before(async () => {
    here = await site();
    one = await here.process();
    await migrate(one.db);
    tenant = ((await json('tenant create acme')) as { id: string }).id;
    connection = ((await json('connection create okta --kind okta')) as { id: string }).id;
    const handle = protocolOver(one.db, testRegistry(), 'http://127.0.0.1');
    const ask = async (method: ScimRequest['method'], path: string[], body?: Json): Promise<string> => {
      const caller = testCaller({ tenant, connection, requestId: randomUUID(), deadline: Date.now() + 10_000 });
      const answer = await handle({ method, path, query: {}, caller, ...(body !== undefined && { body }) });
      expect(answer.status).to.be.below(300);
      const id = answer.body?.['id'];
      return typeof id === 'string' ? id : '';
    };
    const patch = (path: string[], ...Operations: Json[]) => ask('PATCH', path, { Operations });
    await mark();
    ids.ann = await ask('POST', ['Users'], { userName: 'ann' });
    ids.bob = await ask('POST', ['Users'], { userName: '=bob;"1"', title: 'Engineer' });
    ids.sales = await ask('POST', ['Groups'], { displayName: 'Sales', members: [{ value: ids.ann }] });
    await mark();
    await patch(['Groups', ids.sales], { op: 'add', path: 'members', value: [{ value: ids.bob }] });
    await patch(['Users', ids.bob], { op: 'replace', path: 'title', value: 'Head' });
    await mark();
    await patch(['Groups', ids.sales], { op: 'remove', path: `members[value eq "${ids.ann}"]` });
    await patch(['Groups', ids.sales], { op: 'replace', path: 'displayName', value: 'Marketing' });
    await ask('DELETE', ['Users', ids.bob]);
    await mark();
  });

  after(async () => {
    await one.close();
    await here.drop();
  });

  afterEach(() => {
    expect(opened(), 'what was opened is closed').to.equal(0);
  });

  const at = (which: number): string => times[which] ?? '';

  it('who was in a group at an instant, by the name that it had then or has now, also who is removed since', async () => {
    const membersAt = async (which: number, group = 'sales') =>
      (await report(`who --group ${group} --at ${at(which)}`)).rows.map(({ name }) => name);
    expect(await membersAt(0)).to.deep.equal([]);
    expect(await membersAt(1)).to.deep.equal(['ann']);
    expect(await membersAt(2)).to.have.members(['ann', '=bob;"1"']);
    expect(await membersAt(2, 'Marketing')).to.have.length(2);
    expect(await membersAt(2, ids.sales)).to.have.length(2);
    expect(await membersAt(3)).to.deep.equal([]);
    const { rows, query, count, generatedAt } = await report(`who --group sales --at ${at(2)}`);
    expect(count).to.equal(2);
    expect(query).to.deep.equal({
      what: 'members',
      group: { id: ids.sales, kind: 'Group', name: 'Marketing' },
      at: at(2),
    });
    expect(Date.parse(generatedAt)).to.be.greaterThan(Date.parse(at(3)));
    const bob = rows.find(({ id }) => id === ids.bob);
    expect(bob).to.include({ kind: 'User' });
    expect(String(bob?.['since']) < at(2) && at(2) < String(bob?.['until'])).to.equal(true);
  });

  it('for people: in columns, with their count, what was asked and when it was read', async () => {
    const { code, out } = await rollcall(`who --group Sales --at ${at(2)}`);
    expect(code).to.equal(0);
    expect(out).to.match(/^NAME +ID +KIND +SINCE +UNTIL +VIA\n/);
    expect(out).to.match(
      new RegExp(`\n\n2 rows, read \\S+Z\\. Asked: what members, group Marketing \\(${ids.sales}\\), at ${at(2)}\n$`),
    );
    expect((await rollcall(`who --group Sales --at ${at(0)}`)).out).to.match(/^NAME .*\n\n0 rows, /);
    expect((await rollcall('changes --from 2020-01-01 --lang fr')).out).to.match(/\n\n\d+ lignes, lues /);
  });

  it('as CSV that spreadsheets open: marked, without formulas, with its end as the last record', async () => {
    const { out } = await rollcall(`who --group Sales --at ${at(2)} --csv`);
    const lines = out.split('\r\n');
    expect(lines[0]).to.equal('\uFEFFid,kind,name,since,until,via');
    expect(out).to.contain(`${ids.bob},User,"'=bob;""1""",`);
    expect(lines).to.have.length(5);
    expect(lines[3]).to.match(/^# count: 2,"query: \{.*\}",generatedAt: \S+Z,,,$/);
    const french = await rollcall(`who --group Sales --at ${at(1)} --csv --separator ;`);
    expect(french.out.split('\r\n')[1]).to.match(new RegExp(`^${ids.ann};User;ann;\\S+Z;\\S+Z;$`));
    expect((await rollcall('who --admins --csv --json')).code).to.equal(2);
  });

  it('who held a role, a license or a place in an entity, and who was an administrator', async () => {
    const resources = one.db.collection<ResourceDocument>('resources');
    const state = await resources.findOne({ _id: ids.ann });
    if (!state) throw new Error('no ann');
    const [role, entity] = [randomUUID(), randomUUID()];
    const made = { ...state, fold: {}, revised: new Date(), created: new Date() };
    await resources.insertMany([
      { ...made, _id: role, type: 'Role', name: 'Trainer', key: 'Role:trainer' },
      { ...made, _id: entity, type: 'Entity', name: 'Paris', key: 'Entity:paris' },
    ]);
    const person: Person = {
      status: 'active',
      primaryRole: 'admin',
      grants: [
        { what: 'role', id: role, name: 'Trainer', origins: [{ by: 'hand' }] },
        { what: 'entity', id: entity, name: 'Paris', origins: [{ by: 'rule', ref: 'r', role: 'Clerk' }] },
      ],
    };
    const held = [`role:${role}`, `entity:${entity}`, 'admin'];
    await resources.updateOne({ _id: ids.ann }, { $set: { person, held } });
    expect((await report('who --role trainer')).rows).to.deep.equal([
      {
        ...{ id: ids.ann, name: 'ann', status: 'active', primaryRole: 'admin', roles: ['Trainer'] },
        origins: [{ by: 'hand' }],
      },
    ]);
    expect((await report('who --entity Paris')).rows[0]).to.include({ companyRole: 'Clerk' });
    expect((await rollcall('who --entity Paris')).out).to.match(/ann .* Clerk +rule\n/);
    expect((await rollcall('who --admins')).out).to.match(/ann .* active +admin +Trainer\n/);
    expect((await report(`who --role trainer --at ${at(0)}`)).rows).to.deep.equal([]);
  });

  it('what happened to somebody, who is removed or not, and by whose order', async () => {
    const { rows, count } = await report('timeline =bob;"1" --oldest');
    expect(rows.map(({ event, why }) => `${String(event)} ${String(why)}`)).to.deep.equal([
      'create undefined',
      'join member',
      'revise undefined',
      'remove undefined',
      'leave removal',
    ]);
    expect(count).to.equal(5);
    for (const row of rows) expect(row).to.include({ by: connection, byName: 'okta' });
    expect(rows[1]).to.include({ group: ids.sales, groupName: 'Marketing' });
    expect(rows[2]?.['differences']).to.deep.equal([{ path: 'title', before: 'Engineer', after: 'Head' }]);
    const { out } = await rollcall('timeline ann');
    expect(out).to.match(/^TIME +EVENT +WHAT +WHY +BY +REQUEST\n.* leave +Marketing +member +okta /);
  });

  it('somebody as he was at an instant', async () => {
    const then = (await json(`timeline ${ids.bob} --at ${at(2)}`)) as Record<string, unknown>;
    expect(then).to.have.nested.property('state.attributes.title', 'Head');
    expect(then).to.have.nested.property('groups[0].name', 'Sales');
    const { out } = await rollcall(`timeline ann --at ${at(1)}`);
    expect(out).to.match(/^ann \(.*\n {2}As of .*\n(?:.*\n)* {2}Groups +Sales\n/);
    expect((await rollcall(`timeline ann --at ${at(0)}`)).out).to.equal('ann did not exist then.\n');
  });

  it('what changed between two instants, of a kind, of a resource, by a connection', async () => {
    const { rows } = await report(`changes --from ${at(1)} --to ${at(2)}`);
    expect(rows.map(({ operation, name, joined }) => [operation, name, joined])).to.deep.equal([
      ['members', 'Marketing', 1],
      ['revise', '=bob;"1"', undefined],
    ]);
    expect((await report(`changes --from ${at(0)} --to ${at(1)} --kind User`)).count).to.equal(2);
    expect((await report(`changes --from ${at(0)} --resource ${ids.bob}`)).count).to.equal(3);
    expect((await report(`changes --from ${at(0)} --by okta`)).count).to.equal(8);
    expect((await report(`changes --from ${at(0)} --by nobody`)).count).to.equal(0);
    expect((await report(`changes --from ${at(0)} --operation remove`)).rows[0]).to.include({ resource: ids.bob });
    expect((await rollcall(`changes --from ${at(1)} --to ${at(2)}`)).out).to.match(
      / members +Group +Marketing .* \+1 +okta /,
    );
  });

  it('accounts outside SCIM, and the tokens of all connections with their last use', async () => {
    expect((await report('accounts --outside-scim')).rows).to.deep.equal([]);
    await one.db.collection<ResourceDocument>('resources').updateOne({ _id: ids.ann }, { $unset: { owner: '' } });
    expect((await report('accounts --outside-scim')).rows).to.have.nested.property('[0].name', 'ann');
    await rollcall('connection create entra');
    const { rows, count } = await report('token list --all');
    expect(rows.map(({ name }) => name)).to.deep.equal(['entra', 'okta']);
    expect(count).to.equal(2);
    expect((await rollcall('token list --all')).out).to.match(/^KIND +NAME +ID +STATE .*\ntoken +entra /);
  });

  it('notes what was read, which is no change of anything', async () => {
    const begun = new Date().toISOString();
    await rollcall(`who --group Sales --at ${at(2)}`);
    await rollcall('who --group Sales --at nonsense');
    const { rows } = await report(`changes --from ${begun} --operation read`);
    expect(rows.map(({ by, kind, differences }) => ({ by, kind, differences }))).to.deep.equal([
      {
        by: 'test',
        kind: 'History',
        differences: [
          {
            path: 'query',
            after: { what: 'members', group: { id: ids.sales, kind: 'Group', name: 'Marketing' }, at: at(2) },
          },
        ],
      },
    ]);
    expect((await report(`changes --from ${begun}`)).count).to.equal(0);
  });

  const refused: readonly (readonly [line: string, code: number, why: RegExp])[] = [
    ['who --group Sales --at yesterday', 2, /must be an instant in ISO 8601/],
    ['who --group Sales --at 2026-02-30', 2, /must be an instant/],
    ['who --group Sales --at 2026-02-03T10:00', 2, /must be an instant/],
    ['who --group Sales --at 2999-01-01', 1, /is to come/],
    ['who --group Nobodies', 1, /There is no Group 'Nobodies'/],
    ['who --role Nothing', 1, /There is no Role 'Nothing'/],
    ['who', 2, /say one of --group, --role/],
    ['who --group a --admins', 2, /say one of --group, --role/],
    ['timeline nobody', 1, /There is no User 'nobody'/],
    ['timeline ann --at 2026-01-01 --csv', 2, /say one of --at, --csv/],
    ['changes', 2, /--from/],
    ['changes --from 2026-02-01 --to 2026-01-01', 1, /is before the beginning/],
    ['accounts', 2, /--outside-scim/],
  ];
  for (const [line, code, why] of refused)
    it(`is refused with a reason: ${line}`, async () => {
      const { code: ended, err, out } = await rollcall(line);
      expect([ended, out]).to.deep.equal([code, '']);
      expect(err).to.match(why);
    });
});
