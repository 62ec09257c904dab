export { type Actor, actorName, authorize, type Decision, type Role, type Scope } from './access/authorize.ts';
export { type Capability, capabilities, type Permission, type Right, rights } from './access/capabilities.ts';
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
export {
  type ApiTokenId,
  type ApplicationId,
  type BuildId,
  type Digest,
  type EnvironmentId,
  type Id,
  type InspectionId,
  type JobId,
  type OperationId,
  type PlanId,
  type PrincipalId,
  type SiteId,
  uuidV7,
  type VersionId,
} from './identity/id.ts';
export { isName, nameMaxLength, namePattern } from './identity/name.ts';
export { type Advanced, advancePlan, type PlanNote, targetsOf, touchedBy } from './plan/advance.ts';
export { decideAbort, decideCancel, decideStart } from './plan/decide.ts';
export {
  type FailurePolicy,
  isTerminal,
  isUnderWay,
  mayAbort,
  mayCancel,
  type OperationState,
  type PinnedSettings,
  type Plan,
  type PlanObservation,
  type PlanOperation,
  type PlanState,
  planStates,
  planTransitions,
  type SiteProgress,
  type Target,
} from './plan/plan.ts';
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
export { advanceRollout, idleRollout, type RolloutInput, rolloutTransitions } from './rollout/advance-rollout.ts';
export { type InstanceOrder, planInstances, restartPause } from './rollout/plan-instances.ts';
export type {
  DesiredModuleShares,
  DesiredShare,
  InstanceState,
  ModuleTarget,
  ObservedInstance,
  Rollout,
  RolloutDesired,
  RolloutObservation,
  RolloutPhase,
  RolloutTarget,
  StepState,
  Strategy,
} from './rollout/rollout.ts';
export {
  type ResolvedSettings,
  resolveSettings,
  type SettingDefinition,
  type SettingValue,
  type SiteFacts,
} from './settings/resolve-settings.ts';
export {
  ancestorsOf,
  type CommitGraph,
  type CommitNode,
  changesBetween,
  commitGraph,
  distanceToMark,
} from './source/commit-graph.ts';
export { compareVersions, labelOf, type Suggestion, suggestVersion, versionParts } from './version/version.ts';
