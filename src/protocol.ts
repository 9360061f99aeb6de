import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { passwords } from './credentials/passwords.ts';
import { basePath } from './http/target.ts';
import type { Ports } from './provisioning/decide.ts';
import { groups } from './provisioning/groups.ts';
import { users } from './provisioning/users.ts';
import { scim } from './scim/handle.ts';
import { registry, type Registry } from './scim/schema/registry.ts';
import type { ResourceType } from './scim/schema/types.ts';
import type { Json, ResourceStore } from './scim/types.ts';
import type { Database } from './storage/connect.ts';
import { directory } from './storage/directory.ts';
import { states } from './storage/states.ts';
import { unitOfWork } from './storage/unitOfWork.ts';

/** The SCIM protocol over a database. */
export const protocolOver = (
  db: Database,
  types: Registry,
  publicUrl: string,
  onCommit?: Parameters<typeof unitOfWork>[3],
) =>
  scim({
    registryOf: () => types,
    stores: storesOver(db, types, onCommit),
    baseUrl: publicUrl + basePath,
    seals: { seal: (text) => text, open: (text) => text },
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

/** Where the resources of each type are kept. */
export function storesOver(
  db: Database,
  types: Registry,
  onCommit?: Parameters<typeof unitOfWork>[3],
): (type: ResourceType) => ResourceStore {
  const typeOf = (kind: string): ResourceType => {
    const type = types.typeNamed(kind);
    if (!type) throw new TypeError(`schemas/resource-types has no ${kind}`);
    return type;
  };
  const ports: Ports = {
    states: states(db),
    directory: directory(db),
    work: unitOfWork(db, (_, kind) => typeOf(kind), Date.now, onCommit),
    hashPassword: passwords().hashPassword,
    newId: randomUUID,
    clock: Date.now,
    pause,
    typeOf,
  };
  const stores = new Map([
    [typeOf('User').id, users(ports)],
    [typeOf('Group').id, groups(ports)],
  ]);
  return (type) => {
    const store = stores.get(type.id);
    if (!store) throw new TypeError(`${type.name} is kept nowhere`);
    return store;
  };
}

/** Those who met in a document should not meet there again. */
const pause = (round: number): Promise<void> => setTimeout(Math.random() * Math.min(2 ** round, 100));

/** The schemas, read from the project's `schemas/`, wherever it was started from. */
export function schemas(): Registry {
  const root = fileURLToPath(new URL('../schemas/', import.meta.url));
  const read = (folder: string): Json[] =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(root, folder, name), 'utf8')) as Json);
  return registry([...read('core'), ...read('extensions')], read('resource-types'));
}
