/** What Rollcall can be read in. */
export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

/** What is read where nobody said otherwise. */
const usual: Language = 'en';

/**
 * The language that somebody prefers among those there are: said as in `Accept-Language` (RFC 9110 §12.5.4), as a locale
 * of POSIX (`fr_FR.UTF-8`), or as a tag (`fr-FR`). Whatever is none of these is as if nothing was said.
 */
export function languageOf(preference: string | undefined): Language {
  const [best] = (preference ?? '')
    .slice(0, longest)
    .split(',')
    .flatMap((range) => readable(range))
    .sort((one, other) => other.weight - one.weight);
  return best?.language ?? usual;
}

// Enough for any browser; what a client makes longer costs no time.
const longest = 1_000;

function readable(range: string): { readonly language: Language; readonly weight: number }[] {
  const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const primary = /^[a-z]+/.exec(tag)?.[0];
  const language = tag === '*' ? usual : languages.find((each) => each === primary);
  const weight = Number(parameters.find((one) => one.startsWith('q='))?.slice('q='.length) ?? 1);
  return language === undefined || !(weight > 0) ? [] : [{ language, weight }];
}
