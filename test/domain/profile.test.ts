import { expect } from 'chai';
import fc from 'fast-check';
import { DomainError } from '../../src/domain/errors.ts';
import { described, profileOf, type Profile } from '../../src/domain/profile.ts';
import { defaultSettings as settings } from '../../src/domain/settings.ts';
import type { Attributes } from '../../src/domain/states.ts';

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const number = fc.stringMatching(/^\+[1-9]\d{6,12}$/);
const email = word.map((name) => `${name}@example.com`);
const profile: fc.Arbitrary<Profile> = fc.record(
  {
    userName: fc.oneof(email, number),
    displayName: word,
    givenName: word,
    familyName: word,
    title: word,
    email,
    mobile: number,
    landline: number,
    language: fc.constantFrom(...settings.languages),
    timezone: fc.constantFrom('Europe/Paris', 'America/New_York'),
    department: word,
    division: word,
    organization: word,
    costCenter: word,
    employeeNumber: word,
  },
  { requiredKeys: [] },
);
/** What a profile does not speak of. */
const others: Attributes = {
  nickName: 'Al',
  name: { middleName: 'B' },
  emails: [{ value: 'home@example.com', type: 'home', primary: true }],
  phoneNumbers: [{ value: '1', type: 'fax' }],
};

const invalid = (said: Profile): string | undefined => {
  try {
    described(others, said, settings);
    return undefined;
  } catch (error) {
    if (error instanceof DomainError && error.violation.rule === 'invalid') return error.violation.attribute;
    throw error;
  }
};

describe('A profile', () => {
  it('is said of a user as it is read again; all else stays', () => {
    fc.assert(
      fc.property(profile, profile, (first, second) => {
        const once = described(others, first, settings);
        expect(profileOf(once)).to.deep.equal(first);
        const twice = described(once, second, settings);
        expect(profileOf(twice)).to.deep.equal({ ...first, ...second });
        expect(twice).to.deep.include({ nickName: 'Al' });
        expect(twice['name']).to.deep.include({ middleName: 'B' });
        expect(twice['emails']).to.deep.include({ value: 'home@example.com', type: 'home', primary: true });
        expect(described(twice, second, settings)).to.deep.equal(twice);
      }),
    );
  });

  it('is taken away part by part, and leaves nothing of itself', () => {
    fc.assert(
      fc.property(profile, ({ userName: _, ...said }) => {
        const nothing = Object.fromEntries(Object.keys(said).map((part) => [part, null]));
        expect(described(described(others, said, settings), nothing, settings)).to.deep.equal(others);
      }),
    );
  });

  it('says of who is new how he is reached and called, where nothing else is said', () => {
    const made = (said: Profile & { userName: string }) => profileOf(described(undefined, said, settings));
    expect(made({ userName: ' Al@Example.com ', givenName: 'Al', familyName: 'Green' })).to.deep.equal({
      userName: 'Al@Example.com',
      email: 'Al@Example.com',
      givenName: 'Al',
      familyName: 'Green',
      displayName: 'Al Green',
    });
    expect(made({ userName: '06 12 34 56 78', email: 'a@example.com' })).to.deep.equal({
      userName: '+33612345678',
      mobile: '+33612345678',
      email: 'a@example.com',
    });
    expect(made({ userName: 'a@example.com', email: 'b@example.com', displayName: 'A' })).to.deep.equal({
      userName: 'a@example.com',
      email: 'b@example.com',
      displayName: 'A',
    });
  });

  it('shows one language in both places where users have one', () => {
    const language = 'urn:ietf:params:scim:schemas:extension:language:2.0:User';
    const french = described({}, { language: 'fr-FR' }, settings);
    expect(french).to.deep.equal({ preferredLanguage: 'fr-FR', [language]: { language: 'fr-FR' } });
    expect(described(french, { language: null }, settings)).to.deep.equal({});
  });

  const table: readonly [string, Profile][] = [
    ['userName', { userName: 'alice' }],
    ['userName', { userName: '12' }],
    ['userName', { userName: 'a b@example.com' }],
    ['mobile', { mobile: 'tomorrow' }],
    ['landline', { landline: '+0123456789' }],
    ['language', { language: 'de-DE' }],
    ['timezone', { timezone: 'Mars/Olympus' }],
  ];
  for (const [attribute, said] of table)
    it(`can't have ${JSON.stringify(said)}`, () => {
      expect(invalid(said)).to.equal(attribute);
    });
});
