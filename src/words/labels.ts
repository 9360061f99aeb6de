import { en } from './en.ts';
import type { Language } from './languages.ts';
import { plain, tell } from './say.ts';
import type { members } from './en/members.ts';

/** What a member of an answer, or of a request, is called; in its own words where the catalogue has none for it. */
export function labelOf(language: Language, name: string): string {
  const key = `member.${name}`;
  return isLabel(key) ? tell(language, plain(key)) : name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const isLabel = (key: string): key is keyof typeof members => Object.hasOwn(en, key);
