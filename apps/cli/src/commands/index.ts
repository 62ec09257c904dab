import type { CommandDefinition } from '../command.ts';

/** Where a command is found: loaded only when it is called, so that the start costs the same whatever there is. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<readonly CommandDefinition[]>;
}

/** Commands that stand alone. */
export const topLevel: Readonly<Record<string, () => Promise<CommandDefinition>>> = {
  status: async () => (await import('./estate/status.ts')).status,
  deploy: async () => (await import('./deploy/deploy.ts')).deploy,
  promote: async () => (await import('./deploy/promote.ts')).promote,
  impact: async () => (await import('./deploy/impact.ts')).impact,
  replicate: async () => (await import('./deploy/replicate.ts')).replicate,
  rollback: async () => (await import('./deploy/rollback.ts')).rollback,
  configure: async () => (await import('./deploy/configure.ts')).configure,
  undeploy: async () => (await import('./deploy/configure.ts')).undeploy,
  history: async () => (await import('./history/show-history.ts')).showHistory,
  state: async () => (await import('./history/show-state.ts')).showState,
  sync: async () => (await import('./site/sync.ts')).sync,
  diff: async () => (await import('./history/show-diff.ts')).showDiff,
  why: async () => (await import('./plan/why.ts')).why,
  logs: async () => (await import('./estate/logs.ts')).logs,
  login: async () => (await import('./account/login.ts')).login,
  'step-up': async () => (await import('./account/prove.ts')).stepUp,
  logout: async () => (await import('./account/login.ts')).logout,
  about: async () => (await import('./estate/about.ts')).about,
};

