import { DomainError } from '../domain/errors.ts';
import type { Asked, Lists } from '../domain/lists.ts';
import type { Kind } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import { leniency } from '../scim/dialects.ts';
import { ScimError } from '../scim/errors.ts';
import { parseFilter } from '../scim/filter/parse.ts';
import { unknownSort } from '../scim/operations/query.ts';
import { positionOf, sortPath } from '../scim/order.ts';
import { pageAsked, pageShown } from '../scim/paging.ts';
import type { Protocol } from '../scim/ports.ts';
import { pathInExtensions } from '../scim/schema/path.ts';
import type { Registry } from '../scim/schema/registry.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Sort } from '../scim/types.ts';
import { toStored } from './mapping.ts';
import type { Directory } from './ports.ts';
import { besides } from './served.ts';

/** What lists are read with. */
export interface ListPorts extends Pick<Protocol, 'registryOf' | 'seals' | 'clock'> {
  readonly directory: Pick<Directory, 'query'>;
  /** The kinds that SCIM does not serve. */
  readonly internal: Pick<Registry, 'typeNamed'>;
}

/** No connection: whoever administers an organization sees it as none of its identity providers does. */
const connection = '';

/** Lists for who administers: SCIM's filters, orders and cursors, also over kinds that SCIM does not serve. */
export function lists({ directory, registryOf, internal, seals, clock }: ListPorts): Lists {
  return async (tenant, kind, asked) => {
    const type = besides(await registryOf(tenant), internal).typeNamed(kind);
    if (!type) throw new DomainError({ rule: 'schema-withdrawn', schema: kind });

    const filter = understood('filter', () =>
      asked.filter === undefined ? undefined : parseFilter(type, asked.filter, leniency('lenient')),
    );
    const sort = understood('sort', () => sortOf(type, asked));
    const bound = boundTo(tenant, kind, asked);
    const parameters = { cursor: asked.cursor ?? '', count: String(asked.limit) };
    const page = await understoodLater('cursor', pageAsked(parameters, bound, { seals, clock }));

    const wanted = { members: false, groups: asked.with === 'memberships' };
    const query = { ...(filter && { filter }), ...(sort && { sort }), wanted, ...page };
    // Whether a filter can be searched by is known only there.
    const found = await understoodLater('filter', directory.query({ tenant, connection }, type, query));

    const positions = found.states.map((state) => positionOf(type, toStored(state, { connection }), sort));
    const { nextCursor } = await pageShown(page, { positions, more: found.more }, bound, { seals, clock });
    return {
      items: found.states,
      memberships: found.memberships,
      ...(typeof nextCursor === 'string' && { next: nextCursor }),
      ...(found.total !== undefined && { total: found.total }),
    };
  };
}

/** What a cursor is bound to: all that was asked but the page. */
const boundTo = (tenant: TenantId, kind: Kind, { filter, sort, sortOrder }: Asked): string =>
  JSON.stringify(['list', tenant, kind, filter ?? null, sort ?? null, sortOrder ?? null]);

/** As filters do, an order may name an attribute of an extension by its name alone. @throws ScimError */
function sortOf(type: ResourceType, { sort, sortOrder = 'ascending' }: Asked): Sort | undefined {
  if (sort === undefined) return undefined;
  const inExtension = pathInExtensions(type, sort)?.keys.join(':');
  const path = sortPath(type, sort) ?? (inExtension === undefined ? undefined : sortPath(type, inExtension));
  if (!path) throw unknownSort(sort);
  return { path, order: sortOrder };
}

/** @throws DomainError `invalid`: what is wrong with that part of what was asked */
function understood<T>(part: keyof Asked, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refusal(part, error);
  }
}

async function understoodLater<T>(part: keyof Asked, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw refusal(part, error);
  }
}

const refusal = (part: keyof Asked, error: unknown): unknown =>
  error instanceof ScimError
    ? new DomainError(
        {
          rule: 'invalid',
          attribute: error.scimType === 'invalidCount' ? 'limit' : part,
          why: error.message.replace("'count'", "'limit'").replace("'sortBy'", "'sort'"),
        },
        { cause: error },
      )
    : error;
