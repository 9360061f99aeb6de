import { allowed } from '../domain/connections.ts';
import { stateOf } from '../domain/tokens.ts';
import { lookUps, uses } from './lookUps.ts';
import type { FoundToken, Tokens } from '../domain/accessPorts.ts';
import type { ConnectionOption, Dialect, Scope } from '../domain/connections.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { TokenFormat } from '../domain/tokens.ts';

/** What a credential gives access to. */
export interface Access {
  readonly caller: {
    readonly tenant: TenantId;
    readonly connection: string;
    readonly dialect: Dialect;
    readonly scopes: ReadonlySet<Scope>;
    readonly adopts: boolean;
    readonly options: ReadonlySet<ConnectionOption>;
    /** The user that the token stands for. */
    readonly user?: string;
  };
  readonly connectionName: string;
  readonly paused: boolean;
}

/** Tells who presents a token. */
export interface Authentication {
  /**
   * Undefined for a token that is unknown, expired or revoked, or that stands for a user who is deactivated or gone: each
   * within a second. Rejects where the store can't say.
   */
  authenticate(token: string): Promise<Access | undefined>;
  /** Resolves when no note of a token's use is on its way to the store. */
  settled(): Promise<void>;
}

/** What authentication is done with. */
export interface AccessPorts {
  readonly tokens: Pick<Tokens, 'find' | 'used'>;
  readonly tokenFormat: Pick<TokenFormat, 'parse' | 'same'>;
  readonly now: () => Date;
  /** Milliseconds of a clock that is never set back. */
  readonly elapsed: () => number;
  /** Told that a token's use could not be noted. */
  readonly onUnnoted: (cause: unknown) => void;
}

interface Known extends FoundToken {
  readonly access: Access;
}

/** Authentication by token, from memory while a look-up is fresh. */
export function access(ports: AccessPorts): Authentication {
  const lookUp = lookUps(
    (selector: string) => ports.tokens.find(selector).then(toKnown),
    (selector) => selector,
    ports.elapsed,
  );
  const noted = uses(
    ({ tenant, selector }, at, apartMs) => ports.tokens.used(tenant, selector, at, apartMs),
    ports.onUnnoted,
  );

  return {
    async authenticate(text) {
      const credential = ports.tokenFormat.parse(text);
      if (!credential) return undefined;
      const known = await lookUp(credential.selector);
      if (!known || !ports.tokenFormat.same(known.token.digest, credential.digest)) return undefined;
      const now = ports.now();
      if (stateOf(known.token, now) !== 'live' || known.standing === 'over') return undefined;
      noted.note(known.token, now);
      return known.access;
    },

    settled: () => noted.settled(),
  };
}

const toKnown = (found: FoundToken | undefined): Known | undefined =>
  found && {
    ...found,
    access: {
      caller: {
        tenant: found.token.tenant,
        connection: found.connection.id,
        dialect: found.connection.dialect,
        scopes: allowed(found.connection.scopes, found.token.scopes),
        adopts: found.connection.adopt === 'userName',
        options: new Set(found.connection.options),
        ...(found.token.user !== undefined && { user: found.token.user }),
      },
      connectionName: found.connection.name,
      paused: found.connection.paused,
    },
  };
