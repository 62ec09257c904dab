import { z } from 'zod';
import { commitRecord, evidence, jobFault } from '../builder.ts';
import { manifest } from '../manifest.ts';
import {
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
} from '../primitives.ts';
import { route } from '../route.ts';
import { scope } from '../route-object.ts';

export const repositoryAddress = z.string().trim().min(1).max(1000);
export const application = z
  .object({
    id: id<'application'>(),
    name,
    displayName,
    repository: z.string(),
    branch: z.string(),
    manifestPath: z.string(),
    /** Highest version of this application anywhere. */
    latestVersion: versionNumber.nullable(),
    createdAt: timestamp,
    revision,
  })
  .meta({ id: 'Application' });
export type Application = z.output<typeof application>;

/** A first look into a repository, before an application is made of it. */
export const inspection = z
  .object({
    id: id<'inspection'>(),
    state: z.enum(['queued', 'running', 'succeeded', 'failed']),
    repository: z.string(),
    branch: z.string(),
    manifestPath: z.string(),
    commit: commitRecord.nullable(),
    manifest: manifest.nullable(),
    fault: jobFault.nullable(),
  })
  .meta({ id: 'Inspection' });
export type Inspection = z.output<typeof inspection>;

export const buildState = z.enum(['queued', 'running', 'succeeded', 'failed', 'errored', 'cancelled']);

/** A build as others mention it. */
export const buildReference = z.object({
  id: id<'build'>(),
  commit: commitHash,
  /** The version that names it, or `1.4.0+3`, or the short commit. */
  label: z.string(),
  /** The version given to exactly this build. */
  version: versionNumber.nullable(),
});
export type BuildReference = z.output<typeof buildReference>;

