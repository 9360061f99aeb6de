import type { JsonObject } from '../../src/scim/types.ts';
import { urns } from '../../src/scim/urns.ts';
import { badge, device } from './ownSchemas.ts';

/** How many resources of each type the tenant has that is asked. */
export const sizes: Readonly<Record<string, number>> = { '/Users': 300, '/Groups': 60, '/Devices': 80 };

/**
 * How many keys of indexes a query may examine, whatever else is in the database. `page`: what it shows and skips, and
 * ten. A number: besides, what an index finds is looked at three times at most, for page, total and memberships. `scan`:
 * likewise all that the tenant has of the type. Where an index finds, or the tenant has, more than 100,000, the query is
 * refused.
 */
export type Cost = 'page' | number | 'scan';

/** A query: its path and parameters. */
export type Asked = readonly [path: string, query: Readonly<Record<string, string>>];

const page = { count: '10' };
/** A page without memberships. */
export const bare = { ...page, excludedAttributes: 'groups,members' };
const filtered = (path: string, filter: string, more: object = {}): Asked => [path, { ...bare, filter, ...more }];

const onePage: readonly Asked[] = [
  ['/Users', bare],
  ['/Users', page],
  ['/Users', { count: '0' }],
  ['/Users', { ...bare, startIndex: '201' }],
  ['/Users', { ...bare, sortBy: 'userName', startIndex: '201' }],
  ['/Users', { ...bare, sortBy: 'meta.lastModified', sortOrder: 'descending', startIndex: '201' }],
  ['/Groups', bare],
  ['/Groups', page],
  ['/Devices', bare],
  filtered('/Users', 'userName eq "USER 7"'),
  filtered('/Users', 'userName eq "nobody"'),
  filtered('/Users', 'id eq "u-acme-000007"'),
  filtered('/Users', 'externalId eq "e7"'),
  filtered('/Users', 'emails.value eq "user7@corp.example"'),
  filtered('/Users', 'emails[type eq "work" and value eq "user7@corp.example"]'),
  filtered('/Users', 'userName eq "user 7" and active eq true'),
  filtered('/Users', 'userName eq "user 7" or emails.value eq "user8@corp.example"'),
  filtered('/Users', 'meta.lastModified gt "2026-01-01T00:04:55Z"'),
  filtered('/Users', 'meta.lastModified ge "2026-01-01T00:01:00Z" and meta.lastModified lt "2026-01-01T00:01:05Z"'),
  filtered('/Users', `${badge.id}:number eq "N7"`),
  filtered('/Users', `${badge.id}:number eq "N7" or ${badge.id}:number eq "N8"`),
  filtered('/Groups', 'displayName eq "group 7"'),
  filtered('/Groups', 'members.value eq "u-acme-000007"'),
  filtered('/Groups', 'members[value eq "u-acme-000007" and type eq "User"]'),
  filtered('/Groups', 'id eq "g-acme-000007" and members eq "u-acme-000007"'),
  filtered('/Devices', 'assetTag eq "tag 7"'),
  filtered('/Devices', `${device.id}:assetTag eq "tag 7"`),
];

