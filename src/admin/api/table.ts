import type { Route } from './route.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { keyRoutes } from './routes/keys.ts';
import { meRoutes } from './routes/me.ts';
import { settingsRoutes } from './routes/settings.ts';

/** Every route of the admin API: the one table of what can be asked, and who may. */
export const routes: readonly Route[] = [...meRoutes, ...settingsRoutes, ...keyRoutes, ...invitationRoutes];
