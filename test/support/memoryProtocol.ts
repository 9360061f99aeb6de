import { randomUUID } from 'node:crypto';
import type { Protocol, Stores } from '../../src/scim/ports.ts';
import type { Registry } from '../../src/scim/schema/registry.ts';
import { memoryJoint } from './memoryJoint.ts';
import { memoryLedger } from './memoryLedger.ts';
import { testRegistry } from './schemas.ts';

/** Where the protocol says that it is served. */
export const baseUrl = 'https://scim.example/scim/v2';

/** What the protocol needs, without a database. */
export const memoryProtocol = (kept: Stores, registry: Registry = testRegistry()): Protocol => {
  const { stores, ledger } = memoryLedger(kept);
  return {
    registryOf: () => registry,
    stores,
    baseUrl,
    seals: {
      seal: (text, context) => Promise.resolve(Buffer.from(JSON.stringify([context, text])).toString('base64url')),
      open: (sealed, context) => Promise.resolve(opened(sealed, context)),
    },
    joint: memoryJoint(stores),
    ledger,
    outage: () => undefined,
    newId: randomUUID,
    clock: Date.now,
  };
};

/** What was sealed in that context, by whoever. */
function opened(sealed: string, context: string): string | undefined {
  try {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.toString('base64url') !== sealed) return undefined;
    const [inside, text] = JSON.parse(bytes.toString()) as [string, string];
    return inside === context ? text : undefined;
  } catch {
    return undefined;
  }
}
