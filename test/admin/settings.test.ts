import { expect } from 'chai';
import { changeSettings, readSettings, type SettingsChange } from '../../src/admin/settings.ts';
import { Refusal } from '../../src/admin/errors.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { DomainError } from '../../src/domain/errors.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import type { JournalDocument, ResourceDocument } from '../../src/storage/documents.ts';
import { site, type Process, type Site } from '../support/administration.ts';

describe("An organization's settings", () => {
  let here: Site;
  let one: Process;
  let tenant: TenantId;
  let made = 0;

  before(async () => {
    here = await site();
    one = await here.process();
  });
  after(async () => {
    await one.close();
    await here.drop();
  });
  beforeEach(async () => {
    made += 1;
    ({ id: tenant } = await createTenant(one.ports, `tenant ${made}`));
  });

  const read = () => readSettings(one.ports.deciding, tenant);
  const change = (what: SettingsChange, onlyAt?: number) => {
    const order = { connection: 'person:ann', request: 'request-1' };
    return changeSettings(one.ports.deciding, { tenant, order, deadline: Date.now() + 10_000 }, what, onlyAt);
  };
  const ending = (what: SettingsChange, onlyAt?: number) =>
    change(what, onlyAt).then(
      () => 'done',
      (error: unknown) =>
        error instanceof DomainError ? error.violation.rule : error instanceof Refusal ? error.said.key : String(error),
    );

  async function pool(name: string, attributes: object = {}): Promise<string> {
    const _id = one.ports.newId();
    await one.db.collection<ResourceDocument>('resources').insertOne({
      ...{ _id, tenant, type: 'Entitlement', name, key: `Entitlement:${name}`, version: 1, revision: 1, generation: 1 },
      ...{ created: new Date(), modified: new Date(), revised: new Date(), attributes: { ...attributes }, fold: {} },
    });
    return _id;
  }

  it('are the defaults until something is chosen', async () => {
    expect(await read()).to.deep.equal({ settings: defaultSettings, version: 0 });
  });

  it('change by what is named, are versioned and journaled, and go back to the defaults', async () => {
    expect((await change({ seatPolicy: 'waitlist', timezone: 'America/Martinique' })).version).to.equal(1);
    expect((await change({ countryPrefix: '+596' })).version).to.equal(2);
    const chosen = { seatPolicy: 'waitlist', timezone: 'America/Martinique', countryPrefix: '+596' };
    expect(await read()).to.deep.equal({ settings: { ...defaultSettings, ...chosen }, version: 2 });
    expect((await change({ countryPrefix: '+596' })).version, 'nothing changes').to.equal(2);
    expect((await change({ seatPolicy: null })).settings.seatPolicy).to.equal(defaultSettings.seatPolicy);
    const entries = await one.db.collection<JournalDocument>('journal').find({ tenant }).sort({ version: 1 }).toArray();
    expect(entries.map(({ operation, kind, connection }) => [operation, kind, connection])).to.deep.equal([
      ['create', 'Settings', 'person:ann'],
      ['revise', 'Settings', 'person:ann'],
      ['revise', 'Settings', 'person:ann'],
    ]);
  });

  it('hold to the version that is demanded', async () => {
    expect(await ending({ seatPolicy: 'waitlist' }, 1)).to.equal('changed');
    expect(await ending({ seatPolicy: 'waitlist' }, 0)).to.equal('done');
    expect(await ending({ seatPolicy: 'reject' }, 0)).to.equal('changed');
    expect(await ending({ seatPolicy: 'reject' }, 1)).to.equal('done');
  });

  it('are chosen for the first time by several at once, and all of it is kept', async () => {
    await Promise.all([
      change({ seatPolicy: 'waitlist' }),
      change({ timezone: 'UTC' }),
      change({ countryPrefix: '+1' }),
    ]);
    const { settings, version } = await read();
    expect(settings).to.include({ seatPolicy: 'waitlist', timezone: 'UTC', countryPrefix: '+1' });
    expect(version).to.equal(3);
  });

  it('go together', async () => {
    expect(await ending({ defaultLanguage: 'de-DE' })).to.equal('settings.default-language');
    expect(await ending({ languages: ['de-DE'] })).to.equal('settings.default-language');
    expect(await ending({ languages: ['de-DE'], defaultLanguage: 'de-DE' })).to.equal('done');
    expect(await ending({ seatPolicy: 'downgrade' })).to.equal('settings.downgrade-to-what');
  });

  it('name license pools by id or name, and fall to one without a limit alone', async () => {
    const [free, paid] = [await pool('listening-free'), await pool('premium', { totalAssignmentsPermitted: 5 })];
    expect(await ending({ seatPolicy: 'downgrade', downgradeTo: 'bogus' })).to.equal('unknown');
    expect(await ending({ seatPolicy: 'downgrade', downgradeTo: paid })).to.equal('settings.not-free');
    const { settings } = await change({ seatPolicy: 'downgrade', downgradeTo: 'Listening-Free', defaultLicense: paid });
    expect(settings).to.include({ downgradeTo: free, defaultLicense: paid });
    const back = await change({ seatPolicy: 'reject', downgradeTo: null, defaultLicense: null });
    expect([back.settings.downgradeTo, back.settings.defaultLicense]).to.deep.equal([undefined, undefined]);
  });
});
