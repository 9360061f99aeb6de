import type { Asker } from '../people/asker.ts';
import { commissionOf, type Context } from './route.ts';

/** Who asks, as those who administer people want to know it. */
export const askerOf = (context: Context): Asker => ({
  ...commissionOf(context),
  person: context.actor.person,
  permissions: context.actor.permissions,
  scopes: context.actor.scopes,
  now: context.now,
});
