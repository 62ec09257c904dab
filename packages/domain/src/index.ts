export { type Actor, authorize, type Decision, type Role, type Scope } from './access/authorize.ts';
export { type Capability, capabilities, type Permission, type Right, rights } from './access/capabilities.ts';
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
export {
  type Category,
  DomainError,
  type Fault,
  type Refusal,
  type RefusalCode,
  refusals,
  refuse,
} from './refusal/refusal.ts';
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
