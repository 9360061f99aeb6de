/** A catalogue in French of the sentences that another language has; French has a form for millions too. */
export type French<Other> = {
  readonly [Key in keyof Other]: Other[Key] extends string
    ? string
    : { readonly one: string; readonly many: string; readonly other: string };
};

type Entry = string | { readonly one: string; readonly many: string; readonly other: string };

/** As French is set: what belongs together is not torn apart at the end of a line. */
const set = (text: string): string => text.replace(/« | »| (?=[:;!?](?:\s|$))/g, (gap) => gap.replace(' ', '\u00A0'));

/** The catalogue with its spaces as French is set. */
export const typeset = <Catalogue extends Readonly<Record<string, Entry>>>(catalogue: Catalogue): Catalogue =>
  Object.fromEntries(
    Object.entries(catalogue).map(([key, entry]) => [
      key,
      typeof entry === 'string'
        ? set(entry)
        : Object.fromEntries(Object.entries(entry).map(([form, text]) => [form, set(text)])),
    ]),
  ) as Catalogue;
