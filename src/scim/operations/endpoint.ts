import { location, present } from '../present.ts';
import type { Projection } from '../projection.ts';
import type { ResourceType } from '../schema/types.ts';
import type { Outcome, ResourceStore, ScimResponse, Stored, Written } from '../types.ts';
import { etag } from '../version.ts';

/** Where the resources of one type are served and kept. */
export interface Endpoint {
  readonly type: ResourceType;
  readonly store: ResourceStore;
  /** Without a slash at its end. */
  readonly baseUrl: string;
}

/** An answer that shows a resource, with its version and its place (RFC 7644 §3.14; RFC 7643 §3.1, `location`). */
export function shown(
  { type, baseUrl }: Endpoint,
  status: 200 | 201,
  stored: Stored,
  projection: Projection,
): ScimResponse {
  const place = location(type, stored.id, baseUrl);
  const headers = { ETag: etag(stored.version), Location: place, 'Content-Location': place };
  return { status, headers, body: present(type, stored, baseUrl, projection) };
}

/** What the provisioning log says of a write; `before` is the version before it, where there was one. */
export const outcome = ({ type }: Endpoint, { stored, refusedMembers }: Written, before?: number): Outcome => ({
  resourceType: type.name,
  id: stored.id,
  refusedMembers,
  ...(stored.version === before && { unchangedAt: before }),
});
