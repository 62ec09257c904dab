import { capabilities } from '@almanac/domain';
import { z } from 'zod';
import { answeredHeaders, reportedViolations } from './gateway/gateway.ts';
import { command } from './manifest.ts';
import { digest, id, name, named, timestamp } from './primitives.ts';
import { reportedRollout, rolloutCommand } from './reported-rollout.ts';
import { rolloutStrategy } from './rollout.ts';

/**
 * The protocol between server and agent. Documents are levels: a lost or repeated one does no harm. Unknown fields
 * are ignored on both sides (plain objects, never strict), so that minor versions can add some.
 */
export const agentProtocol = { version: '1.3', path: '/api/v1/agents/connect' } as const;

const bytes = z.base64url();

/** An Ed25519 public key (raw 32 bytes, base64url) with which one side signs. */
export const signingKey = z.object({ keyId: z.string().min(8).max(64), publicKey: bytes });

/** More keys than a server signs with at a time. */
const mostKeys = 20;
const keyIds = z.array(z.string().max(64)).max(mostKeys);

/** Orders the sets of keys of a server; a restored server begins a new incarnation. */
const keySetOrder = { incarnation: z.int().nonnegative(), number: z.int().nonnegative() };

/** Grows by one with each document of a site; what is greater than a database keeps is no generation that a server gave. */
const generation = z.int().nonnegative().max(2_147_483_647);

const port = z.int().min(0).max(65_535);

/** The keys that a site is to trust from now on, all of them. */
export const serverKeySet = z.object({ ...keySetOrder, keys: z.array(signingKey).min(1).max(mostKeys) });
export type ServerKeySet = z.output<typeof serverKeySet>;

/** A set as it travels: signed by each of its keys, so that a site takes it that knows any one of them. */
export const signedKeySet = z.object({
  /** JSON of `serverKeySet`. */
  payload: z.string(),
  /** Ed25519 over `almanac-server-keys:<payload>`. */
  signatures: z.array(z.object({ keyId: z.string().max(64), signature: bytes })).max(mostKeys),
});
export type SignedKeySet = z.output<typeof signedKeySet>;

/** Which set a site has, and the keys in it. */
const keptKeySet = z.object({ ...keySetOrder, trusted: keyIds });
export type KeptKeySet = z.output<typeof keptKeySet>;

/** A value that only the site can open: ephemeral X25519, HKDF-SHA-256, AES-256-GCM. */
export const sealedValue = z.object({
  ephemeralKey: bytes,
  nonce: bytes,
  ciphertext: bytes,
});
export type SealedValue = z.output<typeof sealedValue>;

export const enrolRequest = z.object({
  token: z.string().min(20).max(200),
  agentVersion: z.string().max(40),
  protocolVersion: z.string().max(20),
  signingKey: bytes,
  /** X25519 public key to which secrets of the site are sealed. */
  sealingKey: bytes,
  host: z.object({ hostname: z.string().max(255), platform: z.string().max(40), architecture: z.string().max(40) }),
});
export const enrolResponse = z.object({
  site: named<'site'>(),
  environment: named<'environment'>(),
  serverKeys: z.array(signingKey).min(1),
  /** Which set these keys are; servers of before had one key for ever. */
  keySet: z.object(keySetOrder).optional(),
});
export type EnrolRequest = z.output<typeof enrolRequest>;
export type EnrolResponse = z.output<typeof enrolResponse>;

/** One module as a site should run it; a digested manifest module plus what the server resolved. */
export const desiredModule = z.object({
  name,
  /** Digest of the uncompressed tar that holds the module's files; absent for a module that only builds. */
  artifact: z.object({ digest, size: z.int().nonnegative() }),
  toolchain: z.string(),
  start: command.optional(),
  migrate: command.optional(),
  verify: command.optional(),
  health: z.string().optional(),
  instances: z.int().min(1),
  volumes: z.record(name, z.object({ path: z.string(), shared: z.boolean(), size: z.string().optional() })),
  resources: z.object({ cpu: z.string().optional(), memory: z.string().optional() }),
  provides: z.array(name),
  consumes: z.array(name),
  stopGrace: z.number(),
  startTimeout: z.number(),
});
export type DesiredModule = z.output<typeof desiredModule>;

