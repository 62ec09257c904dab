export { newId } from '../new-id.ts';
export { type Access, type AccessGuard, AccessRefused, type LateQuestion } from './access-guard.ts';
export { type CertificateFiles, followCertificate, readCertificate } from './certificate-files.ts';
export { startChallengeServer } from './challenge-server.ts';
export { createRefusalCounter, type RefusalCounter } from './count-refusals.ts';
export { createServer } from './create-server.ts';
export {
  type CommandContext,
  command,
  type DirectContext,
  direct,
  type Endpoint,
  type InTransaction,
  type ReadContext,
  type RequestExtras,
  read,
  type TypedEndpoint,
} from './endpoint.ts';
export { createGate, type Gate } from './gate.ts';
export { type EntranceGuard, type Entrances, guardEntrances, originOf } from './guard-entrances.ts';
export { holdAtRevision } from './hold-at-revision.ts';
export type { AnswerBox } from './idempotency.ts';
export { faultOfJson, type JsonLimits, machineJson, usualJson } from './json-limits.ts';
export { mountEndpoints } from './mount-endpoints.ts';
export { describeApi } from './open-api.ts';
export { decodeCursor, encodeCursor, momentInCursor, pageOf } from './page.ts';
export type { ParsedParts } from './parse-request.ts';
export { problemOf } from './problem-details.ts';
export { createRateLimit, networkOf, type Rate, type RateLimit } from './rate-limits.ts';
export {
  type Authenticator,
  type Credentials,
  identify,
  isLocal,
  refuseCrossSite,
  refuseUnproved,
  type SessionCookie,
  sessionCookieFor,
} from './request-identity.ts';
export { serveConsole } from './serve-console.ts';
export { collectViolations } from './violation-reports.ts';
