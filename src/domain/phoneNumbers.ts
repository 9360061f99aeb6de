/** How numbers are dialled within a country: what its own begin with, and what leads abroad. */
interface Dialling {
  readonly trunk: string;
  readonly abroad: string;
}

const usual: Dialling = { trunk: '0', abroad: '00' };

/** Countries that dial otherwise, by their prefix. */
const others: Readonly<Record<string, Dialling>> = {
  '+1': { trunk: '1', abroad: '011' },
  '+7': { trunk: '8', abroad: '810' },
  '+30': { trunk: '', abroad: '00' },
  '+34': { trunk: '', abroad: '00' },
  '+36': { trunk: '06', abroad: '00' },
  '+39': { trunk: '', abroad: '00' },
  '+45': { trunk: '', abroad: '00' },
  '+47': { trunk: '', abroad: '00' },
  '+48': { trunk: '', abroad: '00' },
  '+61': { trunk: '0', abroad: '0011' },
  '+81': { trunk: '0', abroad: '010' },
  '+351': { trunk: '', abroad: '00' },
  '+352': { trunk: '', abroad: '00' },
  '+420': { trunk: '', abroad: '00' },
};

/**
 * A telephone number in the form of E.164: “default country code prefix” is what a number without one begins with. Undefined
 * for what is no number.
 *
 * @param prefix as `+33`
 */
export function e164(text: string, prefix: string): string | undefined {
  const written = text.normalize('NFKC').trim();
  if (!/^[+\d(][\d\s().\-/]{2,39}$/.test(written)) return undefined;
  const { trunk, abroad } = others[prefix] ?? usual;
  // Written for both, as +33 (0)6: nobody dials it so.
  const bare = written.replace(/\(0\)/, written.startsWith('+') || written.startsWith('00') ? '' : '0');
  const digits = bare.replace(/\D/g, '');
  const number = bare.startsWith('+')
    ? `+${digits}`
    : digits.startsWith(abroad)
      ? `+${digits.slice(abroad.length)}`
      : `${prefix}${digits.startsWith(trunk) ? digits.slice(trunk.length) : digits}`;
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}
