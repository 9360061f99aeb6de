import { expect } from 'chai';
import { Refusal } from '../../src/admin/errors.ts';
import type { Violation } from '../../src/domain/errors.ts';
import { quirkMeaning, quirks } from '../../src/scim/dialects.ts';
import { quirkOf } from '../../src/words/labels.ts';
import { languageOf } from '../../src/words/languages.ts';
import { said, say, tell } from '../../src/words/say.ts';
import { sentenceOf } from '../../src/words/violations.ts';

describe('languageOf', () => {
  const table: readonly (readonly [preference: string | undefined, language: string])[] = [
    [undefined, 'en'],
    ['', 'en'],
    ['fr', 'fr'],
    ['fr-CA,fr;q=0.9,en;q=0.8', 'fr'],
    ['en-US,en;q=0.9,fr;q=0.8', 'en'],
    ['fr;q=0.3, en;q=0.7', 'en'],
    ['de-DE, fr;q=0.5', 'fr'],
    ['de-DE, *;q=0.5', 'en'],
    ['fr;q=0', 'en'],
    ['fr;q=much', 'en'],
    ['FR-be', 'fr'],
    ['fr_FR.UTF-8', 'fr'],
    ['fr_CA@euro', 'fr'],
    ['en_GB.UTF-8', 'en'],
    ['C.UTF-8', 'en'],
    ['POSIX', 'en'],
    ['french', 'en'],
    ['frr', 'en'],
    [`${'x,'.repeat(100_000)}fr`, 'en'],
  ];
  for (const [preference, language] of table)
    it(`of ${String(preference).slice(0, 40)} is ${language}`, () => {
      expect(languageOf(preference)).to.equal(language);
    });
});

describe('say', () => {
  it('says a sentence in the language of the reader', () => {
    expect(say('en', 'tenant.none')).to.equal('There is no tenant yet: create one first');
    expect(say('fr', 'tenant.none')).to.equal('Il n’y a encore aucune organisation\u00A0: créez-en une d’abord');
  });

  it('says a sentence inside another in the same language, with a capital where it begins', () => {
    const what = said('thing.tenant');
    expect(say('en', 'name.empty', { what })).to.equal('A tenant needs a name: give it one');
    expect(say('fr', 'name.empty', { what })).to.match(/^Il faut un nom pour une organisation/);
  });

  it('separates texts by commas, and sets sentences under each other, each once', () => {
    expect(say('en', 'scope.none', { scopes: ['a', 'b'] })).to.match(/among a, b$/);
    const faults = [said('fault.naming'), said('fault.urn-foreign'), said('fault.naming')];
    expect(say('en', 'schema.refused', { faults }).split('\n  - ')).to.have.length(3);
    expect(say('en', 'scope.none', { scopes: [] })).to.match(/among $/);
  });

  for (const name of ['{{name}}', '$t(tenant.none)', '<b>&amp;</b>', 'tenant.none', '\u0000tenant.none)', '$1$&', ''])
    it(`leaves what somebody is called as it is: ${JSON.stringify(name)}`, () => {
      expect(say('en', 'tenant.unknown', { name })).to.equal(
        `There is no tenant '${name}': list the tenants to see their names`,
      );
      expect(say('en', 'scope.none', { scopes: [name, name] })).to.contain(`among ${name}, ${name}`);
    });
});

describe('quirkOf', () => {
  it('says every repair, in English in the words of the dialect itself', () => {
    for (const name of Object.keys(quirks)) {
      expect(quirkOf('en', name, ''), name).to.equal(quirkMeaning(name));
      expect(quirkOf('fr', name, ''), name).to.match(/\u00A0: /);
    }
  });

  it('leaves one that it does not know as it is', () => {
    for (const name of ['gone', 'constructor', '__proto__']) expect(quirkOf('fr', name, 'as told')).to.equal('as told');
  });
});

describe('A refusal', () => {
  const refusal = new Refusal('tenant.unknown', { name: 'acme' }).because('a test');

  it('has its sentence in English as its message, and what it comes from', () => {
    expect(refusal.message).to.equal("There is no tenant 'acme': list the tenants to see their names");
    expect(refusal.cause).to.equal('a test');
  });

  it('is told in French too', () => {
    expect(tell('fr', refusal.said)).to.contain('«\u00A0acme\u00A0»').and.to.contain('organisation');
  });
});

describe('A broken rule', () => {
  /** One of each rule: a new one does not compile before it is here. */
  const one: { readonly [Rule in Violation['rule']]: Extract<Violation, { readonly rule: Rule }> } = {
    unknown: { rule: 'unknown', type: 'User', id: 'u1' },
    'name-taken': { rule: 'name-taken', type: 'Device', name: 'scanner' },
    changed: { rule: 'changed', type: 'Group', id: 'g1' },
    'owned-elsewhere': { rule: 'owned-elsewhere', type: 'Role', id: 'r1' },
    'adoption-needed': { rule: 'adoption-needed', type: 'Entitlement', id: 'e1' },
    'adoption-changes-identity': { rule: 'adoption-changes-identity', attribute: 'userName' },
    'unknown-members': { rule: 'unknown-members', ids: ['m1', 'm2'] },
    'group-inside-itself': { rule: 'group-inside-itself', group: 'g1', member: 'g2' },
    'too-many-matches': { rule: 'too-many-matches', limit: 100_000 },
    'done-already': { rule: 'done-already', index: 3 },
    'schema-withdrawn': { rule: 'schema-withdrawn', schema: 'urn:x' },
    'too-large': { rule: 'too-large' },
    'seats-exhausted': { rule: 'seats-exhausted', license: 'premium', seats: 25 },
    'credits-exhausted': { rule: 'credits-exhausted', needed: 3, left: 2 },
    'last-primary-admin': { rule: 'last-primary-admin' },
    'administrator-out-of-reach': { rule: 'administrator-out-of-reach', id: 'u1' },
    'administrative-grant': { rule: 'administrative-grant', name: 'Admin' },
    'wrong-status': { rule: 'wrong-status', status: 'active', wanted: 'invited' },
    'built-in': { rule: 'built-in', type: 'Role', name: 'Manager' },
    'in-use': { rule: 'in-use', type: 'Role', name: 'Sellers', by: 12 },
    'not-allowed': { rule: 'not-allowed', permission: 'roles.manage' },
    'link-unknown': { rule: 'link-unknown' },
    'link-over': { rule: 'link-over', why: 'revoked' },
    unreachable: { rule: 'unreachable', id: 'u1' },
    held: { rule: 'held', type: 'Number', name: '+33612345678', holder: 'u1' },
    invalid: { rule: 'invalid', attribute: 'seats', why: 'no number' },
    busy: { rule: 'busy' },
  };

  for (const violation of Object.values(one))
    it(`${violation.rule} is one sentence in both languages, and says what to do`, () => {
      const [english, french] = (['en', 'fr'] as const).map((language) => tell(language, sentenceOf(violation)));
      expect(english).to.match(/^['A-Z{].*: [a-z].*[^.]$/);
      expect(french).to.match(/^[«A-ZÀ-Ý].*\u00A0: [a-zà-ý].*[^.]$/);
      expect([english, french].join()).to.not.contain('{{').and.not.contain('rule.');
    });

  it('calls what it is about by its name in that language, and a type of a tenant by its own', () => {
    expect(tell('fr', sentenceOf(one.unknown))).to.match(/^Utilisateur «/);
    expect(tell('fr', sentenceOf(one['name-taken']))).to.match(/^Device «/);
    expect(tell('en', sentenceOf({ ...one.unknown, id: 'x'.repeat(200) }))).to.have.length.below(180);
  });
});
