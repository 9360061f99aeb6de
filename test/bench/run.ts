import type { Found, Goal } from './goals.ts';
import type { Plan } from './plan.ts';

/** A whole run, as it is written to a file. */
export interface Run extends Found {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly os: string;
    readonly node: string;
    readonly mongod: string;
  };
  readonly began: string;
  readonly seconds: number;
  /** How many processes wanted to run, on average over 1, 5 and 15 minutes: others' and, after the run, its own. */
  readonly load: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly plan: Plan;
  readonly goals: readonly Goal[];
}
