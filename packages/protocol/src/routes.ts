import { accessRoutes } from './api/access.ts';
import { applicationRoutes } from './api/applications.ts';
import { auditRoutes } from './api/audit.ts';
import { builderRoutes } from './api/builders.ts';
import { contractRoutes } from './api/contracts.ts';
import { environmentRoutes } from './api/environments.ts';
import { estateRoutes } from './api/estate.ts';
import { followedPolicyRoutes } from './api/followed-policies.ts';
import { governanceRoutes } from './api/governance.ts';
import { historyRoutes } from './api/history.ts';
import { hotfixRoutes } from './api/hotfixes.ts';
import { impactRoutes } from './api/impact.ts';
import { notificationRoutes } from './api/notifications.ts';
import { planRoutes } from './api/plans.ts';
import { releaseRoutes } from './api/releases.ts';
import { rolloutRoutes } from './api/rollouts.ts';
import { siteRoutes } from './api/sites.ts';

/** Every operation of the REST API by its name: the one table from which server, client and OpenAPI are made. */
export const routes = {
  ...accessRoutes,
  ...environmentRoutes,
  ...siteRoutes,
  ...applicationRoutes,
  ...builderRoutes,
  ...contractRoutes,
  ...planRoutes,
  ...releaseRoutes,
  ...rolloutRoutes,
  ...notificationRoutes,
  ...historyRoutes,
  ...impactRoutes,
  ...hotfixRoutes,
  ...governanceRoutes,
  ...followedPolicyRoutes,
  ...estateRoutes,
  ...auditRoutes,
} as const;

export type Routes = typeof routes;
export type OperationName = keyof Routes;
