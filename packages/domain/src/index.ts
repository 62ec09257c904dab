export { type AccessModel, type AccessObject, type Lack, lackOf } from './access/access-object.ts';
export {
  type AccessScope,
  isApplicationInScope,
  isInScope,
  nothing,
  scopeOf,
  visibleEnvironments,
} from './access/access-scope.ts';
export {
  type AllowLists,
  type Entrance,
  type Exclusion,
  entrances,
  everywhere,
  exclusionsOf,
  isTrialOver,
  type NetworkSet,
  type Origin,
  trialMinutes,
} from './access/allow-lists.ts';
export {
  type AttemptCounter,
  type AttemptScope,
  accountKey,
  addressKey,
  attemptScopes,
  countTry,
  secondsBlocked,
  takeTryBack,
} from './access/attempts.ts';
export { auditReadableWith, readableAudit } from './access/audit-readers.ts';
export {
  type Actor,
  actorName,
  admit,
  admitOrigin,
  authorize,
  type Decision,
  type PrincipalActor,
} from './access/authorize.ts';
export { type Capability, capabilities, type Permission, type Right, rights } from './access/capabilities.ts';
export { type DelegationFault, excessOf, leavesNoAdministrator } from './access/delegation.ts';
export { explainAccess, partOf } from './access/explain-access.ts';
export { limitToOrigin, type Outside, outsideOf, rightsFrom } from './access/origin-limits.ts';
export { type AccessLevel, accessLevels, builtInRoles } from './access/presets.ts';
export {
  type Access,
  type AccessPlace,
  type AccessRule,
  capabilitiesSomewhere,
  type GovernedApplication,
  mayManageTeam,
  type PrincipalAccess,
  type Roles,
  resolveAccess,
  rightsOf,
  roleOf,
} from './access/resolve-access.ts';
export { type AccessRole, type EnvironmentType, environmentTypes, type GovernedEnvironment } from './access/role.ts';
export { type AffectedPrincipal, affectedBy } from './access/role-change.ts';
export {
  acceptedProofs,
  decideNextStep,
  type EnrolledFactors,
  hasSecondFactor,
  mayGiveUpFactor,
  mustHaveSecondFactor,
  type NextStep,
  type ProofKind,
  proofKinds,
  type SecondFactorPolicy,
} from './access/second-factor.ts';
export {
  attemptRulesOf,
  type NumbersInForce,
  numberFault,
  numbersInForce,
  numberUnits,
  type SecurityNumber,
  type SecurityNumberName,
  securityNumberNames,
  securityNumbers,
} from './access/security-numbers.ts';
export { anyOf, superiorityOf } from './access/superior.ts';
export { isUnlimited, limitActor, limitsBeyond, noLimits, type TokenLimits } from './access/token-limits.ts';
export { type AnalysisInput, advanceAnalysis, verdictOfAnalysis } from './analysis/advance-analysis.ts';
export {
  type AdvancedAnalysis,
  type Analysis,
  type Foresight,
  type GivenVerdict,
  type Judgement,
  type Measurement,
  type MetricProgress,
  type Reading,
  type Verdict,
  verdicts,
  type WantedMeasurement,
} from './analysis/analysis.ts';
export { worstOf } from './analysis/assess-metric.ts';
export type { Hash } from './analysis/judge/canonical-text.ts';
export { canonicalText } from './analysis/judge/canonical-text.ts';
export type {
  AnalysisSpec,
  ComparisonRule,
  Condition,
  MetricSource,
  MetricSpec,
  ThresholdRule,
} from './analysis/metric.ts';
export { startAnalysis } from './analysis/start-analysis.ts';
export { diskKey, faultOfEntryName, linkStaysInside } from './artifact/entry.ts';
export {
  type AuditAction,
  type AuditCategory,
  auditActions,
  auditActionsIn,
  auditCategories,
  auditCategoryOf,
} from './audit/audit-categories.ts';
export {
  type AuditCheckpoint,
  type AuditFault,
  type AuditVerdict,
  AuditVerifier,
  checkpointText,
  type SealedEntry,
  sealedText,
} from './audit/audit-chain.ts';
export { compareElements, comparingRules } from './contract/compare-elements.ts';
export { schemasOf } from './contract/compare-operations.ts';
export {
  type Body,
  type Bound,
  type ContractElement,
  type ContractKind,
  contractKinds,
  type ElementBody,
  type ExportElement,
  elementOf,
  type Header,
  type Json,
  type JsonType,
  jsonTypes,
  type MediaContent,
  type MessageElement,
  type OpaqueRule,
  type Operation,
  type OperationElement,
  type Parameter,
  type PlainSchema,
  type Response,
  type Schema,
  type SchemaRef,
  type SchemaTable,
  type SecurityAlternative,
  type UnionSchema,
} from './contract/element.ts';
export { elementKey, everyElement } from './contract/element-key.ts';
export { type Incompatibility, type IncompatibilityCode, incompatibilityCodes } from './contract/incompatibility.ts';
export { decideRings } from './fleet/check-policy.ts';
export type { RingCounts } from './fleet/count-rings.ts';
export {
  type Fleet,
  type FleetPolicy,
  type Ring,
  type RingErrorAction,
  type RingProgress,
  type RingState,
  ringErrorActions,
} from './fleet/fleet.ts';
export type { SiteMove } from './fleet/plan-moves.ts';
export { ringsWords, ringWords } from './fleet/ring-words.ts';
export type { Calendar } from './governance/calendar.ts';
export { calendarWords, durationWords, minutesWords } from './governance/calendar-words.ts';
export {
  confirmationCodes,
  type Found,
  findingKey,
  mayWaitFor,
  type Obstacle,
  type ObstacleCode,
  obstacleCodes,
} from './governance/obstacle.ts';
export {
  type ApprovalRule,
  combinePolicies,
  type ExpeditedGate,
  expeditedGates,
  holdsIn,
  openPolicy,
  type Policy,
  type Requirements,
  type Scope as PolicyScope,
} from './governance/policy.ts';
export { policyWords, scopeWords } from './governance/policy-words.ts';
export { type Stay, soakOf } from './governance/soak.ts';
export {
  type EnvironmentState,
  type HistoryChange,
  type InForce,
  outcomeOf,
  type StateSnapshot,
  stateAt,
} from './history/environment-state.ts';
export { planRestore, type RestoreStep } from './history/plan-restore.ts';
export {
  type ComparedApplication,
  compareSite,
  type DesiredOnSite,
  type ObservedOnSite,
  type SiteStanding,
} from './history/site-drift.ts';
export {
  type ApplicationDifference,
  type Aspect,
  aspects,
  type DescribedApplication,
  type DescribedState,
  diffStates,
  type Fact,
  type FactDifference,
  type Facts,
  type SpreadFact,
  type StateDifference,
  spread,
} from './history/state-difference.ts';
export { type Containment, containmentOf, type Fix, lostFixes, type Patches } from './hotfix/containment.ts';
export {
  environmentsBefore,
  type FixPresence,
  type HotfixStanding,
  hotfixStanding,
  type PlacedFix,
} from './hotfix/hotfix-standing.ts';
export {
  type ApiTokenId,
  type ApplicationId,
  type BuildId,
  type DeliveryId,
  type Digest,
  type EnvironmentId,
  type HotfixId,
  type Id,
  type InspectionId,
  type JobId,
  type NotificationId,
  type OperationId,
  type PasskeyId,
  type PlanId,
  type PrincipalId,
  type ReleaseId,
  type RoleId,
  type SessionId,
  type SiteId,
  type SubscriptionId,
  type TeamId,
  uuidV7,
  type VersionId,
} from './identity/id.ts';
export { isName, nameMaxLength, namePattern } from './identity/name.ts';
export { accountName, readable } from './identity-provider/account-name.ts';
export {
  type Arrival,
  type ArrivalPolicy,
  type ArrivalRefusal,
  decideArrival,
  type GivenMembership,
  type GroupMapping,
  type HeldMembership,
  type LinkedAccount,
  type MembershipChanges,
  type Provisioning,
  planMemberships,
  provisionings,
} from './identity-provider/arrival.ts';
export {
  type AccountState,
  accountStateAttributes,
  bytesOfGuid,
  type DirectoryRefusal,
  endsSessions,
  guidOf,
  refusalOfBind,
  refusalOfEntry,
} from './identity-provider/directory-account.ts';
export {
  type ExternalIdentity,
  type ExternalIdentityId,
  type IdentityFault,
  type IdentityProviderId,
  identityFault,
  identityLimits,
  type ProviderKind,
  providerKinds,
} from './identity-provider/external-identity.ts';
export {
  type FactorTrust,
  type FactorTrustRule,
  factorTrusts,
  hadSecondFactor,
  type SignInMethods,
} from './identity-provider/factor-trust.ts';
export { endOfProbation, type Probation, type ProbationEnd, probationRules } from './identity-provider/probation.ts';
export {
  decideRecheck,
  nextRecheck,
  type RecheckDecision,
  type RecheckOutcome,
} from './identity-provider/recheck.ts';
export {
  type ExpectedAssertion,
  refusalOfAssertion,
  rememberedUntil,
  type SamlAssertion,
  type SamlConfirmation,
  type SamlRefusal,
  samlRules,
} from './identity-provider/saml-assertion.ts';
export { filterForAnybody, filterForName, isClosedFilter, userFilterFault } from './identity-provider/user-filter.ts';
export { analyseImpact, type Impact, type ImpactInput } from './impact/analyse-impact.ts';
export { analyseIndexed, type IndexedImpact, type UndecidedPair } from './impact/analyse-indexed.ts';
export type {
  BuildInterface,
  Compatible,
  ConsumedContract,
  ConsumedElement,
  ProvidedContract,
  ProvidedElement,
} from './impact/build-interface.ts';
export { missingCapabilities, type SiteCapabilities, type SiteNeeds } from './impact/capabilities.ts';
export { applyChanges, type Change, type Installed } from './impact/change.ts';
export { type Completion, type CompletionInput, completePlan, referenceErrors } from './impact/complete-plan.ts';
export {
  type ChainLink,
  type Endpoint,
  type Finding,
  type FindingCode,
  findingSeverities,
  inOrder,
  type Remedy,
  type Severity,
} from './impact/finding.ts';
export { ImpactIndex } from './impact/impact-index.ts';
export { irreversibleBetween, type MigratingBuild } from './impact/migrations.ts';
export { type Neighbourhood, sameNeighbourhood } from './impact/neighbourhood.ts';
export { factsWithout, type OperationFacts, operationFindings } from './impact/operation-findings.ts';
export type { ImpactQuestion } from './impact/plan-view.ts';
export { unresolvedConsumers } from './impact/unresolved-consumers.ts';
export {
  decideKeySet,
  isNewerKeySet,
  type KeySetDecision,
  type KeySetOrder,
  type KeySetQuestion,
  keySetText,
} from './keys/decide-key-set.ts';
export {
  type MasterKeyGeneration,
  planRotation,
  type RotationFacts,
  type RotationStep,
} from './keys/plan-rotation.ts';
export {
  latestSigningKey,
  type RetirementFault,
  type RetirementQuestion,
  retirementFault,
  type SigningKeyState,
  signingKeyFor,
  sitesDependingOn,
} from './keys/signing-keys.ts';
export {
  type AttemptOutcome,
  type DeliveryDecision,
  decideDelivery,
  type ReceiverHealth,
} from './notification/decide-delivery.ts';
export { isWanted, type NotificationFilter, type NotificationScope } from './notification/notification-filter.ts';
export {
  kindOfBuild,
  kindOfPlan,
  type NotificationKind,
  notificationKinds,
} from './notification/notification-kinds.ts';
export { type Level, observeLevel } from './notification/observe-level.ts';
export { advancePlan, targetsOf, touchedBy, type WantedTargets } from './plan/advance.ts';
export { decideReturnRing, isRinged, movesOf, type RingedOperation, ringCounts } from './plan/advance-rings.ts';
export { contentFacts, isSameTarget } from './plan/content.ts';
export {
  decideAbort,
  decideCancel,
  decideContinue,
  decideEdit,
  decidePause,
  decideReject,
  decideSchedule,
  decideStart,
} from './plan/decide.ts';
export { type Approver, decideApproval } from './plan/decide-approval.ts';
export { heldApprovals } from './plan/held-approvals.ts';
export type { Advanced, PlanNote } from './plan/note.ts';
export {
  type FailurePolicy,
  type GateObservation,
  hasBegun,
  isAnalysedAnew,
  isAtGates,
  isTerminal,
  isUnderWay,
  mayAbort,
  mayCancel,
  mayPause,
  type OperationState,
  type PinnedSettings,
  type Plan,
  type PlanContent,
  type PlanCourse,
  type PlanObservation,
  type PlanOperation,
  type PlanState,
  planStates,
  planTransitions,
  type SiteProgress,
  type Target,
} from './plan/plan.ts';
export { ringObstacles } from './plan/ring-obstacles.ts';
export { type ByOperation, type TargetChange, targetChanges } from './plan/target-changes.ts';
export { orderInWaves, type WaveMember } from './plan/waves.ts';
export {
  type Category,
  DomainError,
  type Fault,
  type Refusal,
  type RefusalCode,
  refusals,
  refuse,
} from './refusal/refusal.ts';
export { type AllowProposal, allowBlocked, type BlockedSource } from './response-headers/allow-blocked.ts';
export {
  type CspDirective,
  cspDirectives,
  directiveKind,
  isCspDirective,
  reportPath,
} from './response-headers/csp-directives.ts';
export {
  type EffectiveHeader,
  type EffectiveHeaders,
  effectiveHeaders,
  type HeaderSource,
  type Sourced,
} from './response-headers/effective-headers.ts';
export { faultsOfHeaders, type HeaderFault } from './response-headers/header-faults.ts';
export { collectsReports, type HeaderLine, headerLines } from './response-headers/header-lines.ts';
export {
  type CspMode,
  cspModes,
  type GovernedHeader,
  governedHeaders,
  type HeaderPolicy,
  openerPolicies,
  referrerPolicies,
  type SentRule,
  saysAnything,
  sentRules,
  silentPolicy,
} from './response-headers/header-policy.ts';
export { headerWarnings } from './response-headers/header-warnings.ts';
export { advanceRollout, rolloutTransitions } from './rollout/advance-rollout.ts';
export { baselineOf, baselineWeight, isBaseline, wantsBaseline } from './rollout/baseline.ts';
export { decideCommand, type SiteRollout } from './rollout/decide-command.ts';
export { forgetTheFuture } from './rollout/forget-the-future.ts';
export {
  afterStepFault,
  judgeStep,
  keptSteps,
  mayBeginStep,
  type StepEvidence,
  type StepStanding,
} from './rollout/one-off-step.ts';
export { operationsInUse } from './rollout/operations-in-use.ts';
export { type InstanceOrder, planInstances, restartPause } from './rollout/plan-instances.ts';
export {
  blueGreenProgression,
  canaryProgression,
  type HeaderMatch,
  type Progression,
  type Reactions,
  type RolloutStep,
} from './rollout/progression.ts';
export {
  type AnalysisKey,
  type DesiredModuleShares,
  type DesiredPreview,
  type DesiredShare,
  type Hold,
  type InstanceState,
  idleRollout,
  type ModuleTarget,
  type ObservedAnalysis,
  type ObservedInstance,
  type Rollout,
  type RolloutCommand,
  type RolloutDesired,
  type RolloutInput,
  type RolloutObservation,
  type RolloutPhase,
  type RolloutTarget,
  type Stepping,
  type StepState,
  type Strategy,
  type TakenVerdict,
  type Warm,
} from './rollout/rollout.ts';
export { askedOf, waitKey } from './rollout/rollout-wait.ts';
export { warmFor } from './rollout/take-target.ts';
export { analysisOfStep } from './rollout/take-verdict.ts';
export {
  parseScimFilter,
  parseScimPath,
  type ScimFilter,
  type ScimOperator,
  type ScimPath,
  type ScimValue,
  scimOperators,
} from './scim/filter.ts';
export { readScimGroup, type ScimGroup, scimGroupKey, scimGroupResource } from './scim/group.ts';
export { faultOfComparison, matchesScimValue, scimComparable } from './scim/match.ts';
export { applyScimPatch, readScimPatch, type ScimOperation } from './scim/patch.ts';
export { type ScimResource, scimLimits } from './scim/resource.ts';
export {
  type ScimAttribute,
  type ScimAttributePath,
  type ScimSchema,
  scimGroupSchema,
  scimTarget,
  scimUserSchema,
} from './scim/schema.ts';
export {
  readScimSelection,
  type ScimSelection,
  selectScimAttributes,
  selectsScimAttribute,
} from './scim/select.ts';
export { readScimUser, type ScimUser, scimDisplayName, scimEmail, scimUserResource } from './scim/user.ts';
export {
  type ResolvedSettings,
  resolveSettings,
  type SettingDefinition,
  type SettingValue,
  type SiteFacts,
} from './settings/resolve-settings.ts';
export { type PlacedValue, type ValueBack, valuesBack } from './settings/values-back.ts';
export { type DesiredOrder, isNewerDesired } from './site/desired-order.ts';
export {
  ancestorsOf,
  type CommitGraph,
  type CommitNode,
  changesBetween,
  commitGraph,
  distanceToMark,
} from './source/commit-graph.ts';
export {
  compareVersions,
  labelOf,
  type Suggestion,
  suggestHotfix,
  suggestVersion,
  versionParts,
} from './version/version.ts';