export const desiredApplication = z.object({
  application: named<'application'>(),
  build: id<'build'>(),
  /** What people call the build: `1.4.0`, `1.4.0+3`, or a short commit. */
  label: z.string(),
  /** Changes when the site must act anew, even for the same build; the agent deduplicates by it. */
  operation: z.string(),
  strategy: rolloutStrategy,
  /** Who is to decide when its rollout waits for a person. */
  decides: z.string().default('whoever may deploy here'),
  /** What a person last asked of its rollout. */
  command: rolloutCommand.nullable().default(null),
  modules: z.array(desiredModule),
  settings: z.record(z.string(), z.string()),
  sealed: z.record(z.string(), sealedValue),
  connections: z.record(z.string(), z.object({ type: z.literal('postgres'), scope: z.enum(['environment', 'site']) })),
  /** Artifacts are pulled and checked, but nothing is switched while true. */
  stageOnly: z.boolean(),
});
export type DesiredApplication = z.output<typeof desiredApplication>;

/** Somebody who may come in at the console of a site, also while the site is cut off. */
export const localPrincipal = z.object({
  name,
  /** SHA-256 of the token, in hexadecimal. */
  tokenHash: z.string(),
  expiresAt: timestamp,
  capabilities: z.array(z.enum(capabilities)),
});
export type LocalPrincipal = z.output<typeof localPrincipal>;

/** All that one site should be. Newer is (incarnation, generation); an older document is ignored. */
export const desiredState = z.object({
  site: named<'site'>(),
  environment: named<'environment'>(),
  incarnation: z.int().positive(),
  generation: z.int().positive(),
  issuedAt: timestamp,
  /** Whether the site puts back what somebody changed by hand, or only tells it. */
  drift: z.enum(['heal', 'show']).default('heal'),
  /** So many bytes a second the site may fetch of artifacts; null for as many as come. */
  bandwidth: z.int().positive().nullable().default(null),
  /** Who may come in at the site itself; who may do so is known there without asking. */
  access: z.array(localPrincipal).default([]),
  applications: z.array(desiredApplication),
  /** What answers of applications carry, whatever version of them runs; those that are not here carry what they send. */
  answers: z.array(answeredHeaders.extend({ application: id<'application'>() })).default([]),
});
export type DesiredState = z.output<typeof desiredState>;

/** The desired state as it travels and is stored: the exact bytes that were signed, and the signature over them. */
export const signedDesiredState = z.object({
  /** JSON of `desiredState`. */
  payload: z.string(),
  keyId: z.string(),
  /** Ed25519 over the UTF-8 bytes of `payload`. */
  signature: bytes,
});
export type SignedDesiredState = z.output<typeof signedDesiredState>;

export const instanceState = z.enum(['starting', 'ready', 'unready', 'draining', 'stopping', 'exited', 'waiting']);

export const reportedInstance = z.object({
  id: z.string(),
  build: id<'build'>(),
  operation: z.string(),
  state: instanceState,
  restarts: z.int(),
  port: port.nullable(),
  pid: z.int().nullable(),
  startedAt: timestamp.nullable(),
  /** The last exit or failed health check, in words. */
  message: z.string().nullable(),
});

/** How far a site got with one application. `failed` means that it went back to what ran before. */
export const applicationPhase = z.enum([
  'pulling',
  'staged',
  'migrating',
  'stepping',
  'progressing',
  'verifying',
  'healthy',
  'degraded',
  'returning',
  'failed',
  'removing',
]);
export type ApplicationPhase = z.output<typeof applicationPhase>;

