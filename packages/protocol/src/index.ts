export {
  type AgentMessage,
  type ApplicationPhase,
  agentMessage,
  agentProtocol,
  answerSkills,
  applicationPhase,
  type DesiredApplication,
  type DesiredModule,
  type DesiredState,
  desiredApplication,
  desiredModule,
  desiredState,
  type EnrolRequest,
  type EnrolResponse,
  enrolRequest,
  enrolResponse,
  instanceState,
  type KeptKeySet,
  type LocalPrincipal,
  type LogChunk,
  type LogRequest,
  localPrincipal,
  logChunk,
  logRequest,
  type Occurrence,
  type OccurrenceKind,
  type Occurrences,
  occurrence,
  occurrences,
  type ReportedApplication,
  reportedApplication,
  reportedInstance,
  type SealedValue,
  type ServerKeySet,
  type ServerMessage,
  type SignedDesiredState,
  type SignedKeySet,
  type SiteReport,
  sealedValue,
  serverCapabilities,
  serverKeySet,
  serverMessage,
  signedDesiredState,
  signedKeySet,
  signingKey,
  siteReport,
} from './agent.ts';
export { analysisSpec, condition, metric, metricSource } from './analysis.ts';
export { password, type Session, type SignInBlock } from './api/access.ts';
export { type AllowListsView, allowLists, type PreviewedAllowLists } from './api/allow-lists.ts';
export { type ApiToken, apiToken, tokenLimits } from './api/api-tokens.ts';
export {
  type Application,
  application,
  type Build,
  type BuildDetail,
  type BuildReference,
  build,
  buildDetail,
  buildReference,
  buildState,
  type Inspection,
  inspection,
  logText,
  type Setting,
  type SettingChange,
  setting,
  settingLevel,
  settingPlace,
  settingValue,
  type Version,
  version,
} from './api/applications.ts';
export {
  type AuditEntry,
  type AuditFilter,
  type AuditLine,
  auditCheckpoint,
  auditEntry,
  auditLine,
} from './api/audit.ts';
export { type BreakGlass, breakGlass } from './api/break-glass.ts';
export { type BuildContracts, buildContracts, type ContractChanges, contractChanges } from './api/contracts.ts';
export {
  driftPolicy,
  type Environment,
  environment,
  environmentType,
  following,
  type Ring,
  type Rings,
  ring,
  rings,
} from './api/environments.ts';
export {
  type BoardCell,
  type BoardRow,
  boardCell,
  boardRow,
  type Health,
  health,
  type LiveEvent,
  liveEvent,
} from './api/estate.ts';
export { type AccessExplanation, accessExplanation } from './api/explanations.ts';
export { type FactorHolder, type Factors, factors, type Passkey } from './api/factors.ts';
export { failurePolicy } from './api/failure-policy.ts';
export { type FollowedPolicy, followedPolicy } from './api/followed-policies.ts';
export {
  approvalRule,
  calendar,
  type Freeze,
  freeze,
  type Obstacle,
  obstacle,
  type PolicyVersion,
  policy,
  policyVersion,
  type Quarantine,
  quarantine,
  type Standing,
  standing,
} from './api/governance.ts';
export {
  type EnvironmentStateView,
  environmentState,
  type FactDifferenceView,
  factDifference,
  type HistoryEntry,
  type Hold,
  historyEntry,
  hold,
  type PlacedFact,
  placedFact,
  type StateDifferenceView,
  type StateFact,
  stateDifference,
} from './api/history.ts';
export { fixPlace, type Hotfix, type HotfixMark, hotfix, hotfixMark } from './api/hotfixes.ts';
export {
  type ArrivalRequest,
  type DryRun,
  dryRun,
  type IdentityProvider,
  identityProvider,
  type ProviderAnswer,
  type ProviderVersion,
} from './api/identity-providers.ts';
export { type Completion, completion, type Impact, impact } from './api/impact.ts';
export {
  deliveryAttempt,
  type NotificationAddress,
  type NotificationDelivery,
  type NotificationSubscription,
  notificationAddress,
  notificationDelivery,
  notificationSubscription,
} from './api/notifications.ts';
export {
  deploySource,
  type Finding,
  finding,
  type Operation,
  operation,
  operationRequest,
  operationState,
  type Plan,
  type PlanApproval,
  type PlanExemption,
  type PlanLogEntry,
  type PlanReport,
  type PlanState,
  plan,
  planApproval,
  planExemption,
  planLogEntry,
  planOrigin,
  planReport,
  planState,
  type RingProgress,
} from './api/plans.ts';
export { policyScope } from './api/policy-scope.ts';
export { type Principal, principal } from './api/principal.ts';
export {
  type LdapConfiguration,
  ldapConfiguration,
  type OidcConfiguration,
  oidcConfiguration,
  type ProviderConfiguration,
  type ProviderSecrets,
  providerConfiguration,
  type SamlConfiguration,
  samlConfiguration,
} from './api/provider-configuration.ts';
export { type Release, type ReleaseDetail, release } from './api/releases.ts';
export {
  headerPolicy,
  type ReportedViolation,
  type ResponseHeaders,
  reportedViolation,
  responseHeaders,
  type SaidHeaders,
} from './api/response-headers.ts';
export {
  type AffectedPrincipalView,
  accessRole,
  affectedPrincipal,
  type RoleContent,
  type RoleView,
} from './api/roles.ts';
export { type Rollout, type RolloutVerdict, rollout, rolloutVerdict } from './api/rollouts.ts';
export { type DirectorySync, directorySync, type ScimToken, scimToken } from './api/scim.ts';
export { type SecurityNumberView, securityNumber } from './api/security-numbers.ts';
export { type OutstandingSignIn, type Proof, proof, type SignInAnswer, signInAnswer } from './api/sign-in.ts';
export { behindReason, type SigningKeys, signingKeys } from './api/signing-keys.ts';
export {
  type ReconciledSite,
  reconciledSite,
  type Site,
  type SiteDetail,
  site,
  siteDetail,
  siteOccurrence,
  siteStanding,
  siteStatus,
  type TransferOffer,
  transferOffer,
} from './api/sites.ts';
export { type Grant, grant, type Team, type TeamDetail, team, teamDetail } from './api/teams.ts';
export {
  type BuilderJob,
  type BuiltModule,
  builderJob,
  builtModule,
  type CommitPatch,
  type CommitRecord,
  commitPatch,
  commitRecord,
  type Evidence,
  evidence,
  type JobFault,
  type JobResult,
  type JobResultInput,
  jobFault,
  jobResult,
  source,
  textFileMaxBytes,
} from './builder.ts';
export {
  type BuiltContract,
  builtContract,
  contractDocument,
  contractDocumentMaxBytes,
  contractKind,
  fingerprint,
  incompatibility,
} from './contract.ts';
export { escapeControls } from './escape-controls.ts';
export {
  type Command,
  command,
  type Manifest,
  type ModuleManifest,
  manifest,
  migrationOf,
  moduleManifest,
} from './manifest.ts';
export { nearestOf } from './nearest.ts';
export type { DocumentFault, ParsedDocument } from './parse-document.ts';
export { parseHeaderPolicy } from './parse-header-policy.ts';
export { type ManifestFault, manifestMaxBytes, type ParsedManifest, parseManifest } from './parse-manifest.ts';
export { parsePolicy } from './parse-policy.ts';
export { parseRings } from './parse-rings.ts';
export {
  branchName,
  commitHash,
  digest,
  displayName,
  id,
  name,
  named,
  page,
  paging,
  reference,
  revision,
  timestamp,
  versionNumber,
} from './primitives.ts';
export { type Problem, problem } from './problem.ts';
export {
  type ReportedAnalysis,
  type ReportedJudgement,
  type ReportedMetric,
  type ReportedRollout,
  type RolloutPoint,
  reportedRollout,
  rolloutCommandKind,
  verdict,
} from './reported-rollout.ts';
export {
  type RolloutStepSpec,
  type RolloutStrategy,
  type RolloutStrategyInput,
  rolloutStep,
  rolloutStrategy,
} from './rollout.ts';
export { parseRolloutStrategy, shortStrategy, strategyWords } from './rollout-notation.ts';
export {
  type CallInput,
  type Method,
  type ParsedRequest,
  type ResponseInput,
  type ResponseOf,
  type Route,
  route,
} from './route.ts';
export type { At, RouteObject } from './route-object.ts';
export { type OperationName, type Routes, routes } from './routes.ts';
export { type ScimOperationName, type ScimRoute, scimPrefix, scimRoutes } from './scim-routes.ts';
