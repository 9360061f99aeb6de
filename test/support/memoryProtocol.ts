import { randomUUID } from 'node:crypto';
import type { Protocol, Stores } from '../../src/scim/ports.ts';
import type { Registry } from '../../src/scim/schema/registry.ts';
import { testRegistry } from './schemas.ts';

/** Where the protocol says that it is served. */
export const baseUrl = 'https://scim.example/scim/v2';

/** What the protocol needs, without a database. */
export const memoryProtocol = (stores: Stores, registry: Registry = testRegistry()): Protocol => ({
  registryOf: () => registry,
  stores,
  baseUrl,
  seals: {
    seal: (text, context) => Buffer.from(JSON.stringify([context, text])).toString('base64url'),
    open(sealed, context) {
      try {
        const [inside, text] = JSON.parse(Buffer.from(sealed, 'base64url').toString()) as [string, string];
        return inside === context ? text : undefined;
      } catch {
        return undefined;
      }
    },
  },
  joint: () => {
    throw new Error('not there yet');
  },
  ledger: {
    open: () => {
      throw new Error('not there yet');
    },
  },
  newId: randomUUID,
  clock: Date.now,
});