export const reportedApplication = z.object({
  application: named<'application'>(),
  /** The operation that the phase speaks of. */
  operation: z.string(),
  phase: applicationPhase,
  /** Why, when it is not going well; what is being done, when it takes long. */
  message: z.string().nullable(),
  /** The build that takes the traffic now; null while none does. */
  running: id<'build'>().nullable(),
  /** Bytes pulled and to pull, while pulling. */
  progress: z.object({ done: z.number(), total: z.number() }).nullable(),
  modules: z.array(z.object({ name, port: port.nullable(), instances: z.array(reportedInstance) })),
  steps: z.array(
    z.object({
      step: z.enum(['migrate', 'verify']),
      module: name,
      operation: z.string(),
      state: z.enum(['running', 'succeeded', 'failed']),
      /** The end of what it printed. */
      output: z.string(),
      startedAt: timestamp,
      endedAt: timestamp.nullable(),
    }),
  ),
  /** Somebody at the site keeps the application at what runs there; orders wait until it is released, also there. */
  hold: z
    .object({
      kind: z.enum(['paused', 'rolled-back']),
      by: z.string(),
      since: timestamp,
      label: z.string(),
      reason: z.string(),
    })
    .nullable()
    .default(null),
  /** How far a rollout by steps is, or was when it ended; null where there was none. */
  rollout: reportedRollout.nullable().default(null),
  /** What somebody changed by hand of the files that were brought; null while nothing is known to differ. */
  drift: z
    .object({ message: z.string(), healed: z.boolean(), files: z.array(z.string()).max(20) })
    .nullable()
    .default(null),
  /** What browsers reported to the gateway since it began; it began anew with another `since`. */
  violations: reportedViolations.extend({ since: timestamp }).nullable().default(null),
  /** Counters of the gateway since its start, summed over modules, by build. */
  traffic: z.array(
    z.object({ build: z.string(), requests: z.int(), errors: z.int(), p50: z.number(), p99: z.number() }),
  ),
});
export type ReportedApplication = z.output<typeof reportedApplication>;

/** A site gives answers headers and collects what browsers report; agents of before can do neither, and do not say so. */
export const answerSkills = ['headers', 'reports'] as const;

/** Everything that a site observes of itself: a level, sent whenever it changed and every 15 seconds. */
export const siteReport = z.object({
  incarnation: z.int().nonnegative(),
  /** Generation of the desired state that the site acts on; 0 before the first. */
  generation,
  /** Grows with each report of one agent run; an older one is ignored. */
  sequence: z.int().positive(),
  at: timestamp,
  applications: z.array(reportedApplication),
  gateway: z.object({
    state: z.enum(['serving', 'starting', 'unreachable']),
    frontPort: port.nullable(),
    message: z.string().nullable(),
  }),
  /** What an operator should know of the site, such as that applications are not isolated. */
  notices: z.array(z.string()),
  disk: z.object({ freeBytes: z.number(), usedBytes: z.number() }),
  /** What the site can do; an agent that does not say can do what every agent of before could. */
  capabilities: z
    .object({
      toolchains: z.array(z.string().max(100)).max(100).optional(),
      connections: z.array(z.string().max(100)).max(100).optional(),
      strategies: z.array(z.string().max(100)).max(100).optional(),
      /** What it can do with the answers of applications: one of `answerSkills` each. */
      answers: z.array(z.string().max(100)).max(100).optional(),
    })
    .default({ strategies: ['recreate', 'rolling'] }),
});
export type SiteReport = z.output<typeof siteReport>;

/** What came to pass on a site: told once and in its order, however long the site was cut off. */
export const occurrenceKind = z.enum([
  'rollout-succeeded',
  'rollout-failed',
  'application-removed',
  'application-paused',
  'application-rolled-back',
  'application-released',
  'order-refused',
]);
export type OccurrenceKind = z.output<typeof occurrenceKind>;

export const occurrence = z.object({
  /** Grows by one with each of a spool. */
  number: z.int().positive(),
  kind: occurrenceKind,
  application: name.nullable(),
  /** What happened, for people. */
  detail: z.string().max(500),
  /** Who did it: the agent, or a person at the site. */
  by: z.string().max(80),
  /** By the clock of the site. */
  at: timestamp,
});
export type Occurrence = z.output<typeof occurrence>;

