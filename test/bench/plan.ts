/** How much is measured, and how long. */
export interface Plan {
  /** People of the tables, in three groups each. */
  readonly users: number;
  /** People in no group, who are made members. */
  readonly joiners: number;
  /** Members of the groups that somebody is added to. */
  readonly groups: readonly number[];
  /** So many people there are in turn, where it is asked how cost grows. */
  readonly growth: readonly number[];
  /** Up to so many people the floor takes part in that. */
  readonly floorUpTo: number;
  readonly rounds: number;
  readonly milliseconds: number;
  /** Before each kind of measurement: V8 takes some thousand requests to compile what they run through. */
  readonly warmUp: number;
  /** Whether what follows a write is waited for, and counts: its place in the journal, its row in the provisioning log. */
  readonly aftermath: 'counts' | 'left out';
  /** A round of requests that come at a rate. */
  readonly openMilliseconds: number;
  /** So long they come before: V8 has compiled what the server does only then, and not until then is it as fast as it is. */
  readonly openWarmUp: number;
  /** By so many server processes tenants are served in turn. */
  readonly workers: readonly number[];
}

/** The plans by name: a few minutes less than three; the usual one; and the one with a million people. */
export const plans = {
  quick: {
    users: 2_000,
    joiners: 5_000,
    groups: [100, 10_000],
    growth: [2_000, 6_000],
    floorUpTo: 6_000,
    rounds: 2,
    milliseconds: 250,
    warmUp: 300,
    aftermath: 'left out',
    openMilliseconds: 2_000,
    openWarmUp: 3_000,
    workers: [1],
  },
  usual: {
    users: 10_000,
    joiners: 20_000,
    groups: [100, 10_000, 100_000, 1_000_000],
    growth: [1_000, 10_000, 100_000],
    floorUpTo: 100_000,
    rounds: 5,
    milliseconds: 1_000,
    warmUp: 2_500,
    aftermath: 'counts',
    openMilliseconds: 8_000,
    openWarmUp: 9_000,
    workers: [1, 2],
  },
  full: {
    users: 10_000,
    joiners: 20_000,
    groups: [100, 10_000, 100_000, 1_000_000],
    growth: [1_000, 10_000, 100_000, 1_000_000],
    floorUpTo: 100_000,
    rounds: 5,
    milliseconds: 1_000,
    warmUp: 2_500,
    aftermath: 'counts',
    openMilliseconds: 20_000,
    openWarmUp: 12_000,
    workers: [1, 2],
  },
} as const satisfies Record<string, Plan>;
