import { en } from './en.ts';
import type { Language } from './languages.ts';
import { plain, tell } from './say.ts';
import type { members } from './en/members.ts';
import type { quirks } from './en/quirks.ts';

/** What a member of an answer, or of a request, is called; in its own words where the catalogue has none for it. */
export function labelOf(language: Language, name: string): string {
  const key = `member.${name}`;
  return isLabel(key) ? tell(language, plain(key)) : name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** What a repair of a client's request is; in the words given where the catalogue has none for it. */
export function quirkOf(language: Language, name: string, meaning: string): string {
  const key = `quirk.${name}`;
  return isQuirk(key) ? tell(language, plain(key)) : meaning;
}

const isQuirk = (key: string): key is keyof typeof quirks => Object.hasOwn(en, key);

const isLabel = (key: string): key is keyof typeof members => Object.hasOwn(en, key);