/** Occurrences that the server has not confirmed yet, oldest first. */
export const occurrences = z.object({
  /** Another one when the journal of the agent began anew. */
  spool: z.uuid(),
  items: z.array(occurrence).min(1).max(100),
});
export type Occurrences = z.output<typeof occurrences>;

export const logRequest = z.object({
  application: name,
  module: name,
  /** Bytes after which to read; absent for the last lines. */
  after: z.int().nonnegative().optional(),
  maxBytes: z.int().positive().max(1_000_000).default(65_536),
});
export const logChunk = z.object({ text: z.string(), next: z.int().nonnegative(), instances: z.array(z.string()) });
export type LogRequest = z.output<typeof logRequest>;
export type LogChunk = z.output<typeof logChunk>;

/** Names in `capabilities` of the server's `welcome`. */
export const serverCapabilities = {
  /** It offers artifacts compressed or as deltas (`GET /artifacts/:digest/transfer`). */
  transfers: 'artifact-transfers',
  /** It keeps what came to pass on a site (`occurrences`). */
  occurrences: 'occurrences',
} as const;

/** What the server sends over the WebSocket. */
export const serverMessage = z.discriminatedUnion('kind', [
  /** First message: the agent answers with `hello`, signing this nonce. */
  z.object({ kind: z.literal('challenge'), nonce: bytes, protocolVersion: z.string() }),
  z.object({
    kind: z.literal('welcome'),
    serverVersion: z.string(),
    serverKeys: z.array(signingKey),
    /** Bearer token for artifacts of this site; valid while the connection lasts. */
    artifactToken: z.string(),
    /** What this server can do that earlier ones could not: an agent asks for nothing else of it. */
    capabilities: z.array(z.string()).default([]),
  }),
  /** The agent may not go on; it keeps its applications running and tries again after `retryAfterSeconds`. */
  z.object({ kind: z.literal('refused'), code: z.string(), detail: z.string(), retryAfterSeconds: z.number() }),
  z.object({ kind: z.literal('desired'), document: signedDesiredState }),
  /** Trust these keys from now on, keep them, and then say `server-keys-kept`. */
  z.object({ kind: z.literal('server-keys'), document: signedKeySet }),
  z.object({ kind: z.literal('log-request'), id: z.string(), request: logRequest }),
  z.object({ kind: z.literal('report-seen'), sequence: z.int() }),
  /** Occurrences up to this one are kept: the agent may forget them. */
  z.object({ kind: z.literal('occurrences-kept'), spool: z.uuid(), number: z.int() }),
  /** Look at everything anew, files included, report, and then say `reconciled`. */
  z.object({ kind: z.literal('reconcile'), id: z.string() }),
]);
export type ServerMessage = z.output<typeof serverMessage>;

/** What the agent sends over the WebSocket. */
export const agentMessage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('hello'),
    site: id<'site'>(),
    agentVersion: z.string().max(40),
    protocolVersion: z.string().max(20),
    /** Ed25519 over `almanac-agent-hello:<site>:<nonce>`. */
    signature: bytes,
    incarnation: z.int().nonnegative(),
    generation,
    /** The server's keys that the site trusts; an agent of before says nothing, and cannot learn others. */
    keySet: keptKeySet.optional(),
  }),
  z.object({ kind: z.literal('report'), report: siteReport }),
  /** A set of keys is durable on the site. */
  z.object({ kind: z.literal('server-keys-kept'), keySet: keptKeySet }),
  z.object({ kind: z.literal('occurrences'), occurrences }),
  z.object({ kind: z.literal('log-chunk'), id: z.string(), chunk: logChunk }),
  z.object({ kind: z.literal('log-refused'), id: z.string(), detail: z.string() }),
  z.object({ kind: z.literal('reconciled'), id: z.string(), files: z.int().nonnegative() }),
]);
export type AgentMessage = z.output<typeof agentMessage>;
