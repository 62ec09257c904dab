export { createServer } from './create-server.ts';
export {
  type CommandContext,
  command,
  direct,
  type Endpoint,
  type InTransaction,
  type ReadContext,
  read,
  type TypedEndpoint,
} from './endpoint.ts';
export { mountEndpoints } from './mount-endpoints.ts';
export { describeApi } from './open-api.ts';
export { decodeCursor, encodeCursor, pageOf } from './page.ts';
export { type Authenticator, refuseCrossSite, sessionCookie } from './request-identity.ts';
export { serveConsole } from './serve-console.ts';
