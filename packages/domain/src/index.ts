export { type Actor, actorName, authorize, type Decision, type Role, roles, type Scope } from './access/authorize.ts';
export { type Capability, capabilities, type Permission, type Right, rights } from './access/capabilities.ts';
export type { Calendar } from './governance/calendar.ts';
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
export { calendarWords, policyWords, scopeWords } from './governance/policy-words.ts';
export { type Stay, soakOf } from './governance/soak.ts';
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
export { advancePlan, targetsOf, touchedBy } from './plan/advance.ts';
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
export type { Advanced, PlanNote } from './plan/note.ts';
export {
  type FailurePolicy,
  type GateObservation,
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
