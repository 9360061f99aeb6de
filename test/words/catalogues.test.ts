import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { en } from '../../src/words/en.ts';
import { fr } from '../../src/words/fr.ts';

type Entry = string | Readonly<Record<string, string>>;

const catalogues: Readonly<Record<string, Readonly<Record<string, Entry>>>> = { en, fr };
const keys = Object.keys(en).sort();

const formsOf = (entry: Entry = ''): readonly string[] => (typeof entry === 'string' ? [entry] : Object.values(entry));

const placeholders = (entry: Entry | undefined): readonly string[] => [
  ...new Set(formsOf(entry).flatMap((text) => [...text.matchAll(/\{\{(\w+)/g)].map(([, name = '']) => name))),
];

/** Said alike in both languages, on purpose. */
const alike: readonly string[] = [
  ...['cli.fault', 'cli.found', 'help.invitation'],
  ...['avatar', 'description', 'division', 'email', 'invitation', 'position', 'sessions', 'total', 'version'].map(
    (name) => `member.${name}`,
  ),
  ...['column.options', 'column.type', 'fact.options', 'fact.type', 'kind.Invitation'],
];

const src = fileURLToPath(new URL('../../src/', import.meta.url));
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/^words.(en|fr)/.test(file))
  .map((file) => readFileSync(join(src, file), 'utf8'))
  .join('\n');

describe('The catalogues', () => {
  it('have the same keys', () => {
    expect(keys).to.have.length.above(100);
    expect(Object.keys(fr).sort()).to.deep.equal(keys);
  });

  it('need the same for each sentence', () => {
    for (const key of keys)
      expect(placeholders(catalogues['fr']?.[key]), key).to.have.members(placeholders(catalogues['en']?.[key]));
  });

  it('have every form by number that their language has', () => {
    for (const [language, catalogue] of Object.entries(catalogues))
      for (const [key, entry] of Object.entries(catalogue)) {
        const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
        if (typeof entry !== 'string') expect(Object.keys(entry), `${language} ${key}`).to.have.members(forms);
      }
  });

  it('leave nothing untranslated that is not alike on purpose, and say nothing empty', () => {
    const same = keys.filter(
      (key) => formsOf(catalogues['en']?.[key]).join() === formsOf(catalogues['fr']?.[key]).join(),
    );
    expect(same).to.have.members(alike);
    for (const catalogue of Object.values(catalogues))
      for (const [key, entry] of Object.entries(catalogue))
        for (const text of formsOf(entry)) expect(text.trim(), key).to.equal(text).and.not.equal('');
  });

  it('say nothing that nobody says', () => {
    // What is chosen among several by a word is named by what it begins with.
    const begun = [...sources.matchAll(/`([a-z-]+(?:\.[a-z-]+)*\.)\$\{/g)].map(([, start = '']) => start);
    const isSaid = (key: string) => sources.includes(`'${key}'`) || begun.some((start) => key.startsWith(start));
    expect(keys.filter((key) => !isSaid(key))).to.deep.equal([]);
  });

  it('put French in its own marks: no quotation marks of English, no straight apostrophes', () => {
    for (const [key, entry] of Object.entries(catalogues['fr'] ?? {}))
      for (const form of formsOf(entry)) {
        const text = form.replace(/`[^`]*`/g, 'code');
        expect(text, key).to.not.match(/['"“”]/);
        expect(text, key).to.not.match(/[^\s\u00A0][!?;»](?:\s|$)|«[^\u00A0]|[^\u00A0]:(?:\s|$)/);
      }
  });
});
