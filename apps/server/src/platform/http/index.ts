export { newId } from '../new-id.ts';
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
export { holdAtRevision } from './hold-at-revision.ts';
export type { AnswerBox } from './idempotency.ts';
export { mountEndpoints } from './mount-endpoints.ts';
export { describeApi } from './open-api.ts';
export { decodeCursor, encodeCursor, pageOf } from './page.ts';
export {
  type Authenticator,
  identify,
  isLocal,
  refuseCrossSite,
  type SessionCookie,
  sessionCookieFor,
} from './request-identity.ts';
export { serveConsole } from './serve-console.ts';
