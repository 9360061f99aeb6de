import { notFound, notImplemented } from '../errors.ts';
import { quoted } from '../filter/guard.ts';
import type { Caller } from '../types.ts';

/**
 * The path of the user that the token stands for (RFC 7644 §3.11).
 *
 * @throws ScimError 501 where it stands for none; 404 below
 */
export function myself({ user }: Caller, path: readonly string[]): readonly string[] {
  if (path.length > 1) throw notFound(`${quoted(`/${path.join('/')}`)} does not exist`);
  if (user === undefined) throw notImplemented('This token stands for no user: ask /Users instead');
  return ['Users', user];
}
