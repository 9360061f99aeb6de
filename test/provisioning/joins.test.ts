import { expect } from 'chai';
import { knownChannels, oneLanguage } from '../../src/provisioning/joins.ts';
import { applyPatch } from '../../src/scim/patch/apply.ts';
import { parsePatch } from '../../src/scim/patch/parse.ts';
import { leniency } from '../../src/scim/dialects.ts';
import type { JsonObject } from '../../src/scim/types.ts';
import { urns } from '../../src/scim/urns.ts';
import { testType } from '../support/schemas.ts';

const extension = 'urn:ietf:params:scim:schemas:extension:language:2.0:User';
const team = 'urn:ietf:params:scim:schemas:extension:team:2.0:Group';
const user = testType('User');

/** A user who has these languages: the core's, the extension's. */
const speaks = (core?: string, extended?: string): JsonObject => ({
  userName: 'ann',
  ...(core !== undefined && { preferredLanguage: core }),
  ...(extended !== undefined && { [extension]: { language: extended } }),
});

/** What a request makes of a user, joined. */
const joinedBy = (before: JsonObject, change: (current: JsonObject) => JsonObject): JsonObject =>
  oneLanguage(before, change(before), (without) =>
    change(Object.fromEntries(Object.entries(before).filter(([name]) => !without.includes(name)))),
  );

const put = (before: JsonObject, given: JsonObject) => joinedBy(before, () => given);

const patch = (before: JsonObject, ...Operations: JsonObject[]) => {
  const lenient = leniency('strict');
  const operations = parsePatch(user, { schemas: [urns.patch], Operations }, lenient);
  return joinedBy(before, (current) => applyPatch(user, current, operations, lenient, 'ann'));
};

const both = (language: string) => speaks(language, language);
const of = (resource: JsonObject) => [resource['preferredLanguage'], resource[extension]];
const inExtension = `${extension}:language`;

describe('The language of a user', () => {
  it('is said once, by either attribute, of somebody new', () => {
    const create = (given: JsonObject) => oneLanguage(undefined, given, () => given);
    expect(create(speaks('fr-FR'))).to.deep.equal(both('fr-FR'));
    expect(create(speaks(undefined, 'fr-FR'))).to.deep.equal(both('fr-FR'));
    expect(create(speaks('en-US', 'fr-FR')), 'of two the extension’s holds').to.deep.equal(both('fr-FR'));
    expect(create(speaks())).to.deep.equal(speaks());
  });

  const changes: readonly [said: string, result: JsonObject, expected: JsonObject][] = [
    ['PUT says the core’s alone', put(both('fr-FR'), speaks('en-US')), both('en-US')],
    ['PUT says the core’s alone, as it was', put(both('fr-FR'), speaks('fr-FR')), both('fr-FR')],
    ['PUT says the extension’s alone', put(both('fr-FR'), speaks(undefined, 'en-US')), both('en-US')],
    ['PUT says neither', put(both('fr-FR'), speaks()), speaks()],
    ['PUT says both, and changes one', put(both('fr-FR'), speaks('en-US', 'fr-FR')), both('en-US')],
    ['PUT says two others', put(both('fr-FR'), speaks('en-US', 'de-DE')), both('de-DE')],
    [
      'PATCH replaces the core’s',
      patch(both('fr-FR'), { op: 'replace', path: 'preferredLanguage', value: 'en-US' }),
      both('en-US'),
    ],
    ['PATCH adds the extension’s', patch(speaks(), { op: 'add', path: inExtension, value: 'en-US' }), both('en-US')],
    [
      'PATCH replaces both',
      patch(
        both('fr-FR'),
        { op: 'replace', path: inExtension, value: 'de-DE' },
        { op: 'replace', path: 'preferredLanguage', value: 'en-US' },
      ),
      both('de-DE'),
    ],
    ['PATCH removes the core’s', patch(both('fr-FR'), { op: 'remove', path: 'preferredLanguage' }), speaks()],
    ['PATCH removes the extension’s', patch(both('fr-FR'), { op: 'remove', path: inExtension }), speaks()],
    [
      'PATCH says something else',
      patch(speaks('fr-FR', 'en-US'), { op: 'add', path: 'title', value: 'Dr' }),
      { ...speaks('fr-FR', 'en-US'), title: 'Dr' },
    ],
  ];
  for (const [what, result, expected] of changes)
    it(`is one value after a change: ${what}`, () => {
      expect(of(result)).to.deep.equal(of(expected));
      expect(result['title']).to.equal(expected['title']);
    });
});

describe('The channels of a team', () => {
  const ids = () => {
    let made = 0;
    return () => `new-${(made += 1)}`;
  };
  const group = (...channels: JsonObject[]): JsonObject => ({
    displayName: 'Ops',
    [team]: { disabled: false, channels },
  });
  const join = (before: JsonObject | undefined, after: JsonObject) => knownChannels(ids())(before, after, () => after);

  it('get ids as they are created: “See public & private channels. Create new channels.”', () => {
    expect(
      join(undefined, group({ name: 'General', visibility: 'public' }, { value: 'own', name: 'Own' })),
    ).to.deep.equal(group({ value: 'new-1', name: 'General', visibility: 'public' }, { value: 'own', name: 'Own' }));
  });

  it('keep them while they are named by their names, whatever the letter case, and by their ids', () => {
    const before = group({ value: 'c1', name: 'General' }, { value: 'c2', name: 'Calls' });
    expect(
      join(before, group({ name: 'GENERAL', visibility: 'private' }, { value: 'c2', name: 'Renamed' })),
    ).to.deep.equal(group({ value: 'c1', name: 'GENERAL', visibility: 'private' }, { value: 'c2', name: 'Renamed' }));
  });

  it('never share one', () => {
    const before = group({ value: 'c1', name: 'General' });
    expect(
      join(before, group({ value: 'c1', name: 'Renamed' }, { name: 'General' }, { name: 'General' })),
    ).to.deep.equal(
      group({ value: 'c1', name: 'Renamed' }, { value: 'new-1', name: 'General' }, { value: 'new-2', name: 'General' }),
    );
  });

  it('are left alone where all are known, or there are none', () => {
    for (const known of [group({ value: 'c1', name: 'General' }), group(), { displayName: 'Ops' }])
      expect(join(undefined, known)).to.equal(known);
  });
});