export const build = z
  .object({
    id: id<'build'>(),
    application: named<'application'>(),
    /** Counts the builds of one application from 1; for people. */
    number: z.int(),
    state: buildState,
    branch: z.string(),
    /** Null until the builder has found the head of the branch. */
    commit: commitHash.nullable(),
    subject: z.string().nullable(),
    author: z.string().nullable(),
    label: z.string(),
    version: versionNumber.nullable(),
    /** Who or what asked for it. */
    requestedBy: z.string(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    endedAt: timestamp.nullable(),
    fault: jobFault.nullable(),
  })
  .meta({ id: 'Build' });
export type Build = z.output<typeof build>;

export const buildDetail = build
  .extend({
    modules: z.array(
      z.object({
        name,
        inputKey: digest,
        digest,
        size: z.int(),
        reused: z.boolean(),
        durationMs: z.number(),
      }),
    ),
    index: digest.nullable(),
    evidence: z.array(evidence),
    manifest: manifest.nullable(),
    /** Commits that this build has and the newest earlier version does not, newest first. */
    changes: z.array(commitRecord),
  })
  .meta({ id: 'BuildDetail' });
export type BuildDetail = z.output<typeof buildDetail>;

export const version = z
  .object({
    id: id<'version'>(),
    application: named<'application'>(),
    number: versionNumber,
    build: buildReference,
    notes: z.string(),
    /** Commits since the version before it, newest first. */
    changes: z.array(commitRecord),
    /** Number of the hotfix that it was made for. */
    hotfix: z.int().nullable(),
    createdBy: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: 'Version' });
export type Version = z.output<typeof version>;

export const settingLevel = z.enum(['environment', 'label', 'site']);

/** Where a value holds: the environment, its sites with a label `key=value`, or one site. */
export const settingPlace = z.object({
  environment: reference,
  level: settingLevel,
  /** `key=value` for a label, the site's name for a site; absent for the environment. */
  selector: z.string().max(121).optional(),
});

export const settingValue = z
  .object({
    environment: named<'environment'>(),
    level: settingLevel,
    selector: z.string().nullable(),
    /** Null for a secret: it is never shown again. */
    value: z.string().nullable(),
    /** Of a secret: equal for equal secrets of this installation, and says nothing else of them. */
    fingerprint: z.string().nullable(),
    changedBy: z.string(),
    changedAt: timestamp,
  })
  .meta({ id: 'SettingValue' });

export const setting = z
  .object({
    key: z.string(),
    secret: z.boolean(),
    required: z.boolean(),
    default: z.string().nullable(),
    description: z.string().nullable(),
    /** Set for a connection: without a value the site provides what it leads to, with one its value is the address. */
    connection: z.object({ type: z.literal('postgres'), scope: z.enum(['environment', 'site']) }).nullable(),
    /** False when no longer in the newest manifest. */
    defined: z.boolean(),
    values: z.array(settingValue),
  })
  .meta({ id: 'Setting' });
export type Setting = z.output<typeof setting>;

/** One change of a value: `removed` when it was taken away. */
export const settingChange = settingValue
  .extend({ id: z.uuid(), key: z.string(), removed: z.boolean() })
  .meta({ id: 'SettingChange' });
export type SettingChange = z.output<typeof settingChange>;

const oneApplication = z.object({ application: reference });
const oneBuild = z.object({ build: id<'build'>() });

export const logText = z.object({
  text: z.string(),
  /** Byte offset after the text; give it as `after` next time. */
  next: z.int().nonnegative(),
  /** True when nothing more will come. */
  complete: z.boolean(),
});

const anApplication = { kind: 'application', application: 'params.application', in: 'some' } as const;
const wholeApplication = { kind: 'application', application: 'params.application', in: 'every' } as const;
const aBuild = { kind: 'build', build: 'params.build' } as const;

export const applicationRoutes = {
  createInspection: route({
    method: 'POST',
    path: '/inspections',
    summary: 'Looks into a repository: is it reachable, and what does its manifest say',
    permission: 'right:create-applications',
    audit: 'repository-inspected',
    body: z.strictObject({
      repository: repositoryAddress,
      branch: branchName.default('main'),
      manifestPath: z.string().min(1).max(400).default('almanac.yaml'),
    }),
    response: inspection,
    status: 202,
  }),
  getInspection: route({
    method: 'GET',
    path: '/inspections/:inspection',
    summary: 'Shows what an inspection found; `wait` keeps the request open until it ended',
    permission: 'right:create-applications',
    audit: null,
    params: z.object({ inspection: id<'inspection'>() }),
    query: z.object({ wait: z.coerce.number().int().min(0).max(25).default(0) }),
    response: inspection,
  }),
  listApplications: route({
    method: 'GET',
    path: '/applications',
    summary: 'Lists applications by name',
    permission: 'capability:list',
    of: [scope],
    audit: null,
    query: paging.extend({ search: z.string().max(100).optional() }),
    response: page(application),
  }),
  createApplication: route({
    method: 'POST',
    path: '/applications',
    summary: 'Makes an application of a successful inspection, and asks for its first build',
    permission: 'right:create-applications',
    audit: 'application-created',
    body: z.strictObject({ inspection: id<'inspection'>(), displayName: displayName.optional() }),
    response: application,
    status: 201,
  }),
  getApplication: route({
    method: 'GET',
    path: '/applications/:application',
    summary: 'Shows one application',
    permission: 'capability:list',
    of: [anApplication],
    audit: null,
    params: oneApplication,
    response: application,
  }),
  updateApplication: route({
    method: 'PATCH',
    path: '/applications/:application',
    summary: 'Changes name, display name, branch or manifest path of an application',
    permission: 'capability:administer',
    of: [wholeApplication],
    audit: 'application-changed',
    params: oneApplication,
    body: z.strictObject({
      name: name.optional(),
      displayName: displayName.optional(),
      branch: branchName.optional(),
      manifestPath: z.string().min(1).max(400).optional(),
    }),
    response: application,
    ifMatch: true,
  }),
  deleteApplication: route({
    method: 'DELETE',
    path: '/applications/:application',
    summary: 'Forgets an application that runs nowhere any more; its history stays',
    permission: 'capability:administer',
    of: [wholeApplication],
    audit: 'application-deleted',
    params: oneApplication,
    ifMatch: true,
  }),
  reportPush: route({
    method: 'POST',
    path: '/applications/:application/push-events',
    summary: 'Says that a branch moved: it is built, and environments that follow it deploy it',
    permission: 'capability:change',
    of: [anApplication],
    audit: 'push-reported',
    params: oneApplication,
    body: z.strictObject({ branch: branchName.optional(), commit: commitHash.optional() }),
    response: z.object({ build: build.nullable() }),
    status: 202,
  }),
  listBuilds: route({
    method: 'GET',
    path: '/applications/:application/builds',
    summary: 'Lists builds of an application, newest first',
    permission: 'capability:list',
    of: [anApplication],
    audit: null,
    params: oneApplication,
    query: paging,
    response: page(build),
  }),
  createBuild: route({
    method: 'POST',
    path: '/applications/:application/builds',
    summary: 'Builds the head of a branch, or one commit',
    permission: 'capability:change',
    of: [anApplication],
    audit: 'build-requested',
    params: oneApplication,
    body: z.strictObject({
      branch: branchName.optional(),
      commit: commitHash.optional(),
      rebuild: z.boolean().default(false),
    }),
    response: build,
    status: 202,
  }),
  getBuild: route({
    method: 'GET',
    path: '/builds/:build',
    summary: 'Shows one build',
    permission: 'capability:list',
    of: [aBuild],
    audit: null,
    params: oneBuild,
    response: buildDetail,
  }),
  cancelBuild: route({
    method: 'POST',
    path: '/builds/:build/cancel',
    summary: 'Stops a build that is queued or running',
    permission: 'capability:change',
    of: [aBuild],
    audit: 'build-cancelled',
    params: oneBuild,
    response: build,
  }),
  readBuildLog: route({
    method: 'GET',
    path: '/builds/:build/log',
    summary: 'Reads the log of a build from a byte offset; `wait` keeps the request open for new text',
    permission: 'capability:list',
    of: [aBuild],
    audit: null,
    params: oneBuild,
    query: z.object({
      after: z.coerce.number().int().nonnegative().default(0),
      wait: z.coerce.number().int().min(0).max(25).default(0),
    }),
    response: logText,
  }),
  listVersions: route({
    method: 'GET',
    path: '/applications/:application/versions',
    summary: 'Lists versions of an application, highest first',
    permission: 'capability:list',
    of: [anApplication],
    audit: null,
    params: oneApplication,
    query: paging,
    response: page(version),
  }),
  suggestVersion: route({
    method: 'GET',
    path: '/applications/:application/version-suggestion',
    summary: 'Suggests the number for a build and shows the commits that it would contain',
    permission: 'capability:list',
    of: [anApplication, { kind: 'build', build: 'query.build', asks: 'list' }],
    audit: null,
    params: oneApplication,
    query: z.object({ build: id<'build'>() }),
    response: z.object({ number: versionNumber, because: z.string(), changes: z.array(commitRecord) }),
  }),
  createVersion: route({
    method: 'POST',
    path: '/applications/:application/versions',
    summary: 'Tags a succeeded build as a version; without a number the suggested one is taken',
    permission: 'capability:change',
    of: [anApplication, { kind: 'build', build: 'body.build', asks: 'list' }],
    audit: 'version-created',
    params: oneApplication,
    body: z.strictObject({
      build: id<'build'>(),
      number: versionNumber.optional(),
      notes: z.string().max(10_000).default(''),
    }),
    response: version,
    status: 201,
  }),
  listSettings: route({
    method: 'GET',
    path: '/applications/:application/settings',
    summary: 'Lists the settings of an application with their values in every environment',
    permission: 'capability:list',
    of: [anApplication, scope],
    audit: null,
    params: oneApplication,
    response: z.object({ settings: z.array(setting) }),
  }),
  listSettingChanges: route({
    method: 'GET',
    path: '/applications/:application/setting-changes',
    summary: 'Lists the changes of the settings of an application, the newest first',
    permission: 'capability:list',
    of: [anApplication, scope, { kind: 'environment', environment: 'query.environment', asks: 'list' }],
    audit: null,
    params: oneApplication,
    query: paging.extend({ key: z.string().max(100).optional(), environment: reference.optional() }),
    response: page(settingChange),
  }),
  setSetting: route({
    method: 'PUT',
    path: '/applications/:application/settings/:key',
    summary:
      'Sets a value, or binds a connection to an address; it takes effect with the next deployment or `configure` plan',
    permission: 'capability:change',
    of: [{ kind: 'place', environment: 'body.place.environment', application: 'params.application' }],
    audit: 'setting-changed',
    params: oneApplication.extend({ key: z.string().max(100) }),
    body: z.strictObject({ place: settingPlace.strict(), value: z.string().max(32_768) }),
    response: setting,
  }),
  clearSetting: route({
    method: 'DELETE',
    path: '/applications/:application/settings/:key',
    summary: 'Removes a value, so that the next wider level holds again',
    permission: 'capability:change',
    of: [{ kind: 'place', environment: 'query.environment', application: 'params.application' }],
    audit: 'setting-cleared',
    params: oneApplication.extend({ key: z.string().max(100) }),
    query: settingPlace,
    response: setting,
  }),
  loadSample: route({
    method: 'POST',
    path: '/sample',
    summary: 'Makes the repositories of the sample estate, adds its applications and deploys them to Development',
    permission: 'right:create-applications',
    audit: 'sample-loaded',
    response: z.object({ state: z.enum(['started', 'already-loaded']) }),
    status: 202,
  }),
} as const;
