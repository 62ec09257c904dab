export {
  type AttemptCounter,
  type AttemptScope,
  accountKey,
  addressKey,
  attemptRules,
  attemptScopes,
  countTry,
  secondsBlocked,
  takeTryBack,
} from './access/attempts.ts';
export { type Actor, actorName, authorize, type Decision, type Role, roles, type Scope } from './access/authorize.ts';
export { type Capability, capabilities, type Permission, type Right, rights } from './access/capabilities.ts';
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
  type PlanId,
  type PrincipalId,
  type ReleaseId,
  type SessionId,
  type SiteId,
  type SubscriptionId,
  uuidV7,
  type VersionId,
} from './identity/id.ts';
export { isName, nameMaxLength, namePattern } from './identity/name.ts';
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
export { advancePlan, targetsOf, touchedBy } from './plan/advance.ts';
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
export { advanceRollout, rolloutTransitions } from './rollout/advance-rollout.ts';
export { decideCommand, type SiteRollout } from './rollout/decide-command.ts';
export { forgetTheFuture } from './rollout/forget-the-future.ts';
export {
  afterStepFault,
  judgeStep,
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
export { warmFor } from './rollout/take-target.ts';
export { analysisOfStep } from './rollout/take-verdict.ts';
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
