import { createInstance } from 'i18next';
import { en } from './en.ts';
import { fr } from './fr.ts';
import type { Language } from './languages.ts';

/** Names a sentence of the catalogue. */
export type Key = keyof typeof en;

/** A sentence in no language yet: which one it is, and what stands in it. Made by `said` alone. */
export interface Said {
  readonly key: Key;
  readonly values: Readonly<Record<string, Value>>;
}

/** What stands in a sentence: text, a number, another sentence, or several of these. */
export type Value = string | number | Said | readonly (string | number)[] | readonly Said[];

/** The names between double braces. */
type Names<Text> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? (Name extends `${infer Bare},${string}` ? Bare : Name) | Names<Rest>
  : never;

/** What a sentence needs to be said; of one with plural forms, above all the number that decides. */
type NamesIn<K extends Key> = (typeof en)[K] extends string
  ? Names<(typeof en)[K]>
  : Names<(typeof en)[K][keyof (typeof en)[K]]> | 'count';

/** What stands in a sentence of the catalogue. */
export type Values<K extends Key> = { readonly [Name in NamesIn<K>]: Name extends 'count' ? number : Value };

/** A sentence of the catalogue, with what it needs: a sentence that lacks something does not compile. */
export type Sentence = {
  readonly [K in Key]: [NamesIn<K>] extends [never] ? readonly [key: K] : readonly [key: K, values: Values<K>];
}[Key];

const i18n = createInstance({
  lng: 'en',
  fallbackLng: false,
  keySeparator: false,
  nsSeparator: false,
  initAsync: false,
  resources: { en: { translation: flat(en) }, fr: { translation: flat(fr) } },
  // A value is said as it is: nothing in it is read as markup, as a placeholder or as another key.
  interpolation: { escapeValue: false, skipOnVariables: true, nestingPrefix: '\u0000' },
});
void i18n.init();
i18n.services.formatter?.add('capital', (text: string) => text.charAt(0).toUpperCase() + text.slice(1));

/** A catalogue as i18next has it: each plural form is an entry of its own. */
function flat(catalogue: Readonly<Record<Key, string | object>>): Record<string, string> {
  const entries = Object.entries(catalogue).flatMap(([key, entry]): (readonly [string, string])[] =>
    typeof entry === 'string'
      ? [[key, entry]]
      : Object.entries(entry).map(([form, text]) => [`${key}_${form}`, String(text)]),
  );
  return Object.fromEntries(entries);
}

const translate = { en: i18n.getFixedT('en'), fr: i18n.getFixedT('fr') } as const satisfies Record<Language, unknown>;

/** A sentence of the catalogue, to be told later, in whatever language is the reader's. */
export const said = (...[key, values]: Sentence): Said => ({ key, values: values ?? nothing });

const nothing: Said['values'] = {};

/** Names a sentence in which nothing stands. */
export type PlainKey = { readonly [K in Key]: [NamesIn<K>] extends [never] ? K : never }[Key];

/** As `said`, of a sentence in which nothing stands: which one may be found out later. */
export const plain = (key: PlainKey): Said => ({ key, values: nothing });

/** Says a sentence of the catalogue in a language. */
export const say = (language: Language, ...sentence: Sentence): string => tell(language, said(...sentence));

/**
 * Tells in a language what was said in none. Values are put in as they are; sentences among them are told in the same
 * language, several of them under each other; several texts are separated by commas.
 */
export function tell(language: Language, { key, values }: Said): string {
  const told = Object.entries(values).map(([name, value]) => [name, write(language, value)] as const);
  return translate[language](key, Object.fromEntries(told));
}

function write(language: Language, value: Value): string | number {
  if (typeof value !== 'object') return value;
  if ('key' in value) return tell(language, value);
  const texts = value.map((one) => (typeof one === 'object' ? tell(language, one) : String(one)));
  return typeof value[0] === 'object' ? [...new Set(texts)].map((text) => `\n  - ${text}`).join('') : texts.join(', ');
}
