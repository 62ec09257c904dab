import { accessRoutes } from './api/access.ts';
import { allowListRoutes } from './api/allow-lists.ts';
import { apiTokenRoutes } from './api/api-tokens.ts';
import { applicationRoutes } from './api/applications.ts';
import { auditRoutes } from './api/audit.ts';
import { breakGlassRoutes } from './api/break-glass.ts';
import { builderRoutes } from './api/builders.ts';
import { contractRoutes } from './api/contracts.ts';
import { environmentRoutes } from './api/environments.ts';
import { estateRoutes } from './api/estate.ts';
import { explanationRoutes } from './api/explanations.ts';
import { factorRoutes } from './api/factors.ts';
import { followedPolicyRoutes } from './api/followed-policies.ts';
import { governanceRoutes } from './api/governance.ts';
import { historyRoutes } from './api/history.ts';
import { hotfixRoutes } from './api/hotfixes.ts';
import { identityProviderRoutes } from './api/identity-providers.ts';
import { impactRoutes } from './api/impact.ts';
import { notificationRoutes } from './api/notifications.ts';
import { planRoutes } from './api/plans.ts';
import { releaseRoutes } from './api/releases.ts';
import { responseHeaderRoutes } from './api/response-headers.ts';
import { roleRoutes } from './api/roles.ts';
import { rolloutRoutes } from './api/rollouts.ts';
import { scimTokenRoutes } from './api/scim.ts';
import { securityNumberRoutes } from './api/security-numbers.ts';
import { signInRoutes } from './api/sign-in.ts';
import { signingKeyRoutes } from './api/signing-keys.ts';
import { siteRoutes } from './api/sites.ts';
import { teamRoutes } from './api/teams.ts';

/** Every operation of the REST API by its name: the one table from which server, client and OpenAPI are made. */
export const routes = {
  ...accessRoutes,
  ...roleRoutes,
  ...teamRoutes,
  ...explanationRoutes,
  ...allowListRoutes,
  ...securityNumberRoutes,
  ...identityProviderRoutes,
  ...scimTokenRoutes,
  ...signInRoutes,
  ...factorRoutes,
  ...apiTokenRoutes,
  ...breakGlassRoutes,
  ...environmentRoutes,
  ...responseHeaderRoutes,
  ...signingKeyRoutes,
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
