import { seatsOf } from '../domain/accounts.ts';
import { tenantId } from '../domain/tenants.ts';
import { invalidFilter, invalidValue } from '../scim/errors.ts';
import type { Filter } from '../scim/filter/ast.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Caller, ResourceStore, Stored } from '../scim/types.ts';
import type { Ports } from './decide.ts';
import { resources } from './resources.ts';

/** How many seats are taken stands in an account, exact under races, and in no pool. */
const used = 'totalAssignmentsUsed';

/**
 * License pools, as SCIM asks for them: each with how many of its seats are taken now. One read counts for a whole page;
 * nothing is searched or sorted by it.
 */
export function pools(ports: Ports, type: ResourceType): ResourceStore {
  const store = resources(ports, type);

  async function counted(caller: Caller, found: readonly Stored[]): Promise<readonly Stored[]> {
    if (found.length === 0) return found;
    const accounts = await ports.accounts.read(
      tenantId(caller.tenant),
      found.map(({ id }) => seatsOf(id)),
    );
    return found.map((stored) => ({
      ...stored,
      attributes: { ...stored.attributes, [used]: accounts.get(seatsOf(stored.id))?.value ?? 0 },
    }));
  }

  return {
    ...store,

    async read(caller, id, wanted) {
      const found = await store.read(caller, id, wanted);
      const [pool] = await counted(caller, found ? [found] : []);
      return pool;
    },

    async query(caller, query) {
      if (query.filter && asks(query.filter)) throw invalidFilter(`'${used}' cannot be searched by`);
      if (query.sort && names(query.sort.path)) throw invalidValue(`'${used}' cannot be sorted by`);
      const page = await store.query(caller, query);
      return { ...page, resources: await counted(caller, page.resources) };
    },
  };
}

const names = ({ keys }: { readonly keys: readonly string[] }): boolean => keys[0] === used;

/** Whether a filter asks for it anywhere. */
function asks(filter: Filter): boolean {
  if ('filters' in filter) return filter.filters.some(asks);
  return 'filter' in filter ? asks(filter.filter) : names(filter.path);
}
