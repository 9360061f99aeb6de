import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { everyPermission } from '../../src/domain/permissions.ts';
import type { Client } from '../support/client.ts';
import {
  throughAdmin,
  throughCommands,
  throughHistory,
  throughScim,
  type Look,
  type Thing,
  type Things,
} from './looks.ts';
import { entraOf, oktaOf, type Provider } from './providers.ts';
import { eventually, firstStart, type Site } from './site.ts';

/** What was seen after a step, and when. */
interface Noted {
  readonly step: string;
  readonly at: Date;
  readonly things: Things;
  readonly look: Look;
}

const named = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, '0')}`);

const sorted = (ids: readonly string[]): readonly string[] => [...ids].sort();

describe("An organization's life", function () {
  this.timeout(60_000);
  let site: Site;
  let key: string;
  let chief: string;
  let readers: Client;
  let okta: Provider;
  let entra: Provider;
  let oktas: readonly string[];
  let entras: readonly string[];
  const things = new Map<string, Thing>();
  const steps: Noted[] = [];
  let began: Date;
  let isBroken = false;

  before(async () => {
    site = await firstStart();
    key = site.first.adminApiKey;
    began = new Date();
  });
  after(() => site.stop());
  // Every step stands on those before it.
  beforeEach(function () {
    if (isBroken) this.skip();
  });
  afterEach(function () {
    isBroken ||= this.currentTest?.state === 'failed';
  });

  const get = (path: string) => site.ask(key, 'GET', path);
  const done = async (status: number, method: string, path: string, body?: object) => {
    const answer = await site.ask(key, method, path, body);
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.json)}`).to.equal(status);
    return answer.json;
  };
  const made = async (kind: Thing['kind'], name: string, path: string, body: object) => {
    const { id } = await done(201, 'POST', path, { name, ...body });
    things.set(name, { kind, id: String(id) });
    return String(id);
  };
  const idOf = (name: string): string => things.get(name)?.id ?? expect.fail(`no ${name}`);
  const pool = () => get(`/license-pools/${idOf('recording')}`);

  /** Until every job is done. */
  const settled = async () => {
    const { json } = await eventually(
      () => get('/jobs?limit=1000'),
      ({ json: { items } }) => (items as { state: string }[]).every(({ state }) => !/waiting|running/.test(state)),
    );
    expect((json['items'] as { state: string }[]).filter(({ state }) => state !== 'done')).to.deep.equal([]);
  };

  /** Notes what is seen now: two interfaces see the same. */
  const noted = async (step: string): Promise<Look> => {
    await settled();
    const look = await throughAdmin(get, things);
    expect(await throughScim(readers, things), step).to.deep.equal(look);
    await sleep(5);
    steps.push({ step, at: new Date(), things: new Map(things), look });
    await sleep(5);
    return look;
  };

  it('begins with the key of the first start, which appoints the first Primary Admin', async () => {
    const { json } = await get('/users');
    expect(json['items'], 'a fresh tenant has no people').to.deep.equal([]);
    const admin = await done(201, 'POST', '/primary-admin', {
      userName: 'chief@corp.example',
      password: 'Correct horse 7 battery',
    });
    chief = String(admin['id']);
    const { rows } = (await site.command('who --admins')) as { rows: { id: string; primaryRole: string }[] };
    expect(rows.map(({ id, primaryRole }) => [id, primaryRole])).to.deep.equal([[chief, 'primary-admin']]);
    expect((await site.ask(key, 'POST', '/primary-admin', { userName: 'other@corp.example' })).status).to.equal(409);
    const hers = await done(201, 'POST', '/keys', { label: 'hers', permissions: everyPermission, person: chief });
    key = String(hers['text']);
    expect((await get('/me')).json['actor']).to.equal(`person:${chief}`);
    readers = site.provider(site.first.token);
    const { body } = await readers.request('GET', `/Users/${chief}`);
    expect(body['userName']).to.equal('chief@corp.example');
  });

  it('is given teams, roles, a license pool and entities, which identity providers see', async () => {
    await made('team', 'Sales', '/teams', { users: [] });
    await made('team', 'Support', '/teams', {});
    await made('role', 'Seller', '/roles', { permissions: [], teams: [{ team: 'Sales', permissions: [] }] });
    await made('license', 'recording', '/license-pools', { seats: 100 });
    await made('entity', 'Acme France', '/entities', { country: 'FR' });
    await made('entity', 'Acme Spain', '/entities', { country: 'ES' });
    const { body } = await readers.request('GET', `/Entitlements/${idOf('recording')}`);
    expect(body).to.include({ totalAssignmentsPermitted: 100, totalAssignmentsUsed: 0 });
    for (const [type, name] of [
      ['Roles', 'Seller'],
      ['Entities', 'Acme France'],
      ['Groups', 'Sales'],
    ] as const)
      expect((await readers.request('GET', `/${type}/${idOf(name)}`)).body['displayName'], type).to.equal(name);
    expect(Object.values(await noted('set up')).flat()).to.deep.equal([]);
  });

  it('is told what the groups of two identity providers mean', async () => {
    const [first, second] = [await connection('okta'), await connection('entra')];
    [okta, entra] = [oktaOf(first), entraOf(second)];
    const rules = [
      { connection: 'okta', name: 'sellers', value: 'Okta Sellers', gives: { what: 'role', id: 'Seller' } },
      { connection: 'okta', name: 'recorded', value: 'Okta Recorded', gives: { what: 'license', id: 'recording' } },
      {
        ...{ connection: 'okta', name: 'france', value: 'Okta France' },
        gives: { what: 'entity', id: 'Acme France', role: 'Clerk' },
      },
      { connection: 'entra', name: 'ops', value: 'Entra Ops', gives: { what: 'team' } },
      {
        connection: 'entra',
        name: 'recorded too',
        value: 'Entra Recorded',
        gives: { what: 'license', id: 'recording' },
      },
    ];
    for (const { value, ...rule } of rules) {
      const { status } = await site.ask(key, 'POST', '/mapping-rules', { ...rule, match: { by: 'name', value } });
      expect(status, rule.name).to.equal(202);
    }
    const { items } = (await site.command('mapping list')) as { items: { name: string }[] };
    expect(items.map(({ name }) => name)).to.have.members(rules.map(({ name }) => name));
    await noted('mapped');
  });

  const connection = async (kind: string): Promise<Client> => {
    const { token } = (await site.command(`connection create ${kind} --kind ${kind}`)) as { token: string };
    return site.provider(token);
  };
  const pushed = async (provider: Provider, name: string, members: readonly string[]) => {
    things.set(name, { kind: 'team', id: await provider.group(name, members) });
  };

  it('has 200 people pushed by Okta in three groups, who get what these mean', async () => {
    oktas = await okta.people(named('okta', 200));
    await pushed(okta, 'Okta Sellers', oktas.slice(0, 80));
    await pushed(okta, 'Okta Recorded', oktas.slice(60, 130));
    await pushed(okta, 'Okta France', oktas.slice(120));
    const look = await noted('Okta has pushed');
    for (const name of ['Okta Sellers', 'Seller', 'Sales'])
      expect(look[name], name).to.deep.equal(sorted(oktas.slice(0, 80)));
    for (const name of ['Okta Recorded', 'recording'])
      expect(look[name], name).to.deep.equal(sorted(oktas.slice(60, 130)));
    expect(look['Okta France']).to.deep.equal(sorted(oktas.slice(120)));
    expect(look['Acme France']).to.deep.equal(sorted(oktas.slice(120).map((id) => `${id} Clerk`)));
    expect((await pool()).json).to.include({ used: 70, waiting: 0 });
    const { items } = (await get('/users?limit=1000&filter=userName%20sw%20%22okta%22')).json;
    expect(sorted((items as { id: string }[]).map(({ id }) => id))).to.deep.equal(sorted(oktas));
  });

  it('has 100 people pushed by Entra in two groups: memberships land, and who finds no seat waits', async () => {
    entras = await entra.people(named('entra', 100));
    await pushed(entra, 'Entra Ops', entras.slice(0, 70));
    await pushed(entra, 'Entra Recorded', entras.slice(50));
    const look = await noted('Entra has pushed');
    expect(look['Entra Ops']).to.deep.equal(sorted(entras.slice(0, 70)));
    expect(look['Entra Recorded']).to.deep.equal(sorted(entras.slice(50)));
    expect(look['recording']).to.deep.equal(sorted([...oktas.slice(60, 130), ...entras.slice(50, 80)]));
    expect((await pool()).json).to.include({ seats: 100, used: 100, waiting: 20 });
    const { body } = await readers.request('GET', `/Users/${entras[80] ?? ''}`);
    expect(body['urn:ietf:params:scim:schemas:extension:license:2.0:User']).to.deep.equal({
      ...{ type: 'recording', state: 'waiting' },
    });
  });

  it('changes a role: whoever holds it may more, and is in one team more', async () => {
    const teams = ['Sales', 'Support'].map((team) => ({ team }));
    await done(200, 'PATCH', `/roles/${idOf('Seller')}`, { permissions: ['calls.access', 'teams.read'], teams });
    const look = await noted('role changed');
    for (const name of ['Seller', 'Sales', 'Support'])
      expect(look[name], name).to.deep.equal(sorted(oktas.slice(0, 80)));
    const why = JSON.stringify(await site.command(`explain ${oktas[0] ?? ''} --permission teams.read`));
    expect(why).to.contain('Seller').and.to.contain('Okta Sellers');
  });

  it('buys seats: who waits gets them in the order of waiting', async () => {
    const holders = (count: number) => sorted([...oktas.slice(60, 130), ...entras.slice(50, 80 + count)]);
    await done(200, 'PATCH', `/license-pools/${idOf('recording')}`, { seats: 105 });
    await eventually(pool, ({ json }) => json['waiting'] === 15);
    expect((await noted('five seats bought'))['recording']).to.deep.equal(holders(5));
    const { body } = await readers.request('GET', `/Entitlements/${idOf('recording')}`);
    expect(body).to.include({ totalAssignmentsPermitted: 105, totalAssignmentsUsed: 105 });
    await done(200, 'PATCH', `/license-pools/${idOf('recording')}`, { seats: 110 });
    await eventually(pool, ({ json }) => json['waiting'] === 10);
    expect((await noted('five more seats bought'))['recording']).to.deep.equal(holders(10));
  });

  it('has somebody leave an entity, and stay in the other', async () => {
    const [leaver = ''] = oktas.slice(199);
    await site.command(`user join-entity ${leaver} ${idOf('Acme Spain')} --role Manager`);
    expect((await noted('in two entities'))['Acme Spain']).to.deep.equal([`${leaver} Manager`]);
    await done(200, 'DELETE', `/users/${leaver}/entities/${idOf('Acme France')}`);
    expect((await throughScim(readers, things))['Acme France'], 'Okta still gives it').to.have.length(80);
    await okta.takesOut(idOf('Okta France'), leaver);
    const look = await noted('left an entity');
    expect(look['Acme France']).to.deep.equal(sorted(oktas.slice(120, 199).map((id) => `${id} Clerk`)));
    expect(look['Acme Spain']).to.deep.equal([`${leaver} Manager`]);
  });

  it('deletes a role: how many lose it is told first, and its teams disappear from them', async () => {
    const role = idOf('Seller');
    const { dryRun, confirmation } = await done(200, 'DELETE', `/roles/${role}`);
    const teams = ['Sales', 'Support'].map((name) => ({ id: idOf(name), name, users: 80 }));
    expect(dryRun).to.deep.equal({ role: { id: role, name: 'Seller' }, users: 80, teams });
    expect((await throughScim(readers, things))['Seller'], 'nothing is done yet').to.have.length(80);
    await done(202, 'DELETE', `/roles/${role}?confirmation=${String(confirmation)}`);
    things.delete('Seller');
    const look = await noted('role deleted');
    expect([look['Sales'], look['Support']]).to.deep.equal([[], []]);
    expect(look['Okta Sellers']).to.deep.equal(sorted(oktas.slice(0, 80)));
    expect((await readers.request('GET', `/Roles/${role}`)).status).to.equal(404);
  });

  it('removes a person: his seat goes to who waits the longest', async () => {
    const [gone = ''] = oktas.slice(125);
    const { dryRun, confirmation } = await done(200, 'DELETE', `/users/${gone}`);
    expect(dryRun).to.deep.include({
      user: { id: gone, userName: 'okta125@corp.example' },
      entities: [{ id: idOf('Acme France'), name: 'Acme France' }],
      seats: [{ id: idOf('recording'), name: 'recording' }],
    });
    expect((await readers.request('GET', `/Users/${gone}`)).status).to.equal(200);
    await done(204, 'DELETE', `/users/${gone}?confirmation=${String(confirmation)}`);
    expect((await readers.request('GET', `/Users/${gone}`)).status).to.equal(404);
    await eventually(pool, ({ json }) => json['waiting'] === 9);
    const look = await noted('person removed');
    expect(look['recording']).to.have.length(110).and.to.include(entras[90]).and.to.not.include(gone);
    expect(look['Okta Recorded']).to.have.length(69);
    expect(look['Acme France']).to.have.length(78);
  });

  it('is told by its history as it was seen after every step', async () => {
    expect(steps).to.have.length(11);
    for (const { step, at, things: then, look } of steps)
      expect(await throughHistory(get, then, at), step).to.deep.equal(look);
    const { at, things: then, look } = stepOf('left an entity');
    expect(await throughCommands(site, then, at)).to.deep.equal(look);
  });

  const stepOf = (wanted: string): Noted => steps.find(({ step }) => step === wanted) ?? expect.fail(`no ${wanted}`);
  const past = async (path: string, step: string) =>
    (await get(`/history${path}?at=${stepOf(step).at.toISOString()}`)).json;

  it('is told by its history who somebody was, who waited, who was an administrator and by whose order', async () => {
    const removed = await past(`/users/${oktas[125] ?? ''}`, 'role deleted');
    expect(removed).to.have.nested.property('state.name', 'okta125@corp.example');
    expect((removed['groups'] as { name: string }[]).map(({ name }) => name)).to.deep.equal([
      ...['Okta France', 'Okta Recorded'],
    ]);
    expect(await past(`/users/${oktas[125] ?? ''}`, 'person removed')).to.not.have.property('state');
    const waiting = `/users/${entras[80] ?? ''}`;
    expect(await past(waiting, 'Entra has pushed')).to.have.nested.property('state.grants[0].waiting');
    expect(await past(waiting, 'five seats bought')).to.not.have.nested.property('state.grants[0].waiting');
    const administrators = await past('/administrators', 'set up');
    expect((administrators['items'] as { id: string }[]).map(({ id }) => id)).to.deep.equal([chief]);
    const before = (await get(`/history/administrators?at=${began.toISOString()}`)).json;
    expect(before['items']).to.deep.equal([]);
    const changes = (
      await get(`/history/changes?kind=Role&resource=${stepOf('mapped').things.get('Seller')?.id ?? ''}`)
    ).json;
    expect(
      (changes['items'] as { operation: string; by: string }[]).map(({ operation, by }) => [operation, by]),
    ).to.deep.equal(['create', 'revise', 'remove'].map((operation) => [operation, `person:${chief}`]));
  });
});
