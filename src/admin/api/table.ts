import type { Route } from './route.ts';
import { historyRoutes } from './routes/history.ts';
import { extraRoutes } from './routes/extra.ts';
import { integrationRoutes } from './routes/integrations.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { channelRoutes } from './routes/channels.ts';
import { creditRoutes } from './routes/credits.ts';
import { entityRoutes } from './routes/entities.ts';
import { jobRoutes } from './routes/jobs.ts';
import { keyRoutes } from './routes/keys.ts';
import { mappingRoutes } from './routes/mapping.ts';
import { meRoutes } from './routes/me.ts';
import { numberRoutes } from './routes/numbers.ts';
import { poolRoutes } from './routes/pools.ts';
import { roleRoutes } from './routes/roles.ts';
import { settingsRoutes } from './routes/settings.ts';
import { teamRoutes } from './routes/teams.ts';
import { accessRoutes } from './routes/userAccess.ts';
import { removalRoutes } from './routes/userRemoval.ts';
import { rightsRoutes } from './routes/userRights.ts';
import { userRoutes } from './routes/users.ts';
import { directRoutes } from './routes/usersDirect.ts';

/** Every route of the admin API: the one table of what can be asked, and who may. */
export const routes: readonly Route[] = [
  ...meRoutes,
  ...settingsRoutes,
  ...keyRoutes,
  ...invitationRoutes,
  ...userRoutes,
  ...directRoutes,
  ...accessRoutes,
  ...removalRoutes,
  ...rightsRoutes,
  ...historyRoutes,
  ...numberRoutes,
  ...integrationRoutes,
  ...extraRoutes,
  ...teamRoutes,
  ...channelRoutes,
  ...roleRoutes,
  ...poolRoutes,
  ...entityRoutes,
  ...creditRoutes,
  ...mappingRoutes,
  ...jobRoutes,
];
