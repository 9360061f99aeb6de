/** The weak ETag of a version (RFC 7644 §3.14). */
export const etag = (version: number): string => `W/"${String(version)}"`;

/**
 * Which versions an `If-Match` header allows to be changed: all without the header or with `*`, else those it lists,
 * weakly or strongly written. A header that lists no tag allows none.
 */
export function accepts(ifMatch: string | undefined): (version: number) => boolean {
  return ifMatch === undefined ? () => true : listed(ifMatch);
}

/** Which versions an `If-None-Match` header wants to be sent: all without the header, else those it does not list. */
export function noneMatch(ifNoneMatch: string | undefined): (version: number) => boolean {
  if (ifNoneMatch === undefined) return () => true;
  const known = listed(ifNoneMatch);
  return (version) => !known(version);
}

/** Our tags hold no comma, so what is between two commas is one of ours or nobody's. */
function listed(header: string): (version: number) => boolean {
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.includes('*')) return () => true;
  const versions = new Set(tags.map((tag) => /^(?:W\/)?"(\d{1,16})"$/.exec(tag)?.[1]));
  return (version) => versions.has(String(version));
}