/** Queries of one type, and what they cost. */
export const table: readonly (readonly [cost: Cost, asked: Asked])[] = [
  ...onePage.map((asked) => ['page', asked] as const),
  [13, filtered('/Users', 'userName sw "user 29"')],
  [300, filtered('/Users', 'userName sw "user"')],
  [300, filtered('/Users', 'userName sw "user"', { sortBy: 'userName' })],
  [300, filtered('/Users', 'userName sw "user"', { sortBy: 'userName', cursor: '' })],
  [135, filtered('/Users', 'externalId sw "e1"')],
  [111, filtered('/Users', 'emails.value sw "user1"')],
  [100, filtered('/Users', 'id sw "u-acme-0001"')],
  [239, filtered('/Users', 'meta.lastModified gt "2026-01-01T00:01:00Z"')],
  [6, filtered('/Users', 'groups.value eq "g-acme-000007"')],
  [300, filtered('/Users', 'groups.value eq "g-acme-000000"')],
  [300, filtered('/Users', 'groups.value eq "g-acme-000000" and title eq "manager"')],
  [150, filtered('/Users', `${badge.id}:color eq "red"`)],
  [200, filtered('/Users', `${badge.id}:level ge 100`)],
  ['scan', filtered('/Users', 'active eq true')],
  ['scan', filtered('/Users', 'active eq true', { cursor: '' })],
  ['scan', filtered('/Users', 'active eq true', { sortBy: 'userName', cursor: '' })],
  ['scan', filtered('/Users', 'title eq "engineer"')],
  ['scan', filtered('/Users', 'title eq "nobody"')],
  ['scan', filtered('/Users', 'userName co "7"')],
  ['scan', filtered('/Users', 'not (userName eq "user 7")')],
  ['scan', filtered('/Users', 'userName eq "user 7" or title eq "engineer"')],
  ['scan', filtered('/Users', `userName eq "user 7" or ${badge.id}:number eq "N8"`)],
  ['scan', filtered('/Users', 'meta.created gt "2026-01-01T00:04:55Z"')],
  ['scan', ['/Users', { ...bare, sortBy: 'title' }]],
  ['scan', ['/Users', { ...bare, sortBy: 'name.familyName', cursor: '' }]],
  ['scan', ['/Users', { ...bare, sortBy: 'externalId' }]],
  ['scan', ['/Users', { ...bare, sortBy: 'meta.created', sortOrder: 'descending' }]],
  ['scan', filtered('/Groups', 'members.value ne "u-acme-000007"')],
];

/** Queries of all types at once. */
export const everyone: readonly (readonly [cost: 'page' | 'scan', query: Asked[1]])[] = [
  ['page', bare],
  ['page', { ...bare, cursor: '' }],
  ['page', { ...bare, sortBy: 'id', cursor: '' }],
  ['page', { ...bare, startIndex: '301' }],
  ['page', { ...bare, sortBy: 'meta.lastModified', cursor: '' }],
  ['page', { ...bare, filter: 'id eq "u-acme-000007"' }],
  ['scan', { ...bare, sortBy: 'displayName' }],
  ['scan', { ...bare, filter: 'displayName co "7"' }],
];

/** Queries of a tenant with more users than may be examined, all of them in one group: no index narrows them enough. */
export const refusedOfMany: readonly Asked[1][] = [
  { ...bare, filter: 'title pr' },
  { ...bare, filter: 'userName co "7"' },
  { ...bare, filter: 'userName sw "user"' },
  { ...bare, filter: 'meta.lastModified gt "2026-01-01T00:00:00Z" or meta.created pr' },
  { ...bare, filter: 'groups.value eq "everyone"' },
  { ...bare, filter: 'active ne true', cursor: '' },
  { ...bare, filter: 'userName sw "user"', sortBy: 'title', cursor: '' },
  { ...bare, sortBy: 'title' },
  { ...bare, sortBy: 'meta.created', cursor: '' },
];

/** Queries of that tenant that an index puts in order. */
export const servedOfMany: readonly Asked[1][] = [
  bare,
  { ...bare, cursor: '' },
  { ...bare, startIndex: '40001' },
  { ...bare, startIndex: '99990', sortBy: 'userName', sortOrder: 'descending' },
  { ...bare, sortBy: 'meta.lastModified', cursor: '' },
  { ...bare, filter: 'userName sw "user"', sortBy: 'userName', cursor: '' },
  { ...bare, filter: 'meta.lastModified ge "2026-01-01T00:00:00Z"', sortBy: 'meta.lastModified', cursor: '' },
  { ...bare, filter: 'id sw "u-crowd"', cursor: '' },
];

/** A cost in words. */
export function costs(cost: Cost): string {
  if (cost === 'page') return 'what the page shows and skips, and ten';
  return cost === 'scan' ? 'those of the type' : `those of the ${cost} that an index finds`;
}

/** A query in words. */
export const shownAs = ([path, query]: Asked): string =>
  `${path}?${decodeURIComponent(String(new URLSearchParams(query)))}`;

/** A query as the body of a `.search`. */
export function searchOf({ count, startIndex, excludedAttributes = '', ...query }: Asked[1]): JsonObject {
  return {
    schemas: [urns.search],
    ...query,
    ...(excludedAttributes !== '' && { excludedAttributes: excludedAttributes.split(',') }),
    ...(count !== undefined && { count: Number(count) }),
    ...(startIndex !== undefined && { startIndex: Number(startIndex) }),
  };
}
