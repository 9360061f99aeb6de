/** Who asks without a key may do so so often in a row, and then so often a second; per address. */
const most = 30;
const perSecond = 1;

/** So many addresses are remembered: who comes from more of them than that costs what they ask, which is little. */
const mostKept = 10_000;

interface Bucket {
  readonly left: number;
  readonly at: number;
}

/**
 * Counts what strangers ask, in this process: in how many seconds who asks from that address may, and zero where that is
 * now.
 *
 * @param clock milliseconds since 1970
 */
export function strangers(clock: () => number): (address: string) => number {
  const buckets = new Map<string, Bucket>();
  return (address) => {
    const who = householdOf(address);
    const now = clock();
    const last = buckets.get(who) ?? { left: most, at: now };
    const left = Math.min(most, last.left + (Math.max(0, now - last.at) / 1_000) * perSecond);
    const admitted = left >= 1;
    buckets.delete(who);
    buckets.set(who, { left: admitted ? left - 1 : left, at: now });
    if (buckets.size > mostKept) for (const oldest of [...buckets.keys()].slice(0, 1)) buckets.delete(oldest);
    return admitted ? 0 : Math.ceil((1 - left) / perSecond);
  };
}

/** One who has an address of IPv6 has all that begin with the same 64 bits. */
function householdOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const [begin, end] = [head.split(':'), tail === undefined ? [] : tail.split(':')];
  const zeros = Array.from({ length: Math.max(0, 8 - begin.length - end.length) }, () => '0');
  return [...begin, ...zeros, ...end].slice(0, 4).join(':');
}