/** Commands by noun. */
export const groups: readonly CommandGroup[] = [
  {
    name: 'app',
    summary: 'applications',
    load: async () => [
      (await import('./app/add.ts')).addApplication,
      (await import('./app/list.ts')).listApplications,
      (await import('./app/show.ts')).showApplication,
      (await import('./app/rename.ts')).renameApplication,
      (await import('./app/remove.ts')).removeApplication,
    ],
  },
  {
    name: 'build',
    summary: 'builds of commits',
    load: async () => [
      (await import('./build/start.ts')).startBuild,
      (await import('./build/list.ts')).listBuilds,
      (await import('./build/log.ts')).showBuildLog,
      (await import('./build/cancel.ts')).cancelBuild,
    ],
  },
  {
    name: 'contract',
    summary: 'what builds provide and consume',
    load: async () => [
      (await import('./contract/list.ts')).listContracts,
      (await import('./contract/diff.ts')).diffContracts,
    ],
  },
  {
    name: 'version',
    summary: 'names for builds',
    load: async () => [
      (await import('./version/tag.ts')).tagVersion,
      (await import('./version/list.ts')).listVersions,
      (await import('./version/suggest.ts')).suggestVersion,
    ],
  },
  {
    name: 'release',
    summary: 'sets of versions that move together',
    load: async () => [
      (await import('./release/create.ts')).createRelease,
      (await import('./release/list.ts')).listReleases,
      (await import('./release/show.ts')).showRelease,
      (await import('./release/deploy.ts')).deployRelease,
      (await import('./release/show.ts')).removeRelease,
    ],
  },
  {
    name: 'env',
    summary: 'environments',
    load: async () => [
      (await import('./env/list.ts')).listEnvironments,
      (await import('./env/create.ts')).createEnvironment,
      (await import('./env/follow.ts')).followBranch,
      (await import('./env/restore.ts')).restoreEnvironment,
      (await import('./env/drift.ts')).setDrift,
      (await import('./env/rings.ts')).environmentRings,
      (await import('./env/holds.ts')).listHolds,
      (await import('./env/holds.ts')).liftHolds,
    ],
  },
  {
    name: 'site',
    summary: 'sites and their agents',
    load: async () => [
      (await import('./site/list.ts')).listSites,
      (await import('./site/show.ts')).showSite,
      (await import('./site/add.ts')).addSite,
      (await import('./site/label.ts')).labelSite,
      (await import('./site/limit.ts')).limitSite,
      (await import('./site/occurrences.ts')).listOccurrences,
      (await import('./site/local-token.ts')).makeLocalToken,
    ],
  },
  {
    name: 'plan',
    summary: 'deployment plans',
    load: async () => [
      (await import('./plan/list.ts')).listPlans,
      (await import('./plan/show.ts')).showPlan,
      (await import('./plan/log.ts')).showPlanLog,
      (await import('./plan/report.ts')).reportPlan,
      (await import('./plan/create.ts')).createPlan,
      (await import('./plan/edit.ts')).editPlan,
      (await import('./plan/start.ts')).startPlan,
      (await import('./plan/approve.ts')).approvePlan,
      (await import('./plan/approve.ts')).rejectPlan,
      (await import('./plan/approve.ts')).withdrawApproval,
      (await import('./plan/schedule.ts')).schedulePlan,
      (await import('./plan/except.ts')).exceptPlan,
      (await import('./plan/pause.ts')).pausePlan,
      (await import('./plan/pause.ts')).continuePlan,
      (await import('./plan/return-ring.ts')).returnRing,
      (await import('./plan/retry.ts')).retryPlan,
      (await import('./plan/retry.ts')).reusePlan,
      (await import('./plan/cancel.ts')).cancelPlan,
      (await import('./plan/abort.ts')).abortPlan,
      (await import('./plan/rollback.ts')).rollBackPlan,
    ],
  },
  {
    name: 'settings',
    summary: 'settings and connections of applications',
    load: async () => [
      (await import('./settings/list.ts')).listSettings,
      (await import('./settings/compare.ts')).compareSettings,
      (await import('./settings/history.ts')).settingHistory,
      (await import('./settings/set.ts')).setSetting,
      (await import('./settings/set.ts')).clearSetting,
    ],
  },
  {
    name: 'headers',
    summary: 'headers of the responses of applications',
    load: async () => [
      (await import('./headers/show.ts')).showHeaders,
      (await import('./headers/set.ts')).setHeaders,
      (await import('./headers/set.ts')).undoHeaders,
      (await import('./headers/show.ts')).listViolations,
    ],
  },
  {
    name: 'hotfix',
    summary: 'hotfixes of what an environment runs',
    load: async () => [
      (await import('./hotfix/start.ts')).startHotfix,
      (await import('./hotfix/list.ts')).listHotfixes,
      (await import('./hotfix/list.ts')).showHotfix,
      (await import('./hotfix/list.ts')).closeHotfix,
    ],
  },
  {
    name: 'notification',
    summary: 'who is told of what happens',
    load: async () => [
      (await import('./notification/add.ts')).addNotification,
      (await import('./notification/list.ts')).listNotifications,
      (await import('./notification/list.ts')).showNotification,
      (await import('./notification/deliveries.ts')).listDeliveries,
      (await import('./notification/deliveries.ts')).testNotification,
      (await import('./notification/deliveries.ts')).retryDelivery,
      (await import('./notification/pause.ts')).pauseNotification,
      (await import('./notification/pause.ts')).resumeNotification,
      (await import('./notification/pause.ts')).rotateNotificationSecret,
      (await import('./notification/pause.ts')).removeNotification,
    ],
  },
  {
    name: 'policy',
    summary: 'what environments ask of a change',
    load: async () => [
      (await import('./policy/show.ts')).showPolicy,
      (await import('./policy/set.ts')).setPolicy,
      (await import('./policy/history.ts')).showPolicyHistory,
      (await import('./policy/follow.ts')).followPolicy,
      (await import('./policy/follow.ts')).unfollowPolicy,
    ],
  },
  {
    name: 'freeze',
    summary: 'times in which nothing begins',
    load: async () => [
      (await import('./freeze/freezes.ts')).addFreeze,
      (await import('./freeze/freezes.ts')).listFreezes,
      (await import('./freeze/freezes.ts')).liftFreeze,
    ],
  },
  {
    name: 'rollout',
    summary: 'how a version comes to an application, step by step',
    load: async () => [
      (await import('./rollout/show.ts')).showRollout,
      (await import('./rollout/show.ts')).listRollouts,
      (await import('./rollout/steer.ts')).promoteRollout,
      (await import('./rollout/steer.ts')).pauseRollout,
      (await import('./rollout/steer.ts')).resumeRollout,
      (await import('./rollout/steer.ts')).abortRollout,
      (await import('./rollout/steer.ts')).skipRolloutStep,
    ],
  },
  {
    name: 'quarantine',
    summary: 'builds that nobody deploys',
    load: async () => [
      (await import('./quarantine/quarantines.ts')).addQuarantine,
      (await import('./quarantine/quarantines.ts')).listQuarantines,
      (await import('./quarantine/quarantines.ts')).liftQuarantine,
    ],
  },
  {
    name: 'principal',
    summary: 'people and service accounts',
    load: async () => [
      (await import('./account/principals.ts')).addPrincipal,
      (await import('./account/principals.ts')).listPrincipals,
      (await import('./account/principals.ts')).deactivatePrincipal,
      (await import('./account/users.ts')).inviteUser,
      (await import('./account/users.ts')).makePasswordLink,
      (await import('./account/users.ts')).changePrincipal,
      (await import('./account/users.ts')).activatePrincipal,
    ],
  },
  {
    name: 'role',
    summary: 'what people may do',
    load: async () => [
      (await import('./access/roles.ts')).listRoles,
      (await import('./access/roles.ts')).showRole,
      (await import('./access/roles.ts')).createRole,
      (await import('./access/roles.ts')).changeRole,
      (await import('./access/roles.ts')).previewRole,
      (await import('./access/roles.ts')).deleteRole,
    ],
  },
  {
    name: 'team',
    summary: 'who works together on which applications',
    load: async () => [
      (await import('./access/teams.ts')).listTeams,
      (await import('./access/teams.ts')).showTeam,
      (await import('./access/teams.ts')).createTeam,
      (await import('./access/teams.ts')).changeTeam,
      (await import('./access/teams.ts')).deleteTeam,
      (await import('./access/teams.ts')).addMember,
      (await import('./access/teams.ts')).removeMember,
      (await import('./access/teams.ts')).ownApplication,
      (await import('./access/teams.ts')).disownApplication,
    ],
  },
  {
    name: 'grant',
    summary: 'roles for single applications',
    load: async () => [
      (await import('./access/grants.ts')).listGrants,
      (await import('./access/grants.ts')).setGrant,
      (await import('./access/grants.ts')).deleteGrant,
    ],
  },
  {
    name: 'access',
    summary: 'why somebody may do something, or not',
    load: async () => [(await import('./access/explain.ts')).explainAccess],
  },
  {
    name: 'provider',
    summary: 'providers by which people sign in',
    load: async () => [
      (await import('./provider/add.ts')).addProvider,
      (await import('./provider/list.ts')).listProviders,
      (await import('./provider/list.ts')).showProvider,
      (await import('./provider/add.ts')).changeProvider,
      (await import('./provider/activate.ts')).tryProvider,
      (await import('./provider/activate.ts')).activateProvider,
      (await import('./provider/activate.ts')).returnProvider,
      (await import('./provider/activate.ts')).disableProvider,
      (await import('./provider/list.ts')).orderProviders,
      (await import('./provider/identities.ts')).listIdentities,
      (await import('./provider/identities.ts')).linkIdentity,
      (await import('./provider/identities.ts')).unlinkIdentity,
      (await import('./provider/scim-token.ts')).scimToken,
      (await import('./provider/activate.ts')).removeProvider,
    ],
  },
  {
    name: 'token',
    summary: 'API tokens',
    load: async () => [
      (await import('./account/tokens.ts')).listTokens,
      (await import('./account/tokens.ts')).createToken,
      (await import('./account/tokens.ts')).rotateToken,
      (await import('./account/tokens.ts')).revokeToken,
    ],
  },
  {
    name: 'factor',
    summary: 'second factors of people, and who must have one',
    load: async () => [
      (await import('./account/factors.ts')).listFactors,
      (await import('./account/factors.ts')).removeFactors,
      (await import('./account/factors.ts')).showFactorPolicy,
      (await import('./account/factors.ts')).setFactorPolicy,
    ],
  },
  {
    name: 'break-glass',
    summary: 'credentials for an emergency',
    load: async () => [
      (await import('./account/break-glass.ts')).showBreakGlass,
      (await import('./account/break-glass.ts')).makeBreakGlass,
      (await import('./account/break-glass.ts')).endBreakGlass,
      (await import('./account/break-glass.ts')).acknowledgeBreakGlass,
    ],
  },
  {
    name: 'network',
    summary: 'from where people and agents come in, roles count and environments may be changed',
    load: async () => [
      (await import('./network/show.ts')).showNetworks,
      (await import('./network/show.ts')).previewNetworks,
      (await import('./network/set.ts')).setNetworks,
      (await import('./network/set.ts')).liftNetworks,
      (await import('./network/set.ts')).confirmNetworks,
      (await import('./network/set.ts')).returnNetworks,
    ],
  },
  {
    name: 'security-number',
    summary: 'numbers of sign-in, sessions and tokens: limits, pauses, lifetimes, the cost of hashes',
    load: async () => [
      (await import('./security-number/security-number.ts')).listSecurityNumbers,
      (await import('./security-number/security-number.ts')).setSecurityNumber,
      (await import('./security-number/security-number.ts')).resetSecurityNumber,
    ],
  },
  {
    name: 'signing-key',
    summary: 'keys with which the server signs what it tells its sites',
    load: async () => [
      (await import('./signing-key/signing-keys.ts')).listSigningKeys,
      (await import('./signing-key/signing-keys.ts')).addSigningKey,
      (await import('./signing-key/signing-keys.ts')).retireSigningKey,
    ],
  },
  {
    name: 'sign-in-block',
    summary: 'who may not try to sign in after wrong passwords',
    load: async () => [
      (await import('./account/sign-in-blocks.ts')).listSignInBlocks,
      (await import('./account/sign-in-blocks.ts')).liftSignInBlock,
    ],
  },
  {
    name: 'audit',
    summary: 'the record of who did what',
    load: async () => [
      (await import('./audit/list.ts')).listAudit,
      (await import('./audit/export.ts')).exportAudit,
      (await import('./audit/export.ts')).listCheckpoints,
      (await import('./audit/verify.ts')).verifyAudit,
    ],
  },
  {
    name: 'sample',
    summary: 'the sample estate',
    load: async () => [(await import('./estate/load-sample.ts')).loadSample],
  },
];
