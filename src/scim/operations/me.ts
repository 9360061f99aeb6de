import { notFound, notImplemented } from '../errors.ts';
import { quoted } from '../filter/guard.ts';
import type { ScimRequest } from '../types.ts';

/**
 * The path of the user that the token stands for (RFC 7644 §3.11). Nobody makes that user again by a POST.
 *
 * @throws ScimError 501 where it stands for none, and for POST; 404 below
 */
export function myself({ method, caller }: ScimRequest, path: readonly string[]): readonly string[] {
  if (path.length > 1) throw notFound(`${quoted(`/${path.join('/')}`)} does not exist`);
  if (caller.user === undefined) throw notImplemented('This token stands for no user: ask /Users instead');
  if (method === 'POST') throw notImplemented('The user that this token stands for is there: create others at /Users');
  return ['Users', caller.user];
}
