export { accessFeature } from './access.feature.ts';
export type { AccessTables, AllowListCause, AllowListContent } from './access.tables.ts';
export { type Admit, type AskNextStep, createAdmit, leftToDo, letIn } from './admit.ts';
export { bearerOf } from './api-tokens.ts';
export { type Arrival, closeArrival, findArrival } from './arrivals.ts';
export { createAuthenticator } from './authenticate.ts';
export { ensureSetupToken, writeBootstrapTokens } from './bootstrap.ts';
export {
  beginAccessChange,
  beginAccountChange,
  refuseExcess,
  refuseWithoutAdministrator,
} from './change-access.ts';
export { deactivateAccount } from './deactivate-account.ts';
export { findPrincipal } from './find-principal.ts';
export { findRole } from './find-role.ts';
export { findTeam } from './find-team.ts';
export { isKnownDevice, rememberDevice } from './known-devices.ts';
export { verifyPassword } from './password.ts';
export { ownId, presentPrincipal } from './present-principal.ts';
export {
  type AccessRules,
  actorOf,
  findActor,
  readGovernedApplications,
  readPrincipals,
  readRules,
} from './read-access.ts';
export { allowListsOf, readAllowLists } from './read-allow-lists.ts';
export { openSession, provedUntil, refuseForeignPage, renewSession } from './sessions.ts';
export {
  beginTry,
  codeTry,
  endTryWell,
  linkTry,
  passwordTry,
  personTry,
  providerTry,
  type SignInTry,
} from './sign-in-attempts.ts';
export { hashToken, newToken } from './tokens.ts';
