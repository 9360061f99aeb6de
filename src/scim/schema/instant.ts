const dateTime = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * The instant that an xsd:dateTime names, to the millisecond (RFC 7643 §2.3.5); without a zone it is taken as UTC.
 * Undefined where the text is none, also where the day does not exist.
 */
export function instant(text: string): Date | undefined {
  const [, year, month, day, time, fraction, zone] = dateTime.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined || time === undefined) return undefined;
  const midnight = new Date(`${year}-${month}-${day}T00:00:00Z`);
  // JavaScript reads the 30th of February as the 1st of March.
  if (Number.isNaN(midnight.getTime()) || midnight.getUTCDate() !== Number(day)) return undefined;
  const at = new Date(`${year}-${month}-${day}${time}${(fraction ?? '').slice(0, 4)}${zone ?? 'Z'}`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
