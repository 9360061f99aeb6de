import { expect } from 'chai';
import type { Facts } from '../../src/admin/doctor/doctor.ts';
import { typed } from './typed.ts';

const sound: Facts = {
  machine: {
    publicUrl: 'https://scim.example.com',
    ...{ listens: 'here', rateLimit: 250, workers: 1, cores: 2, metrics: 'nowhere', open: [] },
    certificateUntil: undefined,
    disk: undefined,
  },
  tenants: [
    {
      name: 'acme',
      primaryAdmins: 1,
      connections: [],
      ...{ tokens: [], pools: [], rules: [], withdrawn: [] },
      settings: {
        ...{ languages: ['fr-FR'], defaultLanguage: 'fr-FR', timezone: 'Europe/Paris', countryPrefix: '+33' },
        ...{ seatPolicy: 'reject', downgradeTo: undefined, seatOnDeactivation: 'free', invitationPolicy: 'none' },
        defaultLicense: undefined,
      },
    },
  ],
};

const opensNothing = (): never => {
  throw new Error('it only looks');
};

/** A terminal at which the doctor sees this. */
const seeing = (facts: Facts, asked: unknown[] = []) =>
  typed(opensNothing, new Map(), {
    examine: (given) => {
      asked.push(given);
      return Promise.resolve(facts);
    },
  });

describe('cli: doctor', () => {
  const { rollcall } = seeing(sound);

  it('shows what is wrong, whose it is and what to do, and ends with 1', async () => {
    const { code, out, err } = await rollcall('doctor');
    expect([code, err]).to.deep.equal([1, '']);
    expect(out).to.equal(
      'warning [acme]: No identity provider is connected: run `rollcall connection create`\n0 errors, 1 warning.\n',
    );
  });

  it('says it in French', async () => {
    const { out } = await rollcall('doctor --lang fr');
    expect(out.replaceAll('\u00A0', ' ')).to.equal(
      'avertissement [acme] : Aucun fournisseur d’identité n’est relié : lancez `rollcall connection create`\n0 erreur, 1 avertissement.\n',
    );
  });

  it('says it to programs', async () => {
    const { code, out } = await rollcall('doctor --json');
    expect(code).to.equal(1);
    const answer = JSON.parse(out) as { checks: number; findings: object[] };
    expect(answer.checks).to.be.above(30);
    expect(answer.findings).to.deep.equal([
      {
        code: 'connection-none',
        severity: 'warning',
        tenant: 'acme',
        sentence: 'No identity provider is connected: run `rollcall connection create`',
      },
    ]);
  });

  it('says so where nothing is wrong, and ends with 0', async () => {
    const healthy = seeing({ machine: sound.machine });
    expect(await healthy.rollcall('doctor')).to.include({ code: 0, err: '' });
    expect((await healthy.rollcall('doctor')).out).to.match(/^Nothing is wrong: \d+ things are looked at/);
    expect(JSON.parse((await healthy.rollcall('doctor --json')).out)).to.deep.include({ findings: [] });
  });

  it('passes on what the server is to be asked with', async () => {
    const asked: { token?: string; url?: string }[] = [];
    await seeing(sound, asked).rollcall('doctor --token scim_a_b --url https://scim.example.com');
    expect(asked).to.have.length(1);
    expect(asked[0]).to.include({ token: 'scim_a_b', url: 'https://scim.example.com' });
  });
});
