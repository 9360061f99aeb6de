import type { Stores } from '../scim/ports.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { ResourceStore } from '../scim/types.ts';
import type { Ports } from './decide.ts';
import { entities } from './entities.ts';
import { groups } from './groups.ts';
import { joined } from './joined.ts';
import { knownChannels, oneLanguage } from './joins.ts';
import { pools } from './pools.ts';
import { resources } from './resources.ts';
import { users } from './users.ts';

/** Where the resources of each type are kept. A tenant that has schemas of its own has types of its own. */
export function storesOf(ports: Ports): Stores {
  const made = new WeakMap<ResourceType, ResourceStore>();
  return (type) => {
    const store = made.get(type) ?? storeOf(ports, type);
    made.set(type, store);
    return store;
  };
}

function storeOf(ports: Ports, type: ResourceType): ResourceStore {
  switch (type.name) {
    case 'User':
      return joined(users(ports, type), oneLanguage);
    case 'Group':
      return joined(groups(ports, type), knownChannels(ports.newId));
    case 'Entitlement':
      return pools(ports, type);
    case 'Entity':
      return resources(ports, type, entities(ports));
    default:
      return resources(ports, type);
  }
}
