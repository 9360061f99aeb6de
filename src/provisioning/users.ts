import type { ResourceType } from '../scim/schema/types.ts';
import type { ResourceStore } from '../scim/types.ts';
import type { Ports } from './decide.ts';
import { persons } from './persons.ts';
import { resources } from './resources.ts';

/** Users, as SCIM asks for them: who is created is active where nothing else is said. */
export function users(ports: Ports, type: ResourceType): ResourceStore {
  const store = resources(ports, type, persons(ports));
  return {
    ...store,
    create: (caller, { attributes, ...draft }, lenient, wanted) =>
      store.create(caller, { ...draft, attributes: { active: true, ...attributes } }, lenient, wanted),
  };
}
