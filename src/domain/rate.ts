/** How much a connection may ask of the server: so many requests a second, and after a rest a burst at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** The rate with that many requests a second: after a rest, what four seconds bring. */
export const rateOf = (perSecond: number): Rate => ({ perSecond, burst: 4 * perSecond });

/** So long may a process use what it took ahead; what it has not used by then is lost. */
export const leaseMs = 1_000;

/** So long where it took a little, so that a quiet connection costs no write each time. */
export const littleLeaseMs = 30_000;

/** How much is little: a fiftieth of a second's worth, which nobody else misses. */
export const little = ({ perSecond }: Rate): number => Math.max(1, Math.floor(perSecond / 50));

/** How long a process may use so many tokens that it took ahead. */
export const leaseMsOf = (tokens: number, rate: Rate): number => (tokens <= little(rate) ? littleLeaseMs : leaseMs);

/** What a process took ahead, and until when nobody else may count on it. Instants are milliseconds since 1970. */
export interface Holding {
  readonly holder: string;
  readonly tokens: number;
  readonly until: number;
}

/** What is left of a connection's rate at an instant. What is left and what is held are never more than a burst. */
export interface Bucket {
  /** Below zero after one that cost more than a burst. */
  readonly tokens: number;
  readonly at: number;
  readonly held: readonly Holding[];
}

/** What a process asks of a bucket. */
export interface Ask {
  readonly holder: string;
  /** What the process gives back of what it took ahead. */
  readonly left: number;
  /** What it needs now, all or nothing. */
  readonly cost: number;
  /** What has just been paid towards the same: by a Bulk for its request. */
  readonly paid: number;
  /** What it would take ahead, as far as there is any. */
  readonly ahead: number;
}

/** What came of asking. */
export interface Leased {
  /** So many tokens are missing; where any are, nothing was taken. */
  readonly missing: number;
  readonly ahead: number;
}

/** A bucket that nobody has taken from. */
export const fullBucket = ({ burst }: Rate, now: number): Bucket => ({ tokens: burst, at: now, held: [] });

/**
 * The token bucket: refills a bucket up to an instant and takes from it what is asked. Whatever processes take and use,
 * it is no more in any span of time than a burst and what the span brings. Only what costs more than there can be waits no
 * longer than until the bucket is full, and is paid for by those that follow.
 */
export function lease(bucket: Bucket, rate: Rate, ask: Ask, now: number): Leased & { readonly bucket: Bucket } {
  const live = bucket.held.filter(({ until }) => until > now);
  const others = live.filter(({ holder }) => holder !== ask.holder);
  const returned = Math.min(ask.left, sumOf(live) - sumOf(others));
  // What is held may have been used just now: only what comes back of it makes room.
  const most = rate.burst - sumOf(live) + returned;
  const refilled = bucket.tokens + (rate.perSecond * Math.max(0, now - bucket.at)) / 1_000;
  const tokens = Math.min(most, refilled + returned);

  // Nor for what has been paid towards it, or who sends nothing else would never find the bucket full.
  const missing = Math.max(0, Math.min(ask.cost, Math.max(most - ask.paid, 1)) - tokens);
  if (missing > 0) return { missing, ahead: 0, bucket: { tokens, at: now, held: others } };
  const ahead = Math.max(0, Math.min(ask.ahead, Math.floor(tokens - ask.cost)));
  const own = ahead > 0 ? [{ holder: ask.holder, tokens: ahead, until: now + leaseMsOf(ahead, rate) }] : [];
  return { missing, ahead, bucket: { tokens: tokens - ask.cost - ahead, at: now, held: [...others, ...own] } };
}

/** How long a bucket takes to bring so many tokens, in whole seconds: one at least. */
export const secondsFor = (tokens: number, { perSecond }: Rate): number => Math.max(1, Math.ceil(tokens / perSecond));

const sumOf = (held: readonly Holding[]): number => held.reduce((sum, { tokens }) => sum + tokens, 0);
