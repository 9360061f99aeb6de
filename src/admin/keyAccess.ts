import { allowedWith, type KeyCredential, type KeyFormat, type Keys } from '../domain/keys.ts';
import type { Actor } from './api/route.ts';
import type { TenantId } from '../domain/tenants.ts';
import { lookUps, uses } from './lookUps.ts';

/** Tells who presents a key of the admin API, and what that one may do. */
export interface KeyAuthentication {
  /**
   * Undefined for a key that is unknown, expired or revoked, or whose person is deactivated: each within a second.
   * Rejects where the store can't say.
   */
  authenticate(text: string): Promise<{ readonly tenant: TenantId; readonly actor: Actor } | undefined>;
  /** Resolves when no note of a key's use is on its way to the store. */
  settled(): Promise<void>;
}

/** What authentication by key is done with. */
export interface KeyAccessPorts {
  readonly keys: Pick<Keys, 'find' | 'used'>;
  readonly keyFormat: Pick<KeyFormat, 'parse' | 'same'>;
  readonly now: () => Date;
  /** Milliseconds of a clock that is never set back. */
  readonly elapsed: () => number;
  /** Told that a key's use could not be noted. */
  readonly onUnnoted: (cause: unknown) => void;
}

/** Authentication by key, from memory while a look-up is fresh, as by token (`access.ts`). */
export function keyAccess({ keys, keyFormat, now, elapsed, onUnnoted }: KeyAccessPorts): KeyAuthentication {
  const lookUp = lookUps(
    ({ tenant, selector }: KeyCredential) => keys.find(tenant, selector),
    ({ tenant, selector }) => `${tenant} ${selector}`,
    elapsed,
  );
  const noted = uses(({ tenant, selector }, at, apartMs) => keys.used(tenant, selector, at, apartMs), onUnnoted);

  return {
    async authenticate(text) {
      const credential = keyFormat.parse(text);
      if (!credential) return undefined;
      const { tenant, selector } = credential;
      const found = await lookUp(credential);
      if (!found || !keyFormat.same(found.digest, credential.digest)) return undefined;
      const at = now();
      const permissions = allowedWith(found, at);
      if (!permissions) return undefined;
      noted.note({ tenant, selector, lastUsedAt: found.lastUsedAt }, at);
      const { id, person, permissions: scopes } = found.key;
      const actor =
        person === undefined ? { name: `key:${id}` } : { name: `person:${person}`, person, scopes: new Set(scopes) };
      return { tenant, actor: { ...actor, key: id, permissions } };
    },
    settled: () => noted.settled(),
  };
}
