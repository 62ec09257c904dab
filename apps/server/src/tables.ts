import type { AccessTables } from './features/access/access.tables.ts';
import type { ApplicationsTables } from './features/applications/applications.tables.ts';
import type { ArtifactsTables } from './features/artifacts/artifacts.tables.ts';
import type { AuditTables } from './features/audit/audit.tables.ts';
import type { BreakGlassTables } from './features/break-glass/break-glass.tables.ts';
import type { BuildsTables } from './features/builds/builds.tables.ts';
import type { ContractsTables } from './features/contracts/contracts.tables.ts';
import type { EnvironmentsTables } from './features/environments/environments.tables.ts';
import type { FactorsTables } from './features/factors/factors.tables.ts';
import type { GovernanceTables } from './features/governance/governance.tables.ts';
import type { HistoryTables } from './features/history/history.tables.ts';
import type { HoldsTables } from './features/holds/holds.tables.ts';
import type { HotfixesTables } from './features/hotfixes/hotfixes.tables.ts';
import type { IdentityProvidersTables } from './features/identity-providers/identity-providers.tables.ts';
import type { NotificationsTables } from './features/notifications/notifications.tables.ts';
import type { PlansTables } from './features/plans/plans.tables.ts';
import type { ReleasesTables } from './features/releases/releases.tables.ts';
import type { ResponseHeadersTables } from './features/response-headers/response-headers.tables.ts';
import type { RolloutsTables } from './features/rollouts/rollouts.tables.ts';
import type { ScimTables } from './features/scim/scim.tables.ts';
import type { SecurityNumbersTables } from './features/security-numbers/security-numbers.tables.ts';
import type { SettingsTables } from './features/settings/settings.tables.ts';
import type { SigningKeysTables } from './features/signing-keys/signing-keys.tables.ts';
import type { SitesTables } from './features/sites/sites.tables.ts';
import type { VersionsTables } from './features/versions/versions.tables.ts';
import type { PlatformTables } from './platform/tables/index.ts';

/** Every table, gathered from the features that own them. */
export type Tables = PlatformTables &
  AccessTables &
  ApplicationsTables &
  ArtifactsTables &
  AuditTables &
  BreakGlassTables &
  BuildsTables &
  ContractsTables &
  EnvironmentsTables &
  FactorsTables &
  GovernanceTables &
  HistoryTables &
  HotfixesTables &
  IdentityProvidersTables &
  NotificationsTables &
  HoldsTables &
  PlansTables &
  ReleasesTables &
  ResponseHeadersTables &
  RolloutsTables &
  ScimTables &
  SecurityNumbersTables &
  SettingsTables &
  SigningKeysTables &
  SitesTables &
  VersionsTables;
