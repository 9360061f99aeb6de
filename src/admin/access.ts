import { allowed } from '../domain/connections.ts';
import { stateOf } from '../domain/tokens.ts';
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
  /** Undefined for a token that is unknown, expired or revoked. Rejects where the store can't say. */
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

/** One look-up, under way or done. */
interface LookUp {
  /** When it was begun: what it finds may be as old as this. */
  readonly begun: number;
  readonly found: Promise<Known | undefined>;
  done: boolean;
}

interface Known extends FoundToken {
  readonly access: Access;
}

// A revoked token is refused everywhere within a second; what is left of it is for the look-up's answer and the request.
const validMs = 900;
const mostKept = 10_000;
const noteApartMs = 60_000;

/**
 * Authentication by token, from memory while a look-up is fresh: a warm token costs no store command, an unknown one
 * is not looked up again and again, a cold one costs one command however many requests bring it at once.
 */
export function access(ports: AccessPorts): Authentication {
  const lookUps = new Map<string, LookUp>();
  const noted = new Map<string, number>();
  const notes = new Set<Promise<void>>();

  function begin(selector: string): LookUp {
    const begun: LookUp = { begun: ports.elapsed(), found: ports.tokens.find(selector).then(toKnown), done: false };
    begun.found.then(
      () => {
        begun.done = true;
      },
      () => {
        begun.done = true;
        if (lookUps.get(selector) === begun) lookUps.delete(selector);
      },
    );
    put(lookUps, selector, begun);
    return begun;
  }

  async function lookUp(selector: string): Promise<Known | undefined> {
    const arrived = ports.elapsed();
    for (;;) {
      const last = lookUps.get(selector);
      if (last && arrived - last.begun < validMs) return last.found;
      if (!last || last.done) return begin(selector).found;
      // Begun too long ago to count for this request, and under way: one at a time.
      await last.found.catch(() => undefined);
    }
  }

  function note({ token }: Known, at: Date): void {
    const last = Math.max(noted.get(token.selector) ?? -Infinity, token.lastUsedAt?.getTime() ?? -Infinity);
    if (at.getTime() - last < noteApartMs) return;
    put(noted, token.selector, at.getTime());
    const writing = ports.tokens
      .used(token.tenant, token.selector, at, noteApartMs)
      .catch(ports.onUnnoted)
      .finally(() => notes.delete(writing));
    notes.add(writing);
  }

  return {
    async authenticate(text) {
      const credential = ports.tokenFormat.parse(text);
      if (!credential) return undefined;
      const known = await lookUp(credential.selector);
      if (!known || !ports.tokenFormat.same(known.token.digest, credential.digest)) return undefined;
      const now = ports.now();
      if (stateOf(known.token, now) !== 'live') return undefined;
      note(known, now);
      return known.access;
    },

    async settled() {
      await Promise.all(notes);
    },
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

/** Puts an entry last, and the first one out where there are too many. */
function put<T>(entries: Map<string, T>, key: string, value: T): void {
  entries.delete(key);
  entries.set(key, value);
  if (entries.size <= mostKept) return;
  for (const first of entries.keys()) {
    entries.delete(first);
    return;
  }
}
