import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { turns } from './turns.ts';

/** Hashes and checks passwords. */
export interface Passwords {
  /** The hash to keep: argon2id, of a password prepared by RFC 8265. Costs some 15 ms of a core. */
  hashPassword(tenant: string, password: string, signal?: AbortSignal): Promise<string>;
  /** Whether it is the password of that hash. */
  verifyPassword(tenant: string, kept: string, password: string, signal?: AbortSignal): Promise<boolean>;
}

// OWASP's least for argon2id: 19 MiB, two passes, one lane. The algorithm is the library's default; its enum can't be
// imported under isolated modules.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The form in which passwords are compared (RFC 8265 §4.2.2, OpaqueString): all spaces alike, then NFC. */
const prepared = (password: string): string => password.replace(/\p{Zs}/gu, ' ').normalize('NFC');

/** Password hashing that leaves a core to no tenant alone: at most one hash per core at a time, tenants taking turns. */
export function passwords(atOnce: number = availableParallelism()): Passwords {
  const queue = turns(atOnce);
  return {
    hashPassword: (tenant, password, signal) => queue.run(tenant, () => hash(prepared(password), cost), signal),

    verifyPassword: (tenant, kept, password, signal) =>
      queue.run(tenant, () => verify(kept, prepared(password)), signal),
  };
}
